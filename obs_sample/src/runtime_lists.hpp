// What the runtime offers to choose from: its avatars and backgrounds, asked from the panel's server.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace omote_obs {

struct Choice {
  std::string key, name;  // for the runtime, for people
};

struct Offer {
  std::vector<Choice> avatars;
  std::vector<std::string> backgrounds;  // the user's own pictures
};

// Asks now, and waits for `patience_ms` at most. False: there is no panel, or it does not answer; `offer` is unchanged.
bool ask_runtime(std::uint16_t panel_port, int patience_ms, Offer& offer);

// Asks in a thread of its own, whenever it is told to.
class RuntimeLists {
 public:
  // `done` is called from that thread.
  explicit RuntimeLists(std::function<void(const Offer&)> done);
  ~RuntimeLists();
  RuntimeLists(const RuntimeLists&) = delete;
  RuntimeLists& operator=(const RuntimeLists&) = delete;

  void ask(std::uint16_t panel_port);

 private:
  void work();

  std::function<void(const Offer&)> done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint16_t wanted_ = 0;  // the port to ask; 0 = none
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace omote_obs
