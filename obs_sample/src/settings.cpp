#include "settings.hpp"

#include <algorithm>

#include "streams.hpp"

namespace omote_obs {
namespace {

constexpr char kStream[] = "stream", kAvatar[] = "avatar", kBackground[] = "background";
constexpr char kWhenGone[] = "when_gone", kHide[] = "hide", kKeep[] = "keep", kPlacard[] = "placard";
constexpr char kPlacardFile[] = "placard_file";
constexpr char kSize[] = "size", kFollow[] = "follow", kFixed[] = "fixed", kWidth[] = "width", kHeight[] = "height";
constexpr char kOscPort[] = "osc_port", kPanelPort[] = "panel_port";
constexpr int kUsualOscPort = 9570, kUsualPanelPort = 8770, kUsualSide = 512, kMostSide = 8192;

std::uint16_t port_in(obs_data_t* data, const char* name) {
  return static_cast<std::uint16_t>(std::clamp<long long>(obs_data_get_int(data, name), 1, 65535));
}

std::uint32_t side_in(obs_data_t* data, const char* name) {
  return static_cast<std::uint32_t>(std::clamp<long long>(obs_data_get_int(data, name), 1, kMostSide));
}

obs_property_t* add_list(obs_properties_t* made, const char* name, const char* text, bool is_editable = false) {
  return obs_properties_add_list(made, name, obs_module_text(text), is_editable ? OBS_COMBO_TYPE_EDITABLE : OBS_COMBO_TYPE_LIST,
                                 OBS_COMBO_FORMAT_STRING);
}

void add_avatars(obs_properties_t* made, const Offer& offer, const std::string& chosen) {
  obs_property_t* list = add_list(made, kAvatar, "Avatar");
  obs_property_list_add_string(list, obs_module_text("AsStarted"), "");
  bool is_listed = chosen.empty();
  for (const Choice& avatar : offer.avatars) {
    obs_property_list_add_string(list, avatar.name.c_str(), avatar.key.c_str());
    is_listed = is_listed || avatar.key == chosen;
  }
  if (!is_listed) obs_property_list_add_string(list, chosen.c_str(), chosen.c_str());  // the runtime is away
}

void add_backgrounds(obs_properties_t* made, const Offer& offer) {
  obs_property_t* list = add_list(made, kBackground, "Background", true);  // a colour such as #00b140 is typed
  // OBS takes the shown text of such a list as its value, so both are the same
  for (const char* name : {"", "transparent", "keep", "blur", "plate"}) obs_property_list_add_string(list, name, name);
  for (const std::string& name : offer.backgrounds) obs_property_list_add_string(list, name.c_str(), name.c_str());
}

// Show only the fields that count.
bool adapt(obs_properties_t* made, obs_property_t*, obs_data_t* data) {
  const bool is_fixed = std::string(obs_data_get_string(data, kSize)) == kFixed;
  obs_property_set_visible(obs_properties_get(made, kWidth), is_fixed);
  obs_property_set_visible(obs_properties_get(made, kHeight), is_fixed);
  const bool has_placard = std::string(obs_data_get_string(data, kWhenGone)) == kPlacard;
  obs_property_set_visible(obs_properties_get(made, kPlacardFile), has_placard);
  return true;
}

}  // namespace

Settings read_settings(obs_data_t* data) {
  Settings read;
  const std::string stream = obs_data_get_string(data, kStream), gone = obs_data_get_string(data, kWhenGone);
  read.stream = is_stream_name(stream) ? stream : kUsualStream;
  read.when_gone = gone == kKeep ? WhenGone::keep : gone == kPlacard ? WhenGone::placard : WhenGone::hide;
  read.placard = obs_data_get_string(data, kPlacardFile);
  read.avatar = obs_data_get_string(data, kAvatar);
  read.background = obs_data_get_string(data, kBackground);
  read.is_size_fixed = std::string(obs_data_get_string(data, kSize)) == kFixed;
  read.width = side_in(data, kWidth);
  read.height = side_in(data, kHeight);
  read.osc_port = port_in(data, kOscPort);
  read.panel_port = port_in(data, kPanelPort);
  return read;
}

void set_defaults(obs_data_t* data) {
  obs_data_set_default_string(data, kStream, kUsualStream);
  obs_data_set_default_string(data, kWhenGone, kHide);
  obs_data_set_default_string(data, kSize, kFollow);
  obs_data_set_default_int(data, kWidth, kUsualSide);
  obs_data_set_default_int(data, kHeight, kUsualSide);
  obs_data_set_default_int(data, kOscPort, kUsualOscPort);
  obs_data_set_default_int(data, kPanelPort, kUsualPanelPort);
}

obs_properties_t* make_properties(const Offer& offer, const Settings& now, obs_property_clicked_t recenter, void* source) {
  obs_properties_t* made = obs_properties_create();
  obs_property_t* stream = add_list(made, kStream, "Stream", true);
  for (const std::string& name : found_streams()) obs_property_list_add_string(stream, name.c_str(), name.c_str());
  add_avatars(made, offer, now.avatar);
  add_backgrounds(made, offer);

  obs_property_t* gone = add_list(made, kWhenGone, "WhenGone");
  obs_property_list_add_string(gone, obs_module_text("WhenGone.Hide"), kHide);
  obs_property_list_add_string(gone, obs_module_text("WhenGone.Keep"), kKeep);
  obs_property_list_add_string(gone, obs_module_text("WhenGone.Placard"), kPlacard);
  obs_property_set_modified_callback(gone, adapt);
  obs_properties_add_path(made, kPlacardFile, obs_module_text("Placard"), OBS_PATH_FILE, "(*.png *.jpg *.jpeg *.gif *.webp)",
                          nullptr);

  obs_property_t* size = add_list(made, kSize, "Size");
  obs_property_list_add_string(size, obs_module_text("Size.Follow"), kFollow);
  obs_property_list_add_string(size, obs_module_text("Size.Fixed"), kFixed);
  obs_property_set_modified_callback(size, adapt);
  obs_properties_add_int(made, kWidth, obs_module_text("Width"), 1, kMostSide, 1);
  obs_properties_add_int(made, kHeight, obs_module_text("Height"), 1, kMostSide, 1);

  obs_properties_add_button2(made, "recenter", obs_module_text("Recenter"), recenter, source);
  obs_property_t* panel = obs_properties_add_button2(
      made, "panel", obs_module_text("Panel"), [](obs_properties_t*, obs_property_t*, void*) { return false; }, source);
  const std::string url = "http://127.0.0.1:" + std::to_string(now.panel_port) + "/";
  obs_property_button_set_type(panel, OBS_BUTTON_URL);
  obs_property_button_set_url(panel, const_cast<char*>(url.c_str()));  // copied
  obs_properties_add_int(made, kOscPort, obs_module_text("OscPort"), 1, 65535, 1);
  obs_properties_add_int(made, kPanelPort, obs_module_text("PanelPort"), 1, 65535, 1);
  return made;
}

}  // namespace omote_obs
