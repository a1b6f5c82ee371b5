#include "hotkeys.hpp"

#include <set>
#include <utility>

namespace omote_obs {

Hotkeys::~Hotkeys() {
  for (const auto& [group, hotkeys] : groups_) {
    for (const auto& [name, registered] : hotkeys) obs_hotkey_unregister(registered->id);
  }
}

void Hotkeys::set(const std::string& group, std::vector<Hotkey> wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& hotkeys = groups_[group];
  std::set<std::string> names;
  for (Hotkey& hotkey : wanted) {
    const std::string name = hotkey.name;
    if (!names.insert(name).second || hotkeys.count(name) != 0) continue;  // what it does depends on its name alone
    auto made = std::make_unique<Registered>(Registered{std::move(hotkey), OBS_INVALID_HOTKEY_ID});
    const auto call = [](void* data, obs_hotkey_id, obs_hotkey_t*, bool is_down) {
      static_cast<Registered*>(data)->hotkey.press(is_down);
    };
    made->id = obs_hotkey_register_source(source_, name.c_str(), made->hotkey.description.c_str(), call, made.get());
    hotkeys.emplace(name, std::move(made));
  }
  for (auto one = hotkeys.begin(); one != hotkeys.end();) {
    if (names.count(one->first) != 0) {
      ++one;
      continue;
    }
    obs_hotkey_unregister(one->second->id);  // returns when no call is in progress
    one = hotkeys.erase(one);
  }
}

}  // namespace omote_obs
