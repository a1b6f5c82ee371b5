// The settings of a source: their names in OBS's scene file, their defaults, and what is offered to choose from.

#pragma once

#include <obs-module.h>

#include <cstdint>
#include <string>

#include "runtime_lists.hpp"

namespace omote_obs {

enum class WhenGone { hide, keep, placard };

struct Settings {
  std::string stream;
  WhenGone when_gone = WhenGone::hide;
  std::string placard;             // a file; "" = the plugin's own
  std::string avatar, background;  // "" = as the runtime was started
  bool is_size_fixed = false;
  std::uint32_t width = 0, height = 0;  // of the source, where its size is fixed
  std::uint16_t osc_port = 0, panel_port = 0;
};

// What OBS keeps, with everything impossible replaced by its default.
Settings read_settings(obs_data_t* data);

void set_defaults(obs_data_t* data);

// The fields of the settings window. `source` is called from its button "recentre".
obs_properties_t* make_properties(const Offer& offer, const Settings& now, obs_property_clicked_t recenter, void* source);

}  // namespace omote_obs
