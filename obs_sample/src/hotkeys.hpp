// Hotkeys: one source's entries in OBS's list of hotkeys. OBS's own keys work while any program is in front.

#pragma once

#include <obs-module.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace omote_obs {

struct Hotkey {
  std::string name;         // by which OBS keeps its keys: "omote.emotion.happy"
  std::string description;  // for people
  std::function<void(bool is_down)> press;
};

// Threads: any. OBS calls `press` under a lock of its own, so it must not register or remove hotkeys.
class Hotkeys {
 public:
  explicit Hotkeys(obs_source_t* source) : source_(source) {}
  ~Hotkeys();
  Hotkeys(const Hotkeys&) = delete;
  Hotkeys& operator=(const Hotkeys&) = delete;

  // Have exactly these hotkeys in a group; keys of those that stay are kept.
  void set(const std::string& group, std::vector<Hotkey> wanted);

 private:
  struct Registered {
    Hotkey hotkey;
    obs_hotkey_id id;
  };

  obs_source_t* source_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::unique_ptr<Registered>>> groups_;  // group -> name
};

}  // namespace omote_obs
