// http_get: one file of a server on this machine, within a time.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace omote_obs {

// The body of http://127.0.0.1:PORT/PATH, or "" where the server is missing, slow, refuses or sends more than a megabyte.
// Waits for `patience_ms` at most, and for 50 ms after `is_ended` is true.
std::string http_get(std::uint16_t port, const std::string& path, int patience_ms, const std::atomic<bool>& is_ended);

}  // namespace omote_obs
