// The emotions, in the order of the wire (docs/protocol.md, "Channels").

#pragma once

#include <string_view>

namespace omote_obs {

constexpr std::string_view kEmotions[] = {"happy",     "sad",          "angry",  "surprised", "afraid",
                                          "disgusted", "contemptuous", "relaxed"};

}  // namespace omote_obs
