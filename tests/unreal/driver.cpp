// Test program for the C++ client; prints one line of text per result.
//
//   driver read ring STREAM FOLDER COUNT SECONDS      frames until COUNT or SECONDS are over
//   driver read zmq ADDRESS - COUNT SECONDS
//   driver send PORT                                  one bundle of every kind of control
//   driver parse FILE                                 a frame header
//   driver view X Y Z DISTANCE

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "omote/omote.hpp"
#ifdef WITH_ZMQ
#include "omote/zmq_frames.hpp"
#endif

namespace {

// FNV-1a over every byte.
std::uint64_t checksum(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 1099511628211ULL;
  return hash;
}

std::int64_t unix_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <typename Reader>
int read_frames(Reader& reader, long count, double seconds) {
  std::vector<std::uint8_t> pixels;
  omote::FrameInfo info;
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::string said;
  while (count > 0 && std::chrono::steady_clock::now() < until) {
    if (reader.read(pixels, info) != omote::ReadResult::fresh) {
      if (reader.problem() != said) {
        std::printf("problem %s\n", (said = reader.problem()).c_str());
        std::fflush(stdout);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    const std::int64_t now_ns = unix_ns();
    const std::int64_t from_ns = info.publish_time_ns != 0 ? info.publish_time_ns : info.render_time_ns;
    std::printf("frame %llu %u %u %u %llu %llu %lld\n", static_cast<unsigned long long>(info.frame_id),
                info.width, info.height, info.flags, static_cast<unsigned long long>(info.session_id),
                static_cast<unsigned long long>(checksum(pixels)), static_cast<long long>(now_ns - from_ns));
    std::fflush(stdout);
    said.clear();
    --count;
  }
  return count > 0 ? 1 : 0;
}

template <typename Sender>
void fill(Sender& sender) {
  sender.pose(0.25f, -0.125f, 0.5f);
  sender.gaze(0.125f, 0.0625f);
  sender.view(0.5f, 0.25f, 2.0f);
  sender.expression("jawOpen", 0.75f);
  sender.emotion("happy", 1.0f, 0.5f);
}

int run(const std::vector<std::string>& words) {
  if (words.size() == 6 && words[0] == "read" && words[1] == "ring") {
    omote::RingReader reader(words[2], words[3]);
    return read_frames(reader, std::stol(words[4]), std::stod(words[5]));
  }
  if (words.size() == 1 && words[0] == "folders") {
    for (const auto& folder : omote::ring_folders()) std::printf("%s\n", folder.c_str());
    return 0;
  }
  if (words.size() == 3 && words[0] == "own") {  // a stream, frames: in this user's own folders
    omote::RingReader reader(words[1]);
    return read_frames(reader, std::stol(words[2]), 5.0);
  }
#ifdef WITH_ZMQ
  if (words.size() == 6 && words[0] == "read" && words[1] == "zmq") {
    omote::ZmqFrames reader(words[2]);
    return read_frames(reader, std::stol(words[4]), std::stod(words[5]));
  }
#endif
  if (words.size() == 2 && words[0] == "send") {
    omote::ControlSender sender("driver", "127.0.0.1", static_cast<std::uint16_t>(std::stoi(words[1])), 3);
    fill(sender);
    const bool is_refused = !sender.pose(0.0f / 0.0f, 0.0f, 0.0f);
    return sender.send() && is_refused && !sender.send() ? 0 : 1;
  }
  if (words.size() == 2 && words[0] == "parse") {
    std::ifstream file(words[1], std::ios::binary);
    std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
    omote::FrameInfo info;
    std::size_t pixels_at = 0;
    const char* why = bytes.size() < omote::kFrameHeaderBytes
                          ? "too short"
                          : omote::parse_frame_header(bytes.data(), info, pixels_at);
    if (why != nullptr) return std::printf("refused %s\n", why), 0;
    std::printf("header %u %u %u %u %llu %lld %lld %lld %llu %zu\n", info.width, info.height, info.stride,
                info.flags, static_cast<unsigned long long>(info.frame_id),
                static_cast<long long>(info.capture_time_ns), static_cast<long long>(info.receive_time_ns),
                static_cast<long long>(info.render_time_ns),
                static_cast<unsigned long long>(info.session_id), pixels_at);
    return 0;
  }
  if (words.size() == 5 && words[0] == "view") {
    const omote::View view = omote::view_from_unreal(std::stod(words[1]), std::stod(words[2]),
                                                     std::stod(words[3]), std::stod(words[4]));
    std::printf("view %.6f %.6f %.6f\n", static_cast<double>(view.azimuth),
                static_cast<double>(view.elevation), static_cast<double>(view.distance));
    return 0;
  }
  std::fprintf(stderr, "usage: see the top of driver.cpp\n");
  return 2;
}

}  // namespace

int main(int count, char** words) { return run(std::vector<std::string>(words + 1, words + count)); }
