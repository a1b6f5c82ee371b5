#include "looks.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <locale>
#include <sstream>

namespace omote_obs {
namespace {

constexpr std::string_view kLayers[] = {"pose", "expression", "gaze", "emotion", "view"};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Letters only, as all channels have: the name becomes part of an OSC address.
bool is_channel_name(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), is_letter);
}

// "mouthSmileLeft=0.8", "pose/yaw=0.2"
std::optional<ChannelValue> parse_value(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return std::nullopt;
  std::string channel = word.substr(0, equals);
  std::string layer = is_one_of(kEmotions, channel) ? "emotion" : "expression";
  if (const std::size_t slash = channel.find('/'); slash != std::string::npos) {
    layer = channel.substr(0, slash);
    channel.erase(0, slash + 1);
  }
  std::istringstream number(word.substr(equals + 1));
  number.imbue(std::locale::classic());  // a decimal point in every country
  float value = 0;
  if (!(number >> value) || !number.eof() || !std::isfinite(value)) return std::nullopt;
  if (!is_one_of(kLayers, layer) || !is_channel_name(channel)) return std::nullopt;
  return ChannelValue{layer, channel, value};
}

}  // namespace

std::optional<Look> parse_look(const std::string& line, std::vector<std::string>& problems) {
  const std::size_t colon = line.find(':');
  const std::size_t begin = line.find_first_not_of(" \t");
  if (colon == std::string::npos || begin >= colon) {
    problems.push_back("'" + line + "' has no name; write: smirk: mouthSmileLeft=0.8 happy=0.3");
    return std::nullopt;
  }
  Look look;
  look.name = line.substr(begin, line.find_last_not_of(" \t", colon - 1) + 1 - begin);
  std::string words = line.substr(colon + 1);
  std::replace(words.begin(), words.end(), ',', ' ');
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    if (const auto value = parse_value(word)) {
      look.values.push_back(*value);
    } else {
      problems.push_back(look.name + ": '" + word + "' is not understood; write CHANNEL=VALUE or LAYER/CHANNEL=VALUE");
    }
  }
  if (look.values.empty()) {
    problems.push_back(look.name + ": has no values");
    return std::nullopt;
  }
  return look;
}

}  // namespace omote_obs
