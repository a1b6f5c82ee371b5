// RingReader: reads the newest frame from shared memory.
//
//   omote::RingReader reader;                       // stream "omote"
//   std::vector<std::uint8_t> pixels;
//   omote::FrameInfo info;
//   if (reader.read(pixels, info) == omote::ReadResult::fresh) draw(pixels, info);
//
// Never blocks, never throws after construction, and reconnects by itself when the publisher restarts or
// changes its size. Call it from one thread. Layout: docs/protocol.md, "Shared memory".

#pragma once

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "frame_header.hpp"
#include "ring_file.hpp"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace omote {

enum class ReadResult {
  fresh,         // a new frame: pixels and description are valid
  nothing_new,   // the publisher is running; its newest frame was read before
  no_publisher,  // see RingReader::problem
};

// Whether a folder is this user's own, no link, and closed to other users; on Windows always.
inline bool is_private(const std::filesystem::path& folder) {
#if defined(_WIN32)
  (void)folder;
  return true;
#else
  struct stat found {};
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::getuid() &&
         (found.st_mode & 0077) == 0;
#endif
}

// The folders in which this user's ring files are searched, in this order. The rule is that of
// protocol/frames/ring_files.py.
inline std::vector<std::filesystem::path> ring_folders() {
  const auto variable = [](const char* name) {
#ifdef _MSC_VER
#pragma warning(suppress : 4996)
#endif
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
#if defined(_WIN32)
  return {std::filesystem::path(variable("LOCALAPPDATA")) / "Omote"};
#elif defined(__APPLE__)
  return {std::filesystem::path(variable("TMPDIR")) / "omote"};
#else
  const std::string user = std::to_string(::getuid());
  std::vector<std::filesystem::path> folders;
  for (const std::filesystem::path runtime : {variable("XDG_RUNTIME_DIR"), "/run/user/" + user}) {
    if (runtime.is_absolute() && is_private(runtime)) folders.push_back(runtime / "omote");
  }
  folders.push_back("/dev/shm/omote-" + user);
  return folders;
#endif
}

class RingReader {
 public:
  explicit RingReader(std::string stream = "omote")
      : stream_(std::move(stream)), folders_(ring_folders()), is_private_only_(true) {}
  RingReader(std::string stream, std::filesystem::path folder)
      : stream_(std::move(stream)), folders_{std::move(folder)}, is_private_only_(false) {}

  // Copy the newest frame, rows without gaps, into `pixels`, which is resized where needed.
  ReadResult read(std::vector<std::uint8_t>& pixels, FrameInfo& info) {
    const std::int64_t now_ns = steady_ns();
    if (!follow(now_ns)) return ReadResult::no_publisher;
    // If the slot is overwritten during the copy, retry with the newest one.
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      std::uint64_t latest = 0;
      if (!read_number(kLatest, latest)) break;
      if (latest == 0 || latest == last_) return ReadResult::nothing_new;
      if (read_slot(latest, pixels, info)) {
        last_ = latest;
        fresh_ns_ = now_ns;
        return ReadResult::fresh;
      }
    }
    ++torn_;
    return ReadResult::nothing_new;
  }

  // The reason why there is no publisher, as text; empty while there is one.
  const std::string& problem() const { return problem_; }

  // Frames skipped because the publisher overwrote them during the copy.
  std::uint64_t torn() const { return torn_; }

 private:
  static constexpr int kAttempts = 4;
  static constexpr std::uint64_t kHeaderBytes = 128;
  static constexpr std::uint64_t kState = 56, kLatest = 64, kHeartbeat = 72;
  static constexpr std::uint64_t kSlotFrame = 32, kSlotPixels = 128;
  static constexpr std::uint32_t kRunning = 1;
  static constexpr std::int64_t kSilentNs = 2'000'000'000;
  static constexpr std::int64_t kLookAgainNs = 250'000'000;

  // Of the header; the same as long as the file is open.
  struct Layout {
    std::uint64_t header_bytes = 0, slot_count = 0, slot_bytes = 0;
  };

  static std::int64_t unix_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  static std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  bool read_number(std::uint64_t offset, std::uint64_t& number) const {
    std::uint8_t bytes[8];
    if (!file_.read(offset, bytes, sizeof bytes)) return false;
    number = read_little<std::uint64_t>(bytes);
    return true;
  }

  // Whether the open file's publisher is alive: its heartbeat changes. It is compared with itself, as the wall clock may
  // be set.
  bool is_alive(std::int64_t now_ns) {
    std::uint8_t head[kHeaderBytes];
    if (!file_.read(0, head, sizeof head) || read_little<std::uint32_t>(head + kState) != kRunning) return false;
    const auto heartbeat_ns = read_little<std::int64_t>(head + kHeartbeat);
    if (heartbeat_ns != heartbeat_ns_) {
      heartbeat_ns_ = heartbeat_ns;
      heard_ns_ = now_ns;
    }
    return now_ns - heard_ns_ < kSilentNs;
  }

  // Close the file of a publisher that has ended. While no new frame comes, look for a newer one a few times a second: a
  // publisher that was killed cannot mark its file as closed.
  bool follow(std::int64_t now_ns) {
    if (file_.is_open() && !is_alive(now_ns)) {
      file_.close();
      looked_ns_ = now_ns - kLookAgainNs;
    }
    const bool is_wanting = !file_.is_open() || now_ns - fresh_ns_ > kLookAgainNs;
    if (is_wanting && now_ns - looked_ns_ >= kLookAgainNs) {
      looked_ns_ = now_ns;
      look(now_ns);
    }
    return file_.is_open();
  }

  // Open the running file of the highest generation, unless it is open.
  void look(std::int64_t now_ns) {
    std::string problem = "no publisher of stream '" + stream_ + "' in " + folders_.front().string() +
                          "; start one with: omote run --publish shm";
    for (const std::filesystem::path& folder : folders_) {
      if (is_private_only_ && !is_private(folder)) continue;  // it does not exist, or another user has made it
      std::vector<std::pair<std::uint64_t, std::filesystem::path>> found = generations(folder);
      while (!found.empty()) {
        auto newest = found.begin();
        for (auto one = found.begin(); one != found.end(); ++one) {
          if (one->first > newest->first) newest = one;
        }
        if (file_.is_open() && newest->second == path_) return;
        if (open(newest->second, now_ns, problem)) {
          problem_.clear();
          return;
        }
        found.erase(newest);
      }
    }
    if (!file_.is_open()) problem_ = problem;
  }

  // Files named <stream>.<generation>.ring.
  std::vector<std::pair<std::uint64_t, std::filesystem::path>> generations(
      const std::filesystem::path& folder) const {
    std::vector<std::pair<std::uint64_t, std::filesystem::path>> found;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error), end;
    for (; !error && entries != end; entries.increment(error)) {
      const std::string name = entries->path().filename().string();
      const std::string prefix = stream_ + ".", suffix = ".ring";
      if (name.size() <= prefix.size() + suffix.size() || name.compare(0, prefix.size(), prefix) != 0 ||
          name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0) {
        continue;
      }
      const std::string number = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
      if (number.size() > 18 || number.find_first_not_of("0123456789") != std::string::npos) continue;
      found.emplace_back(std::stoull(number), entries->path());
    }
    return found;
  }

  // Validate the untrusted header; the file that is open stays so unless this one is right and its publisher alive.
  bool open(const std::filesystem::path& path, std::int64_t now_ns, std::string& problem) {
    const auto refuse = [&](const char* why) {
      problem = path.string() + " " + why;
      return false;
    };
    RingFile file;
    std::uint8_t head[kHeaderBytes];
    if (!file.open(path) || !file.read(0, head, sizeof head)) return refuse("cannot be read");
    if (std::memcmp(head, "OMOTERNG", 8) != 0) return refuse("is no ring of frames");
    if (read_little<std::uint16_t>(head + 8) != 1) return refuse("has a newer layout; update this reader");
    Layout layout;
    layout.header_bytes = read_little<std::uint16_t>(head + 10);
    layout.slot_count = read_little<std::uint32_t>(head + 12);
    layout.slot_bytes = read_little<std::uint64_t>(head + 16);
    const std::uint64_t height = read_little<std::uint32_t>(head + 36);
    const std::uint64_t stride = read_little<std::uint32_t>(head + 40);
    const bool is_sane = layout.header_bytes >= kHeaderBytes && layout.slot_count >= 3 && layout.slot_count <= 1024 &&
                         height > 0 && height <= kMaxSide && stride <= 8ULL * kMaxSide &&
                         layout.slot_bytes >= kSlotPixels + stride * height + 8 && layout.slot_bytes % 8 == 0 &&
                         layout.slot_bytes <= (1ULL << 34) &&
                         layout.header_bytes + layout.slot_count * layout.slot_bytes <= file.size();
    if (!is_sane) return refuse("has sizes that make no sense");
    const auto heartbeat_ns = read_little<std::int64_t>(head + kHeartbeat);
    const std::int64_t now_unix_ns = unix_ns();
    const bool is_young = heartbeat_ns > now_unix_ns - kSilentNs && heartbeat_ns < now_unix_ns + kSilentNs;
    if (read_little<std::uint32_t>(head + kState) != kRunning || !is_young) return false;  // it has ended: no word
    file_.swap(file);
    path_ = path;
    layout_ = layout;
    heartbeat_ns_ = heartbeat_ns;
    heard_ns_ = fresh_ns_ = now_ns;
    last_ = 0;
    return true;
  }

  // Copy frame `number`; false if it was overwritten meanwhile or is invalid.
  bool read_slot(std::uint64_t number, std::vector<std::uint8_t>& pixels, FrameInfo& info) {
    const std::uint64_t slot = layout_.header_bytes + (number % layout_.slot_count) * layout_.slot_bytes;
    if (!is_complete(slot, number)) return false;
    std::uint8_t head[kSlotPixels];
    std::size_t frame_header = 0;
    if (!file_.read(slot, head, sizeof head)) return false;
    if (parse_frame_header(head + kSlotFrame, info, frame_header) != nullptr) return false;
    if (kSlotPixels + info.payload_bytes() + 8 > layout_.slot_bytes) return false;
    info.publish_time_ns = read_little<std::int64_t>(head + 8);
    const std::size_t row = std::size_t{4} * info.width;
    pixels.resize(row * info.height);
    if (info.stride == row) {
      if (!file_.read(slot + kSlotPixels, pixels.data(), pixels.size())) return false;
    } else {
      for (std::uint32_t y = 0; y < info.height; ++y) {
        const std::uint64_t from = slot + kSlotPixels + std::uint64_t{y} * info.stride;
        if (!file_.read(from, pixels.data() + y * row, row)) return false;
      }
      info.stride = static_cast<std::uint32_t>(row);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    return is_complete(slot, number);
  }

  // The lock is stored at both ends of the slot, for CPUs that reorder stores.
  bool is_complete(std::uint64_t slot, std::uint64_t number) const {
    std::uint64_t begin = 0, end = 0;
    if (!read_number(slot, begin) || !read_number(slot + layout_.slot_bytes - 8, end)) return false;
    std::atomic_thread_fence(std::memory_order_acquire);
    return begin == 2 * number && end == 2 * number;
  }

  std::string stream_;
  std::vector<std::filesystem::path> folders_;
  bool is_private_only_;
  RingFile file_;
  std::filesystem::path path_;  // of file_
  Layout layout_;
  std::string problem_;
  std::uint64_t last_ = 0, torn_ = 0;
  std::int64_t heartbeat_ns_ = 0;                                          // of the publisher's clock
  std::int64_t heard_ns_ = 0, fresh_ns_ = 0, looked_ns_ = -kLookAgainNs;  // of the steady clock
};

}  // namespace omote
