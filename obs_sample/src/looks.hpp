// A look: channels with values under a name, as a user types it into the settings.
//
//   smirk: mouthSmileLeft=0.8 happy=0.3 pose/yaw=0.2

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omote_obs {

// In the order of the wire (docs/protocol.md, "Channels").
constexpr std::string_view kEmotions[] = {"happy",     "sad",          "angry",  "surprised", "afraid",
                                          "disgusted", "contemptuous", "relaxed"};

struct ChannelValue {
  std::string layer, channel;
  float value;
};

struct Look {
  std::string name;
  std::vector<ChannelValue> values;
};

// nullopt: there is no name, or no value. `problems` gets what was not understood, in words.
std::optional<Look> parse_look(const std::string& line, std::vector<std::string>& problems);

}  // namespace omote_obs
