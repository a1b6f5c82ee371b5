#include "face_source.hpp"

#include <obs-module.h>
#include <util/platform.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "face_control.hpp"
#include "placard.hpp"
#include "ring_picture.hpp"
#include "settings.hpp"

namespace omote_obs {
namespace {

constexpr int kWindowPatienceMs = 300;  // while the settings window opens

// Draw a texture into a box, as large as fits and in its middle.
void draw_fitted(gs_effect_t* effect, gs_texture_t* texture, std::uint32_t width, std::uint32_t height) {
  const float own_width = static_cast<float>(gs_texture_get_width(texture));
  const float own_height = static_cast<float>(gs_texture_get_height(texture));
  const float scale = std::min(static_cast<float>(width) / own_width, static_cast<float>(height) / own_height);
  const bool was_srgb = gs_framebuffer_srgb_enabled();
  gs_enable_framebuffer_srgb(true);  // blend in linear light
  gs_blend_state_push();
  gs_blend_function(GS_BLEND_ONE, GS_BLEND_INVSRCALPHA);
  gs_effect_set_texture_srgb(gs_effect_get_param_by_name(effect, "image"), texture);
  gs_matrix_push();
  gs_matrix_translate3f((static_cast<float>(width) - scale * own_width) / 2,
                        (static_cast<float>(height) - scale * own_height) / 2, 0);
  gs_matrix_scale3f(scale, scale, 1);
  gs_draw_sprite(texture, 0, 0, 0);
  gs_matrix_pop();
  gs_blend_state_pop();
  gs_enable_framebuffer_srgb(was_srgb);
}

// One source in a scene. OBS calls it from its user interface, its graphics thread and its hotkey thread.
class FaceSource {
 public:
  FaceSource(obs_data_t* data, obs_source_t* source) : source_(source), control_(source, data) {
    update(data);
    signal_handler_connect(obs_source_get_signal_handler(source_), "rename", renamed, this);
  }

  ~FaceSource() { signal_handler_disconnect(obs_source_get_signal_handler(source_), "rename", renamed, this); }

  FaceSource(const FaceSource&) = delete;
  FaceSource& operator=(const FaceSource&) = delete;

  void update(obs_data_t* data) {
    Settings read = read_settings(data);
    control_.connect(read.osc_port, read.panel_port);
    std::shared_ptr<const Placard> placard = placard_for(read);  // takes the place of the old one, which ends after the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    placard_.swap(placard);
    if (read.stream != picture_.stream()) is_running_ = is_said_ = false;
    picture_.show(read.stream);
    if (is_running_ && read.avatar != settings_.avatar) control_.wear("load_avatar", read.avatar);
    if (is_running_ && read.background != settings_.background) control_.wear("background", read.background);
    settings_ = std::move(read);
    measure();
  }

  void save(obs_data_t* data) { control_.save(data); }

  // Read the newest frame, once per frame of OBS, and only while the source is shown anywhere.
  void tick() {
    control_.driver().tick(os_gettime_ns());
    if (!obs_source_showing(source_)) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool is_running = picture_.read() == RingPicture::State::running;
    measure();
    if (is_said_ && is_running == is_running_) return;
    is_running_ = is_running;
    is_said_ = true;
    say();
    if (!is_running) return;
    // a runtime that was started again wears what was chosen here
    control_.wear("load_avatar", settings_.avatar);
    control_.wear("background", settings_.background);
    control_.ask_again();
  }

  void render(gs_effect_t* effect) {
    const std::lock_guard<std::mutex> lock(mutex_);
    gs_texture_t* texture = picture_.texture();
    if (!is_running_ && settings_.when_gone == WhenGone::hide) return;
    if (!is_running_ && placard_ != nullptr) texture = placard_->texture();
    if (texture != nullptr && width_ > 0 && height_ > 0) draw_fitted(effect, texture, width_, height_);
  }

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }

  obs_properties_t* properties() {
    Settings now;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      now = settings_;
    }
    const auto recenter = [](obs_properties_t*, obs_property_t*, void* data) {
      static_cast<FaceSource*>(data)->control_.driver().command("recenter", "");
      return false;
    };
    return make_properties(control_.newest_offer(kWindowPatienceMs), now, recenter, this);
  }

 private:
  // The runtime knows the source by its name.
  static void renamed(void* data, calldata_t*) {
    auto& self = *static_cast<FaceSource*>(data);
    std::uint16_t osc_port = 0, panel_port = 0;
    {
      const std::lock_guard<std::mutex> lock(self.mutex_);
      osc_port = self.settings_.osc_port;
      panel_port = self.settings_.panel_port;
    }
    self.control_.connect(osc_port, panel_port);
  }

  // The placard that the settings ask for; the one that is there, where it is the same.
  std::shared_ptr<const Placard> placard_for(const Settings& read) {
    if (read.when_gone != WhenGone::placard) return nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (placard_ != nullptr && placard_->file() == read.placard) return placard_;
    }
    return std::make_shared<Placard>(read.placard);
  }

  // Size of the source: the chosen one, or that of the newest frame, or of the placard before the first one.
  void measure() {
    if (settings_.is_size_fixed) {
      width_ = settings_.width;
      height_ = settings_.height;
    } else if (picture_.width() > 0 || placard_ == nullptr) {
      width_ = picture_.width();
      height_ = picture_.height();
    } else {
      width_ = placard_->width();
      height_ = placard_->height();
    }
  }

  // One line in OBS's log when the runtime comes or goes.
  void say() const {
    const char* name = obs_source_get_name(source_);
    if (is_running_) {
      blog(LOG_INFO, "[omote] %s: shows the stream %s", name, picture_.stream().c_str());
    } else {
      blog(LOG_INFO, "[omote] %s: %s", name, picture_.problem().c_str());
    }
  }

  obs_source_t* source_;
  std::mutex mutex_;  // of the next six
  Settings settings_;
  RingPicture picture_;
  std::shared_ptr<const Placard> placard_;  // nullptr = none is chosen
  bool is_running_ = false, is_said_ = false;
  std::atomic<std::uint32_t> width_{0}, height_{0};
  FaceControl control_;  // ends first: its thread and its hotkeys are of this source
};

FaceSource& self(void* data) { return *static_cast<FaceSource*>(data); }

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
  info.get_defaults = set_defaults;
  info.get_properties = [](void* data) { return self(data).properties(); };
  info.update = [](void* data, obs_data_t* settings) { self(data).update(settings); };
  info.save = [](void* data, obs_data_t* settings) { self(data).save(settings); };
  info.video_tick = [](void* data, float) { self(data).tick(); };
  info.video_render = [](void* data, gs_effect_t* effect) { self(data).render(effect); };
  obs_register_source(&info);
}

}  // namespace omote_obs
