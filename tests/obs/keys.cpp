// A plugin of OBS for the tests: lists and presses hotkeys while OBS's own lock holds its list still.
//
// obs-websocket's GetHotkeyList and TriggerHotkeyByName copy the list under the lock and read the names after it, which
// are freed memory if any hotkey was added or removed in between.
//
// By obs-websocket, CallVendorRequest of "omote-keys":
//   list {}          {"hotkeys": [{"name": ...}]}
//   press {name}     {"found": ...}: the key goes down, as by TriggerHotkeyByName

#include <obs-module.h>

#include <cstring>

#include "vendor.hpp"

OBS_DECLARE_MODULE()

namespace {

void list(obs_data_t*, obs_data_t* answer, void*) {
  obs_data_array_t* found = obs_data_array_create();
  obs_enum_hotkeys(
      [](void* data, obs_hotkey_id, obs_hotkey_t* hotkey) {
        obs_data_t* item = obs_data_create();
        obs_data_set_string(item, "name", obs_hotkey_get_name(hotkey));
        obs_data_array_push_back(static_cast<obs_data_array_t*>(data), item);
        obs_data_release(item);
        return true;
      },
      found);
  obs_data_set_array(answer, "hotkeys", found);
  obs_data_array_release(found);
}

struct Wanted {
  const char* name;
  obs_hotkey_id id;
};

void press(obs_data_t* asked, obs_data_t* answer, void*) {
  Wanted wanted{obs_data_get_string(asked, "name"), OBS_INVALID_HOTKEY_ID};
  obs_enum_hotkeys(
      [](void* data, obs_hotkey_id id, obs_hotkey_t* hotkey) {
        auto* one = static_cast<Wanted*>(data);
        if (std::strcmp(obs_hotkey_get_name(hotkey), one->name) == 0) one->id = id;
        return one->id == OBS_INVALID_HOTKEY_ID;
      },
      &wanted);
  obs_data_set_bool(answer, "found", wanted.id != OBS_INVALID_HOTKEY_ID);
  if (wanted.id != OBS_INVALID_HOTKEY_ID) obs_hotkey_trigger_routed_callback(wanted.id, true);
}

Served served[] = {{"list", {list, nullptr}}, {"press", {press, nullptr}}};

}  // namespace

bool obs_module_load() { return true; }

void obs_module_post_load() { serve_requests("omote-keys", served); }
