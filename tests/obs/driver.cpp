// Test program for the parts of the plugin that need no OBS; reads one command a line.
//
//   connect NAME PORT | emotion NAME IS_DOWN NOW_NS | look NAME IS_DOWN NOW_NS | let_go | weight WEIGHT NOW_NS | tick NOW_NS
//   command NAME ARGUMENT
//   get PORT PATH PATIENCE_MS      prints the body's size and the body
//   give_up PORT PATH PATIENCE_MS  the same, and another thread ends it once it waits

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "driver.hpp"
#include "http_get.hpp"

int main() {
  omote_obs::Driver driver;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb, name;
    std::uint64_t now_ns = 0;
    int number = 0;
    words >> verb;
    if (verb == "connect" && words >> name >> number) {
      driver.connect(name, static_cast<std::uint16_t>(number));
    } else if (verb == "emotion" && words >> name >> number >> now_ns) {
      driver.press_emotion(name, number != 0, now_ns);
    } else if (verb == "look" && words >> name >> number >> now_ns) {
      driver.press_look(name, number != 0, now_ns);
    } else if (verb == "let_go") {
      driver.let_go();
    } else if (verb == "tick" && words >> now_ns) {
      driver.tick(now_ns);
    } else if (verb == "command") {
      std::string argument;
      words >> name >> argument;
      driver.command(name, argument);
    } else if (verb == "weight") {
      float weight = 0;
      words >> weight >> now_ns;
      driver.set_weight(weight, now_ns);
    } else if (verb == "get" || verb == "give_up") {
      int patience_ms = 0;
      words >> number >> name >> patience_ms;
      std::atomic<bool> is_ended{false};
      std::thread ending([&] {
        if (verb != "give_up") return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        is_ended = true;
      });
      const std::string body = omote_obs::http_get(static_cast<std::uint16_t>(number), name, patience_ms, is_ended);
      ending.join();
      std::printf("body %zu %s\n", body.size(), body.substr(0, 200).c_str());
    } else {
      std::printf("unknown %s\n", line.c_str());
    }
    std::puts("done");
    std::fflush(stdout);
  }
}
