// The 96-byte header before the pixels, the same on every transport.
//
// Must match docs/protocol.md ("Frames") and protocol/frames/frame_header.py. Little-endian.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace omote {

constexpr std::size_t kFrameHeaderBytes = 96;
constexpr std::uint32_t kMaxSide = 16384;
constexpr std::uint32_t kRgba8 = 1;

// The format of the pixels; readers ignore unknown bits.
enum FrameFlags : std::uint32_t {
  kStraightAlpha = 1,  // else premultiplied
  kSrgb = 2,           // else linear
  kTopRowFirst = 4,    // else bottom row first
  kSynthetic = 8,      // the picture is not a photograph
};

// One frame's description. Times are Unix nanoseconds, 0 = unknown.
struct FrameInfo {
  std::uint32_t width = 0;   // pixels
  std::uint32_t height = 0;  // pixels
  std::uint32_t stride = 0;  // bytes from one row to the next, at least 4 x width
  std::uint32_t flags = 0;
  std::uint64_t frame_id = 0;       // increases by one per frame of a session
  std::int64_t capture_time_ns = 0;  // capture time of the newest driver's values
  std::int64_t receive_time_ns = 0;  // arrival of their message in the runtime
  std::int64_t render_time_ns = 0;   // end of rendering
  std::int64_t publish_time_ns = 0;  // time of publishing; 0 if the transport does not set it
  std::uint64_t session_id = 0;      // a new value means that frame ids start again

  std::size_t payload_bytes() const { return static_cast<std::size_t>(stride) * height; }
};

// A number from little-endian bytes, on any machine.
template <typename Number>
Number read_little(const std::uint8_t* bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bits |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return static_cast<Number>(bits);
}

// Read a header; returns nullptr, or why it is refused. `bytes` has at least kFrameHeaderBytes.
// `header_bytes` is the offset of the pixels.
inline const char* parse_frame_header(const std::uint8_t* bytes, FrameInfo& info,
                                      std::size_t& header_bytes) {
  if (std::memcmp(bytes, "OMOTEFRM", 8) != 0) return "no frame: it does not begin with OMOTEFRM";
  if (read_little<std::uint16_t>(bytes + 8) != 1) return "a newer frame format; update this reader";
  header_bytes = read_little<std::uint16_t>(bytes + 10);
  if (header_bytes < kFrameHeaderBytes) return "a frame header that is too short";
  info.width = read_little<std::uint32_t>(bytes + 12);
  info.height = read_little<std::uint32_t>(bytes + 16);
  info.stride = read_little<std::uint32_t>(bytes + 20);
  if (read_little<std::uint32_t>(bytes + 24) != kRgba8) return "a pixel format other than RGBA, 8 bits";
  info.flags = read_little<std::uint32_t>(bytes + 28);
  info.frame_id = read_little<std::uint64_t>(bytes + 32);
  info.capture_time_ns = read_little<std::int64_t>(bytes + 40);
  info.receive_time_ns = read_little<std::int64_t>(bytes + 48);
  info.render_time_ns = read_little<std::int64_t>(bytes + 56);
  info.session_id = read_little<std::uint64_t>(bytes + 72);
  info.publish_time_ns = 0;
  const bool is_sane = info.width > 0 && info.width <= kMaxSide && info.height > 0 &&
                       info.height <= kMaxSide && info.stride >= 4 * info.width &&
                       info.stride <= 8 * kMaxSide;
  if (!is_sane || read_little<std::uint64_t>(bytes + 64) != info.payload_bytes()) {
    return "a frame size that makes no sense";
  }
  return nullptr;
}

}  // namespace omote
