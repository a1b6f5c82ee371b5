// What the runtime offers to choose from, and how it is: asked from the panel's server.

#pragma once

#include <atomic>
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
  bool operator==(const Choice& other) const { return key == other.key && name == other.name; }
};

struct Offer {
  std::vector<Choice> avatars;
  std::vector<std::string> backgrounds;  // the user's own pictures
  std::vector<std::string> looks;
};

// A moment of the runtime, as its panel says it.
struct RuntimeState {
  bool is_answering = false;
  std::string avatar;  // the key of the one that it wears
  double fps = 0;
  int size = 0;       // of the picture, in pixels
  std::string note;  // the first of what is wrong, in words; "" = nothing
};

// Asks now, and waits for `patience_ms` at most, or until `is_ended`. False: there is no panel, or it does not answer; `offer`
// is unchanged.
bool ask_runtime(std::uint16_t panel_port, int patience_ms, const std::atomic<bool>& is_ended, Offer& offer);

// Asks in a thread of its own: how the runtime is, every two seconds, and what it offers, when that may have changed.
class RuntimeLists {
 public:
  // `done` is called from that thread when the offer is not what it was.
  RuntimeLists(Offer known, std::function<void(const Offer&)> done);
  // Returns within a twentieth of a second, whatever the panel does.
  ~RuntimeLists();
  RuntimeLists(const RuntimeLists&) = delete;
  RuntimeLists& operator=(const RuntimeLists&) = delete;

  // Ask this port from now on, at once, and for everything.
  void ask(std::uint16_t panel_port);

  // Somebody else has asked.
  void found(const Offer& offer);

  Offer offer();
  RuntimeState state();

 private:
  void work();
  // One question; `is_everything`: the avatars too, for which the runtime reads files.
  void ask_once(std::uint16_t port, bool is_everything);

  std::function<void(const Offer&)> done_;
  std::mutex telling_;  // one call of done_ at a time
  std::mutex mutex_;    // of the next ones
  std::condition_variable changed_;
  std::uint16_t port_ = 0;  // 0 = none is known yet
  bool is_everything_ = false;
  std::atomic<bool> is_ending_{false};
  Offer offer_;
  RuntimeState state_;
  std::thread thread_;
};

}  // namespace omote_obs
