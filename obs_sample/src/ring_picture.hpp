// RingPicture: the newest frame of a stream as a texture of OBS.

#pragma once

#include <graphics/graphics.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "omote/ring_reader.hpp"

namespace omote_obs {

// Its owner sees to it that one thread at a time calls it.
class RingPicture {
 public:
  enum class State { running, gone };

  RingPicture() = default;
  RingPicture(const RingPicture&) = delete;
  RingPicture& operator=(const RingPicture&) = delete;
  ~RingPicture();

  // Show this stream from now on; the picture stays until its first frame.
  void show(const std::string& stream);

  // Take the newest frame from shared memory, if there is a new one.
  State read();

  // The picture, nullptr before the first one. Belongs to the graphics thread.
  gs_texture_t* texture();

  // Of the newest frame; 0 before the first one.
  std::uint32_t width() const { return info_.width; }
  std::uint32_t height() const { return info_.height; }

  const std::string& stream() const { return stream_; }
  std::string problem() const { return reader_ == nullptr ? "" : reader_->problem(); }

 private:
  std::string stream_;
  std::unique_ptr<omote::RingReader> reader_;
  std::vector<std::uint8_t> read_, pixels_;
  omote::FrameInfo read_info_{}, info_{};
  bool is_fresh_ = false;  // pixels_ is newer than texture_
  gs_texture_t* texture_ = nullptr;
  std::uint32_t width_ = 0, height_ = 0;  // of texture_
};

}  // namespace omote_obs
