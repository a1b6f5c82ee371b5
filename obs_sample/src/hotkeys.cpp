#include "hotkeys.hpp"

#include <set>
#include <utility>

namespace omote_obs {
namespace {

constexpr char kKeptKeys[] = "kept_keys";
constexpr std::size_t kMostKept = 200;

}  // namespace

Hotkeys::Hotkeys(obs_source_t* source, obs_data_t* settings) : source_(source) {
  obs_data_t* kept = obs_data_get_obj(settings, kKeptKeys);
  for (obs_data_item_t* item = obs_data_first(kept); item != nullptr; obs_data_item_next(&item)) {
    Keys keys(obs_data_item_get_array(item));
    if (keys != nullptr && kept_.size() < kMostKept) kept_[obs_data_item_get_name(item)] = std::move(keys);
  }
  obs_data_release(kept);
}

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
    if (!names.insert(hotkey.name).second) continue;
    const auto known = hotkeys.find(hotkey.name);
    if (known == hotkeys.end()) {
      add(std::move(hotkey), hotkeys);
    } else if (!known->second->is_wanted.exchange(true)) {  // what a hotkey does depends on its name alone
      obs_hotkey_set_description(known->second->id, known->second->hotkey.description.c_str());
    }
  }
  for (const auto& [name, registered] : hotkeys) {
    if (names.count(name) != 0 || !registered->is_wanted.exchange(false)) continue;
    const std::string gone = registered->hotkey.description + obs_module_text("Hotkey.Gone");
    obs_hotkey_set_description(registered->id, gone.c_str());
  }
}

void Hotkeys::add(Hotkey hotkey, std::map<std::string, std::unique_ptr<Registered>>& group) {
  const std::string name = hotkey.name;
  auto made = std::make_unique<Registered>();
  made->hotkey = std::move(hotkey);
  const auto call = [](void* data, obs_hotkey_id, obs_hotkey_t*, bool is_down) {
    auto* registered = static_cast<Registered*>(data);
    if (registered->is_wanted) registered->hotkey.press(is_down);
  };
  made->id = obs_hotkey_register_source(source_, name.c_str(), made->hotkey.description.c_str(), call, made.get());
  if (const auto kept = kept_.find(name); kept != kept_.end()) {
    obs_hotkey_load(made->id, kept->second.get());
    kept_.erase(kept);
  }
  group.emplace(name, std::move(made));
}

void Hotkeys::save(obs_data_t* settings) {
  const std::lock_guard<std::mutex> lock(mutex_);
  obs_data_t* kept = obs_data_create();
  for (const auto& [name, keys] : kept_) obs_data_set_array(kept, name.c_str(), keys.get());
  for (const auto& [group, hotkeys] : groups_) {
    for (const auto& [name, registered] : hotkeys) {
      if (registered->is_wanted) continue;
      const Keys keys(obs_hotkey_save(registered->id));
      if (obs_data_array_count(keys.get()) > 0) obs_data_set_array(kept, name.c_str(), keys.get());
    }
  }
  obs_data_set_obj(settings, kKeptKeys, kept);
  obs_data_release(kept);
}

}  // namespace omote_obs
