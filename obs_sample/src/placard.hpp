// Placard: a picture from a file that stands in for the face.

#pragma once

#include <obs-module.h>

#include <graphics/image-file.h>

#include <cstdint>
#include <string>
#include <utility>

namespace omote_obs {

// Made and destroyed without any lock of its user's held: both wait for OBS's graphics context.
class Placard {
 public:
  // "" = the picture that comes with the plugin.
  explicit Placard(std::string file) : file_(std::move(file)) {
    char* own = file_.empty() ? obs_module_file("placard.png") : nullptr;
    gs_image_file4_init(&image_, own == nullptr ? file_.c_str() : own, GS_IMAGE_ALPHA_PREMULTIPLY_SRGB);
    bfree(own);
    obs_enter_graphics();
    gs_image_file4_init_texture(&image_);
    obs_leave_graphics();
    if (texture() == nullptr) blog(LOG_WARNING, "[omote] the placard %s is no picture that OBS can read", file_.c_str());
  }

  Placard(const Placard&) = delete;
  Placard& operator=(const Placard&) = delete;

  ~Placard() {
    obs_enter_graphics();
    gs_image_file4_free(&image_);
    obs_leave_graphics();
  }

  const std::string& file() const { return file_; }

  // nullptr: the file is no picture; then both sides are 0.
  gs_texture_t* texture() const { return image().texture; }
  std::uint32_t width() const { return texture() == nullptr ? 0 : image().cx; }
  std::uint32_t height() const { return texture() == nullptr ? 0 : image().cy; }

 private:
  const gs_image_file_t& image() const { return image_.image3.image2.image; }

  std::string file_;
  gs_image_file4_t image_{};
};

}  // namespace omote_obs
