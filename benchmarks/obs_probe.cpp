// A plugin of OBS that writes when each of our frames left OBS: one line "NUMBER UNIX_NS" for every change of the picture.
//
// The benchmark draws a frame's number into the picture, as 24 squares of 8 x 8 pixels, white for 1, with the inverted squares
// below. OBS gives every finished frame to this plugin as it does to its encoders and the virtual camera.

#include <obs-module.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

OBS_DECLARE_MODULE()

namespace {

constexpr std::uint32_t kBits = 24, kSide = 8;

std::FILE* file = nullptr;
std::uint32_t last = 0;

void on_frame(void*, video_data* frame) {
  std::uint32_t number = 0;
  for (std::uint32_t bit = 0; bit < kBits; ++bit) {
    const std::uint32_t x = bit * kSide + kSide / 2;
    const auto is_white = [&](std::uint32_t row) {
      return frame->data[0][(row * kSide + kSide / 2) * frame->linesize[0] + 4 * x + 1] > 127;
    };
    if (is_white(0) == is_white(1)) return;  // not ours
    number = number << 1 | (is_white(0) ? 1U : 0U);
  }
  if (number == last) return;
  last = number;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::fprintf(file, "%u %lld\n", number,
               static_cast<long long>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()));
  std::fflush(file);
}

}  // namespace

bool obs_module_load() {
  const char* path = std::getenv("OMOTE_PROBE");
  file = path == nullptr ? nullptr : std::fopen(path, "w");
  return file != nullptr;
}

void obs_module_post_load() {
  static video_scale_info conversion{};
  obs_video_info video{};
  if (!obs_get_video_info(&video)) return;
  conversion.format = VIDEO_FORMAT_BGRA;
  conversion.width = video.output_width;
  conversion.height = video.output_height;
  obs_add_raw_video_callback(&conversion, on_frame, nullptr);
}

void obs_module_unload() {
  obs_remove_raw_video_callback(on_frame, nullptr);
  std::fclose(file);
}
