// Placard: a picture from a file that stands in for the face.

#pragma once

#include <obs-module.h>

#include <graphics/image-file.h>

#include <cstdint>
#include <string>

namespace omote_obs {

// Its owner sees to it that one thread at a time calls it.
class Placard {
 public:
  Placard() = default;
  Placard(const Placard&) = delete;
  Placard& operator=(const Placard&) = delete;
  ~Placard() { clear(); }

  // Show this file; "" = the picture that comes with the plugin. Reads it, so not on the graphics thread.
  void load(const std::string& file) {
    if (is_loaded_ && file == file_) return;
    clear();
    file_ = file;
    is_loaded_ = true;
    char* own = file.empty() ? obs_module_file("placard.png") : nullptr;
    gs_image_file4_init(&image_, own == nullptr ? file.c_str() : own, GS_IMAGE_ALPHA_PREMULTIPLY_SRGB);
    bfree(own);
    obs_enter_graphics();
    gs_image_file4_init_texture(&image_);
    obs_leave_graphics();
    if (texture() == nullptr) blog(LOG_WARNING, "[omote] the placard %s is no picture that OBS can read", file.c_str());
  }

  // nullptr: not loaded, or no picture.
  gs_texture_t* texture() const { return is_loaded_ ? image().texture : nullptr; }

  // 0: not loaded, or no picture.
  std::uint32_t width() const { return texture() == nullptr ? 0 : image().cx; }
  std::uint32_t height() const { return texture() == nullptr ? 0 : image().cy; }

 private:
  const gs_image_file_t& image() const { return image_.image3.image2.image; }

  void clear() {
    if (!is_loaded_) return;
    obs_enter_graphics();
    gs_image_file4_free(&image_);
    obs_leave_graphics();
    image_ = {};
    is_loaded_ = false;
  }

  gs_image_file4_t image_{};
  std::string file_;
  bool is_loaded_ = false;
};

}  // namespace omote_obs
