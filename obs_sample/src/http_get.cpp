#include "http_get.hpp"

#include <algorithm>
#include <chrono>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace omote_obs {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr long long kLookMs = 50;

#ifdef _WIN32
using Handle = SOCKET;
constexpr Handle kNone = INVALID_SOCKET;
constexpr int kSendFlags = 0;
int wait_for(WSAPOLLFD* asked, int wait_ms) { return WSAPoll(asked, 1, wait_ms); }
using Asked = WSAPOLLFD;
void close_handle(Handle handle) { closesocket(handle); }
void stop_waiting(Handle handle) {
  unsigned long non_blocking = 1;
  ioctlsocket(handle, FIONBIO, &non_blocking);
}
struct Sockets {
  Sockets() { WSAStartup(MAKEWORD(2, 2), &data); }
  ~Sockets() { WSACleanup(); }
  WSADATA data;
};
#else
using Handle = int;
constexpr Handle kNone = -1;
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif
int wait_for(pollfd* asked, int wait_ms) { return ::poll(asked, 1, wait_ms); }
using Asked = pollfd;
void close_handle(Handle handle) { ::close(handle); }
void stop_waiting(Handle handle) { ::fcntl(handle, F_SETFL, O_NONBLOCK); }
struct Sockets {};
#endif

// A connection without blocking calls: every wait ends with the whole request's time.
class Connection {
 public:
  Connection(std::uint16_t port, int patience_ms, const std::atomic<bool>& is_ended)
      : is_ended_(is_ended),
        ends_(Clock::now() + std::chrono::milliseconds(patience_ms)),
        handle_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (handle_ == kNone) return;
    stop_waiting(handle_);
#ifdef SO_NOSIGPIPE
    const int on = 1;
    ::setsockopt(handle_, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    ::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address);  // goes on in the background
  }
  ~Connection() {
    if (handle_ != kNone) close_handle(handle_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool send(const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      if (!is_ready(POLLOUT)) return false;
      const auto count = ::send(handle_, text.data() + sent, static_cast<int>(text.size() - sent), kSendFlags);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  // Everything until the server closes; "" if that takes too long or is too much.
  std::string receive() {
    std::string text;
    char part[4096];
    while (is_ready(POLLIN)) {
      const auto count = ::recv(handle_, part, sizeof part, 0);
      if (count == 0) return text;
      if (count < 0 || text.size() + static_cast<std::size_t>(count) > kMostBytes) break;
      text.append(part, static_cast<std::size_t>(count));
    }
    return "";
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool is_ready(short what) {
    Asked asked{};
    asked.fd = handle_;
    asked.events = what;
    while (handle_ != kNone && !is_ended_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(ends_ - Clock::now()).count();
      if (left <= 0) return false;
      // Any event: Windows says only POLLHUP at the end of what is read; what is wrong, send and recv say.
      const int found = wait_for(&asked, static_cast<int>(std::min<long long>(left, kLookMs)));
      if (found != 0) return found == 1;
    }
    return false;
  }

  [[maybe_unused]] Sockets sockets_;
  const std::atomic<bool>& is_ended_;
  Clock::time_point ends_;
  Handle handle_;
};

}  // namespace

std::string http_get(std::uint16_t port, const std::string& path, int patience_ms, const std::atomic<bool>& is_ended) {
  Connection connection(port, patience_ms, is_ended);
  const std::string host = "127.0.0.1:" + std::to_string(port);
  if (!connection.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")) return "";
  const std::string answer = connection.receive();
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos || answer.compare(0, 13, "HTTP/1.1 200 ") != 0) return "";
  return answer.substr(head + 4);
}

}  // namespace omote_obs
