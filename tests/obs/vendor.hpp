// Requests of obs-websocket that a plugin of the tests answers (CallVendorRequest).

#pragma once

#include <obs-module.h>

// As obs-websocket-api.h has it.
struct Callback {
  void (*call)(obs_data_t* asked, obs_data_t* answer, void* own);
  void* own;
};

struct Served {
  const char* name;
  Callback callback;
};

// In obs_module_post_load: the websocket is a plugin too, and takes requests once all are loaded. `served` stays where it is.
template <typename All>
void serve_requests(const char* vendor_name, All& served) {
  calldata_t data{};
  if (!proc_handler_call(obs_get_proc_handler(), "obs_websocket_api_get_ph", &data)) return;
  auto* websocket = static_cast<proc_handler_t*>(calldata_ptr(&data, "ph"));
  calldata_set_string(&data, "name", vendor_name);
  proc_handler_call(websocket, "vendor_register", &data);
  void* vendor = calldata_ptr(&data, "vendor");
  for (Served& one : served) {
    calldata_set_string(&data, "type", one.name);
    calldata_set_ptr(&data, "callback", &one.callback);
    calldata_set_ptr(&data, "vendor", vendor);
    proc_handler_call(websocket, "vendor_request_register", &data);
  }
  calldata_free(&data);
}
