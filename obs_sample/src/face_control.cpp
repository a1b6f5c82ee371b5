#include "face_control.hpp"

#include <util/platform.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

#include "emotions.hpp"

namespace omote_obs {
namespace {

constexpr char kKnownAvatars[] = "known_avatars", kKnownLooks[] = "known_looks";
constexpr std::size_t kMostAvatarKeys = 32;

std::mutex faces_mutex;
std::vector<FaceControl*> faces;

std::string text(const char* name) { return obs_module_text(name); }

// The driver's name in the runtime, at most 64 bytes, whole characters of UTF-8.
std::string driver_name(const std::string& source) {
  std::string name = "OBS " + (source.empty() ? "face" : source);
  std::size_t size = std::min<std::size_t>(name.size(), 56);
  while (size < name.size() && (name[size] & 0xC0) == 0x80) --size;
  name.resize(size);
  return name;
}

std::vector<Choice> read_choices(obs_data_t* settings, const char* key) {
  std::vector<Choice> choices;
  obs_data_array_t* list = obs_data_get_array(settings, key);
  for (std::size_t at = 0; list != nullptr && at < obs_data_array_count(list); ++at) {
    obs_data_t* item = obs_data_array_item(list, at);
    choices.push_back({obs_data_get_string(item, "key"), obs_data_get_string(item, "name")});
    obs_data_release(item);
  }
  obs_data_array_release(list);
  return choices;
}

void write_choices(obs_data_t* settings, const char* key, const std::vector<Choice>& choices) {
  obs_data_array_t* list = obs_data_array_create();
  for (const Choice& choice : choices) {
    obs_data_t* item = obs_data_create();
    obs_data_set_string(item, "key", choice.key.c_str());
    obs_data_set_string(item, "name", choice.name.c_str());
    obs_data_array_push_back(list, item);
    obs_data_release(item);
  }
  obs_data_set_array(settings, key, list);
  obs_data_array_release(list);
}

Offer known_offer(obs_data_t* settings) {
  Offer known;
  known.avatars = read_choices(settings, kKnownAvatars);
  for (const Choice& look : read_choices(settings, kKnownLooks)) known.looks.push_back(look.key);
  return known;
}

}  // namespace

FaceControl::FaceControl(obs_source_t* source, obs_data_t* settings)
    : source_(source),
      hotkeys_(source, settings),
      lists_(known_offer(settings), [this](const Offer& offer) { set_hotkeys(offer); }) {
  set_fixed_hotkeys();
  set_hotkeys(offer());
  const std::lock_guard<std::mutex> lock(faces_mutex);
  faces.push_back(this);
}

FaceControl::~FaceControl() {
  const std::lock_guard<std::mutex> lock(faces_mutex);
  faces.erase(std::remove(faces.begin(), faces.end(), this), faces.end());
}

void FaceControl::connect(std::uint16_t osc_port, std::uint16_t panel_port) {
  driver_.connect(driver_name(name()), osc_port);
  if (panel_port_.exchange(panel_port) != panel_port) lists_.ask(panel_port);
}

void FaceControl::wear(const char* command, const std::string& name) {
  if (name.empty() || driver_.command(command, name)) return;
  blog(LOG_WARNING, "[omote] %s '%s' could not be sent", command, name.c_str());
}

void FaceControl::save(obs_data_t* settings) {
  const Offer known = offer();
  write_choices(settings, kKnownAvatars, known.avatars);
  std::vector<Choice> looks;
  for (const std::string& look : known.looks) looks.push_back({look, look});
  write_choices(settings, kKnownLooks, looks);
  hotkeys_.save(settings);
}

Offer FaceControl::newest_offer(int patience_ms) {
  const std::atomic<bool> is_ended{false};
  Offer found;
  if (ask_runtime(panel_port_, patience_ms, is_ended, found)) lists_.found(found);
  return offer();
}

std::string FaceControl::name() const {
  const char* own = obs_source_get_name(source_);  // none where OBS makes one for itself
  return own == nullptr ? "" : own;
}

void FaceControl::set_fixed_hotkeys() {
  std::vector<Hotkey> keys{
      {"omote.recenter", text("Recenter"), [this](bool is_down) { if (is_down) driver_.command("recenter", ""); }},
      {"omote.let_go", text("LetGo"), [this](bool is_down) { if (is_down) driver_.let_go(); }},
  };
  for (const std::string_view emotion : kEmotions) {
    const std::string name(emotion);
    keys.push_back({"omote.emotion." + name, text("Hotkey.Emotion") + name,
                    [this, name](bool is_down) { driver_.press_emotion(name, is_down, os_gettime_ns()); }});
  }
  hotkeys_.set("fixed", std::move(keys));
}

void FaceControl::set_hotkeys(const Offer& offer) {
  std::vector<Hotkey> avatars, looks;
  for (const Choice& avatar : offer.avatars) {
    if (avatars.size() >= kMostAvatarKeys) break;
    avatars.push_back({"omote.avatar." + avatar.key, text("Hotkey.Avatar") + avatar.name,
                       [this, key = avatar.key](bool is_down) { if (is_down) wear("load_avatar", key); }});
  }
  for (const std::string& look : offer.looks) {
    looks.push_back({"omote.look." + look, text("Hotkey.Look") + look,
                     [this, look](bool is_down) { driver_.press_look(look, is_down, os_gettime_ns()); }});
  }
  hotkeys_.set("avatars", std::move(avatars));
  hotkeys_.set("looks", std::move(looks));
}

std::vector<std::string> face_names() {
  const std::lock_guard<std::mutex> lock(faces_mutex);
  std::vector<std::string> names;
  for (const FaceControl* face : faces) names.push_back(face->name());
  return names;
}

bool use_face(const std::string& name, const std::function<void(FaceControl&)>& use) {
  const std::lock_guard<std::mutex> lock(faces_mutex);
  for (FaceControl* face : faces) {
    if (face->name() != name) continue;
    use(*face);
    return true;
  }
  return false;
}

}  // namespace omote_obs
