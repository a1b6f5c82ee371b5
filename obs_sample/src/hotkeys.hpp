// Hotkeys: one source's entries in OBS's list of hotkeys. OBS's own keys work while any program is in front.

#pragma once

#include <obs-module.h>

#include <atomic>
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

// One that is no longer wanted stays in OBS's list until the source ends, does nothing, and says so: obs-websocket reads
// names of hotkeys without OBS's lock (GetHotkeyList), so that removing one meanwhile can crash OBS. Its keys are kept
// with the source, and are its keys again when it is wanted again.
//
// Threads: any. OBS calls `press` under a lock of its own, so it must not register or remove hotkeys.
class Hotkeys {
 public:
  // `settings`: of the source; the keys that `save` has kept.
  Hotkeys(obs_source_t* source, obs_data_t* settings);
  ~Hotkeys();
  Hotkeys(const Hotkeys&) = delete;
  Hotkeys& operator=(const Hotkeys&) = delete;

  // Have exactly these hotkeys in a group that do something.
  void set(const std::string& group, std::vector<Hotkey> wanted);

  // Write the keys of the hotkeys that are not wanted now; OBS itself saves those of the others.
  void save(obs_data_t* settings);

 private:
  struct Registered {
    Hotkey hotkey;
    obs_hotkey_id id = OBS_INVALID_HOTKEY_ID;
    std::atomic<bool> is_wanted{true};
  };
  struct Release {
    void operator()(obs_data_array_t* keys) const { obs_data_array_release(keys); }
  };
  using Keys = std::unique_ptr<obs_data_array_t, Release>;

  void add(Hotkey hotkey, std::map<std::string, std::unique_ptr<Registered>>& group);

  obs_source_t* source_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::unique_ptr<Registered>>> groups_;  // group -> name
  std::map<std::string, Keys> kept_;                                                  // name -> keys
};

}  // namespace omote_obs
