#include "ring_picture.hpp"

#include <obs-module.h>

#include <utility>

#include "premultiply.hpp"

namespace omote_obs {
namespace {

const Premultiply& premultiply() {
  static const Premultiply table;
  return table;
}

}  // namespace

RingPicture::~RingPicture() {
  obs_enter_graphics();
  gs_texture_destroy(texture_);
  obs_leave_graphics();
}

void RingPicture::show(const std::string& stream) {
  if (reader_ != nullptr && stream == stream_) return;
  stream_ = stream;
  reader_ = std::make_unique<omote::RingReader>(stream);
}

RingPicture::State RingPicture::read() {
  const omote::ReadResult result = reader_->read(read_, read_info_);
  if (result == omote::ReadResult::fresh) {
    std::swap(pixels_, read_);  // a frame that was overwritten while it was read stays out of the picture
    info_ = read_info_;
    premultiply().apply(pixels_);
    is_fresh_ = true;
  }
  return result == omote::ReadResult::no_publisher ? State::gone : State::running;
}

gs_texture_t* RingPicture::texture() {
  if (!std::exchange(is_fresh_, false)) return texture_;
  if (texture_ != nullptr && info_.width == width_ && info_.height == height_) {
    gs_texture_set_image(texture_, pixels_.data(), 4 * info_.width, false);
    return texture_;
  }
  gs_texture_destroy(texture_);  // another size needs another texture
  const std::uint8_t* data = pixels_.data();
  texture_ = gs_texture_create(info_.width, info_.height, GS_RGBA, 1, &data, GS_DYNAMIC);
  width_ = info_.width;
  height_ = info_.height;
  return texture_;
}

}  // namespace omote_obs
