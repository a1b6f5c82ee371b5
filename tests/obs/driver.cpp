// Test program for the parts of the plugin that need no OBS; reads one command a line.
//
//   connect NAME PORT | emotion NAME IS_DOWN NOW_NS | look NAME IS_DOWN NOW_NS | let_go | tick NOW_NS | command NAME ARGUMENT
//   looks LINE        prints the values that were understood, and the problems
//   get PORT PATH PATIENCE_MS      prints the body's size and the body

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "driver.hpp"
#include "http_get.hpp"
#include "looks.hpp"

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
    } else if (verb == "looks") {
      std::vector<std::string> problems;
      std::vector<omote_obs::Look> looks;
      if (auto look = omote_obs::parse_look(line.substr(6), problems)) {
        std::printf("look %s\n", look->name.c_str());
        for (const auto& value : look->values) {
          std::printf("value %s %s %g\n", value.layer.c_str(), value.channel.c_str(), static_cast<double>(value.value));
        }
        looks.push_back(std::move(*look));
      }
      for (const std::string& problem : problems) std::printf("problem %s\n", problem.c_str());
      driver.set_looks(std::move(looks));
    } else if (verb == "get") {
      int patience_ms = 0;
      words >> number >> name >> patience_ms;
      const std::string body = omote_obs::http_get(static_cast<std::uint16_t>(number), name, patience_ms);
      std::printf("body %zu %s\n", body.size(), body.substr(0, 200).c_str());
    } else {
      std::printf("unknown %s\n", line.c_str());
    }
    std::puts("done");
    std::fflush(stdout);
  }
}
