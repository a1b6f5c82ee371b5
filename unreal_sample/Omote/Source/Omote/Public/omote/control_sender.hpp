// ControlSender: drives layers of the face over OSC (UDP). Never blocks.
//
//   omote::ControlSender sender("unreal");
//   sender.pose(0.3f, 0.1f, 0.0f);
//   sender.expression("jawOpen", 0.6f);
//   sender.emotion("happy", 1.0f, 0.7f);
//   sender.send();                                  // once per frame: all values since the last send
//
// Angles are radians: yaw + to the subject's left, pitch + up, roll + towards the subject's right shoulder.
// Values hold for a second unless they are sent again. Addresses: docs/protocol.md, "OSC".

#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "osc_bundle.hpp"

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#pragma comment(lib, "ws2_32.lib")
#else
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace omote {

class ControlSender {
 public:
  // `source` names this driver in the runtime; of several drivers the higher priority (-1000 to 1000) wins.
  explicit ControlSender(std::string source, std::string host = "127.0.0.1", std::uint16_t port = 9570,
                         std::int32_t priority = 0)
      : source_(std::move(source)), priority_(priority) {
#ifdef _WIN32
    WSADATA data;
    has_started_ = WSAStartup(MAKEWORD(2, 2), &data) == 0;
    unsigned long non_blocking = 1;
#endif
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &address_.sin_addr) != 1) return;
    socket_ = ::socket(AF_INET, SOCK_DGRAM, 0);
#ifdef _WIN32
    if (socket_ != INVALID_SOCKET) ioctlsocket(socket_, FIONBIO, &non_blocking);
#else
    if (socket_ >= 0) ::fcntl(socket_, F_SETFL, O_NONBLOCK);
#endif
    begin();
  }

  ControlSender(const ControlSender&) = delete;
  ControlSender& operator=(const ControlSender&) = delete;

  ~ControlSender() {
#ifdef _WIN32
    if (socket_ != INVALID_SOCKET) closesocket(socket_);
    if (has_started_) WSACleanup();
#else
    if (socket_ >= 0) ::close(socket_);
#endif
  }

  // False if the host is no IPv4 address or no socket could be opened.
  bool is_open() const {
#ifdef _WIN32
    return socket_ != INVALID_SOCKET;
#else
    return socket_ >= 0;
#endif
  }

  // Each returns false if the datagram is full until the next send.
  bool pose(float yaw, float pitch, float roll) { return add("/omote/pose", {yaw, pitch, roll}); }
  bool gaze(float yaw, float pitch) { return add("/omote/gaze", {yaw, pitch}); }
  bool view(float azimuth, float elevation, float distance) {
    return add("/omote/view", {azimuth, elevation, distance});
  }
  // An ARKit blendshape, 0 to 1.
  bool expression(std::string_view blendshape, float value) { return channel("expression", blendshape, {value}); }
  // An emotion 0 to 1; `weight` 0 to 1 is the strength of the emotion filter.
  bool emotion(std::string_view name, float value, float weight = 1.0f) {
    return channel("emotion", name, {value, weight});
  }
  // One channel of any layer: its value, or value and weight, or value, weight and seconds to live.
  bool channel(std::string_view layer, std::string_view name, std::initializer_list<float> values) {
    name_.assign("/omote/").append(layer).append("/").append(name);
    return add(name_, values);
  }
  // A command such as "load_avatar" with a name, or "recenter" with ""; never answered. docs/protocol.md, "OSC".
  bool command(std::string_view name, std::string_view argument) {
    name_.assign("/omote/do/").append(name);
    const bool is_added = is_open() && bundle_.add(name_, argument);
    has_values_ = has_values_ || is_added;
    return is_added;
  }

  // Send the values and commands since the last send as one datagram; false if sending failed.
  bool send() {
    if (!has_values_) return false;
    const auto& bytes = bundle_.bytes();
    const auto sent = ::sendto(socket_, reinterpret_cast<const char*>(bytes.data()),
                               static_cast<int>(bytes.size()), 0,
                               reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    begin();
    return sent >= 0;
  }

 private:
  bool add(std::string_view address, std::initializer_list<float> values) {
    for (const float value : values) {
      if (!std::isfinite(value)) return false;  // the runtime would refuse it
    }
    const bool is_added = is_open() && bundle_.add(address, values);
    has_values_ = has_values_ || is_added;
    return is_added;
  }

  // A setting applies to all later messages of the same datagram.
  void begin() {
    bundle_.clear();
    bundle_.add("/omote/source", std::string_view(source_));
    if (priority_ != 0) bundle_.add("/omote/priority", priority_);
    has_values_ = false;
  }

  std::string source_;
  std::string name_;
  std::int32_t priority_;
  OscBundle bundle_;
  bool has_values_ = false;
  sockaddr_in address_{};
#ifdef _WIN32
  SOCKET socket_ = INVALID_SOCKET;
  bool has_started_ = false;
#else
  int socket_ = -1;
#endif
};

}  // namespace omote
