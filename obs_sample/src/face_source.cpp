#include "face_source.hpp"

#include <obs-module.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "omote/ring_reader.hpp"
#include "premultiply.hpp"

namespace omote_obs {
namespace {

constexpr char kStream[] = "stream", kWhenGone[] = "when_gone", kHide[] = "hide", kKeep[] = "keep";
constexpr char kUsualStream[] = "omote";

const Premultiply& premultiply() {
  static const Premultiply table;
  return table;
}

// Letters, digits, - and _, at most 64: other names would lead out of the folder.
bool is_stream_name(const std::string& name) {
  constexpr char kAllowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string::npos;
}

// The streams of which there are files, running or not.
std::set<std::string> found_streams() {
  std::set<std::string> streams{kUsualStream};
  for (const std::filesystem::path& folder : omote::ring_folders()) {
    if (!omote::is_private(folder)) continue;
    std::error_code error;
    for (std::filesystem::directory_iterator entries(folder, error), end; !error && entries != end;
         entries.increment(error)) {
      if (entries->path().extension() != ".ring") continue;
      const std::string stream = entries->path().stem().stem().string();  // STREAM.GENERATION.ring
      if (is_stream_name(stream)) streams.insert(stream);
    }
  }
  return streams;
}

// One source in a scene. OBS calls `update` from its user interface and the rest from its graphics thread.
class FaceSource {
 public:
  FaceSource(obs_data_t* settings, obs_source_t* source) : source_(source) { update(settings); }

  ~FaceSource() {
    obs_enter_graphics();
    gs_texture_destroy(texture_);
    obs_leave_graphics();
  }

  FaceSource(const FaceSource&) = delete;
  FaceSource& operator=(const FaceSource&) = delete;

  void update(obs_data_t* settings) {
    const std::string named = obs_data_get_string(settings, kStream);
    const std::string stream = is_stream_name(named) ? named : kUsualStream;
    const std::lock_guard<std::mutex> lock(mutex_);
    keeps_ = std::string(obs_data_get_string(settings, kWhenGone)) == kKeep;
    if (reader_ != nullptr && stream == stream_) return;
    stream_ = stream;
    reader_ = std::make_unique<omote::RingReader>(stream);
    is_gone_ = true;
  }

  // Read the newest frame, once per frame of OBS, and only while the source is shown anywhere.
  void tick() {
    if (!obs_source_showing(source_)) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    const omote::ReadResult result = reader_->read(read_, read_info_);
    say(result);
    if (result != omote::ReadResult::fresh) {
      is_gone_ = result == omote::ReadResult::no_publisher;
      return;
    }
    is_gone_ = false;
    is_fresh_ = true;
    std::swap(pixels_, read_);  // a frame that was overwritten while it was read stays out of the picture
    info_ = read_info_;
    premultiply().apply(pixels_);
  }

  void render(gs_effect_t* effect) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (is_fresh_) upload();
      if (texture_ == nullptr || (is_gone_ && !keeps_)) return;
    }
    const bool was_srgb = gs_framebuffer_srgb_enabled();
    gs_enable_framebuffer_srgb(true);  // blend in linear light
    gs_blend_state_push();
    gs_blend_function(GS_BLEND_ONE, GS_BLEND_INVSRCALPHA);
    gs_effect_set_texture_srgb(gs_effect_get_param_by_name(effect, "image"), texture_);
    gs_draw_sprite(texture_, 0, width(), height());
    gs_blend_state_pop();
    gs_enable_framebuffer_srgb(was_srgb);
  }

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }

 private:
  // Give the new pixels to the graphics card; another size needs another texture.
  void upload() {
    is_fresh_ = false;
    if (texture_ == nullptr || info_.width != width_ || info_.height != height_) {
      gs_texture_destroy(texture_);
      const std::uint8_t* data = pixels_.data();
      texture_ = gs_texture_create(info_.width, info_.height, GS_RGBA, 1, &data, GS_DYNAMIC);
      width_ = texture_ == nullptr ? 0 : info_.width;
      height_ = texture_ == nullptr ? 0 : info_.height;
      return;
    }
    gs_texture_set_image(texture_, pixels_.data(), 4 * info_.width, false);
  }

  // One line in OBS's log when the runtime comes or goes.
  void say(omote::ReadResult result) {
    const bool is_running = result != omote::ReadResult::no_publisher;
    if (is_running == is_said_running_ && is_anything_said_) return;
    is_said_running_ = is_running;
    is_anything_said_ = true;
    const char* name = obs_source_get_name(source_);
    if (is_running) {
      blog(LOG_INFO, "[omote] %s: shows the stream %s", name, stream_.c_str());
    } else {
      blog(LOG_INFO, "[omote] %s: %s", name, reader_->problem().c_str());
    }
  }

  obs_source_t* source_;
  std::mutex mutex_;  // of everything below but the texture, which belongs to the graphics thread
  std::string stream_;
  std::unique_ptr<omote::RingReader> reader_;
  std::vector<std::uint8_t> read_, pixels_;
  omote::FrameInfo read_info_{}, info_{};
  bool keeps_ = false, is_gone_ = true, is_fresh_ = false;
  bool is_said_running_ = false, is_anything_said_ = false;
  gs_texture_t* texture_ = nullptr;
  std::atomic<std::uint32_t> width_{0}, height_{0};
};

FaceSource& self(void* data) { return *static_cast<FaceSource*>(data); }

obs_properties_t* properties(void*) {
  obs_properties_t* made = obs_properties_create();
  obs_property_t* stream =
      obs_properties_add_list(made, kStream, obs_module_text("Stream"), OBS_COMBO_TYPE_EDITABLE, OBS_COMBO_FORMAT_STRING);
  for (const std::string& name : found_streams()) obs_property_list_add_string(stream, name.c_str(), name.c_str());
  obs_property_t* gone =
      obs_properties_add_list(made, kWhenGone, obs_module_text("WhenGone"), OBS_COMBO_TYPE_LIST, OBS_COMBO_FORMAT_STRING);
  obs_property_list_add_string(gone, obs_module_text("WhenGone.Hide"), kHide);
  obs_property_list_add_string(gone, obs_module_text("WhenGone.Keep"), kKeep);
  return made;
}

}  // namespace

void register_face_source() {
  static obs_source_info info{};
  info.id = "omote_face";
  info.type = OBS_SOURCE_TYPE_INPUT;
  info.output_flags = OBS_SOURCE_VIDEO | OBS_SOURCE_DO_NOT_DUPLICATE | OBS_SOURCE_SRGB;
  info.icon_type = OBS_ICON_TYPE_CAMERA;
  info.get_name = [](void*) { return obs_module_text("Face"); };
  info.create = [](obs_data_t* settings, obs_source_t* source) -> void* { return new FaceSource(settings, source); };
  info.destroy = [](void* data) { delete static_cast<FaceSource*>(data); };
  info.get_width = [](void* data) { return self(data).width(); };
  info.get_height = [](void* data) { return self(data).height(); };
  info.get_defaults = [](obs_data_t* settings) {
    obs_data_set_default_string(settings, kStream, kUsualStream);
    obs_data_set_default_string(settings, kWhenGone, kHide);
  };
  info.get_properties = properties;
  info.update = [](void* data, obs_data_t* settings) { self(data).update(settings); };
  info.video_tick = [](void* data, float) { self(data).tick(); };
  info.video_render = [](void* data, gs_effect_t* effect) { self(data).render(effect); };
  obs_register_source(&info);
}

}  // namespace omote_obs
