// The streams of shared memory that a source can show.

#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include "omote/ring_reader.hpp"

namespace omote_obs {

constexpr char kUsualStream[] = "omote";

// Letters, digits, - and _, at most 64: other names would lead out of the folder.
inline bool is_stream_name(const std::string& name) {
  constexpr char kAllowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string::npos;
}

// The streams of which there are files, running or not.
inline std::set<std::string> found_streams() {
  std::set<std::string> streams{kUsualStream};
  for (const std::filesystem::path& folder : omote::ring_folders()) {
    if (!omote::is_private(folder)) continue;
    std::error_code error;
    for (std::filesystem::directory_iterator entries(folder, error), end; !error && entries != end;
         entries.increment(error)) {
      if (entries->path().extension() != ".ring") continue;
      const std::string stream = entries->path().stem().stem().string();  // STREAM.GENERATION.ring
      if (is_stream_name(stream)) streams.insert(stream);
    }
  }
  return streams;
}

}  // namespace omote_obs
