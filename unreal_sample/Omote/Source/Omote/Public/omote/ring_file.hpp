// RingFile: one shared-memory file, read safely at any offset, whatever its writer does.
//
// On POSIX it is read with pread: one copy from the page cache into the caller's buffer, like a
// mapping, but a shrinking file gives a short read instead of SIGBUS. Windows does not allow shrinking a
// mapped file, and ReadFile need not see writes through a mapping, so there the file is mapped.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace omote {

class RingFile {
 public:
  RingFile() = default;
  RingFile(const RingFile&) = delete;
  RingFile& operator=(const RingFile&) = delete;
  ~RingFile() { close(); }

  // True if it could be opened for reading. Symbolic links are not followed.
  bool open(const std::filesystem::path& path) {
    close();
#ifdef _WIN32
    file_ = CreateFileW(path.c_str(), GENERIC_READ,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                        FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
    if (file_ == INVALID_HANDLE_VALUE) return false;
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file_, &size) || size.QuadPart <= 0) return close(), false;
    mapping_ = CreateFileMappingW(file_, nullptr, PAGE_READONLY, 0, 0, nullptr);
    if (mapping_ == nullptr) return close(), false;
    view_ = static_cast<const std::uint8_t*>(MapViewOfFile(mapping_, FILE_MAP_READ, 0, 0, 0));
    if (view_ == nullptr) return close(), false;
    size_ = static_cast<std::uint64_t>(size.QuadPart);
#else
    file_ = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0) return false;
    struct stat status {};
    if (::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) return close(), false;
    size_ = static_cast<std::uint64_t>(status.st_size);
#endif
    return true;
  }

  bool is_open() const {
#ifdef _WIN32
    return view_ != nullptr;
#else
    return file_ >= 0;
#endif
  }

  void swap(RingFile& other) noexcept {
    std::swap(file_, other.file_);
#ifdef _WIN32
    std::swap(mapping_, other.mapping_);
    std::swap(view_, other.view_);
#endif
    std::swap(size_, other.size_);
  }

  // Size when it was opened, bytes.
  std::uint64_t size() const { return size_; }

  // Copy bytes; false if the file is shorter (or has shrunk).
  bool read(std::uint64_t offset, void* destination, std::size_t bytes) const {
#ifdef _WIN32
    if (offset > size_ || bytes > size_ - offset) return false;
    std::memcpy(destination, view_ + offset, bytes);
    return true;
#else
    auto* place = static_cast<std::uint8_t*>(destination);
    while (bytes > 0) {
      const ssize_t got = ::pread(file_, place, bytes, static_cast<off_t>(offset));
      if (got <= 0) return false;
      place += got;
      offset += static_cast<std::uint64_t>(got);
      bytes -= static_cast<std::size_t>(got);
    }
    return true;
#endif
  }

  void close() {
#ifdef _WIN32
    if (view_ != nullptr) UnmapViewOfFile(view_);
    if (mapping_ != nullptr) CloseHandle(mapping_);
    if (file_ != INVALID_HANDLE_VALUE) CloseHandle(file_);
    view_ = nullptr;
    mapping_ = nullptr;
    file_ = INVALID_HANDLE_VALUE;
#else
    if (file_ >= 0) ::close(file_);
    file_ = -1;
#endif
    size_ = 0;
  }

 private:
#ifdef _WIN32
  HANDLE file_ = INVALID_HANDLE_VALUE;
  HANDLE mapping_ = nullptr;
  const std::uint8_t* view_ = nullptr;
#else
  int file_ = -1;
#endif
  std::uint64_t size_ = 0;
};

}  // namespace omote
