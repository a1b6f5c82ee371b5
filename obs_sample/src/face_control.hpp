// FaceControl: what moves one source's face: its hotkeys, the dock, and the commands of its settings.

#pragma once

#include <obs-module.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "driver.hpp"
#include "hotkeys.hpp"
#include "runtime_lists.hpp"

namespace omote_obs {

// Any thread may call it; only `newest_offer` waits.
class FaceControl {
 public:
  // `settings`: of the source.
  FaceControl(obs_source_t* source, obs_data_t* settings);
  ~FaceControl();
  FaceControl(const FaceControl&) = delete;
  FaceControl& operator=(const FaceControl&) = delete;

  // The ports of the runtime.
  void connect(std::uint16_t osc_port, std::uint16_t panel_port);
  // Ask the runtime what it offers: it has just been started.
  void ask_again() { lists_.ask(panel_port_); }
  // A command with a name, such as "load_avatar"; "" = as the runtime has it.
  void wear(const char* command, const std::string& name);

  // Write what hotkeys need before there is a runtime.
  void save(obs_data_t* settings);

  Driver& driver() { return driver_; }
  Offer offer() { return lists_.offer(); }
  // Asks first; for the settings window.
  Offer newest_offer(int patience_ms);
  RuntimeState state() { return lists_.state(); }
  std::uint16_t panel_port() const { return panel_port_; }
  std::string name() const;

 private:
  void set_fixed_hotkeys();
  void set_hotkeys(const Offer& offer);

  obs_source_t* source_;
  Driver driver_;
  std::atomic<std::uint16_t> panel_port_{0};
  Hotkeys hotkeys_;     // ends before what its keys call
  RuntimeLists lists_;  // ends first: its thread calls this object
};

// The names of the sources that there are, in the order in which they were made.
std::vector<std::string> face_names();

// Call `use` with the source of a name; false: there is none. Meanwhile no source ends, so it must be short.
bool use_face(const std::string& name, const std::function<void(FaceControl&)>& use);

}  // namespace omote_obs
