#include "driver.hpp"

#include <algorithm>

namespace omote_obs {
namespace {

constexpr std::uint64_t kTapNs = 300'000'000;
constexpr std::uint64_t kAgainNs = 250'000'000;
constexpr float kTtlS = 0.6F;
constexpr char kNoLook[] = "none";
// As the panel and the runtime's own buttons have it, above trackers: what was touched last is shown.
constexpr std::int32_t kPriority = 10;

}  // namespace

void Driver::connect(const std::string& source, std::uint16_t osc_port) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (sender_ != nullptr && source == source_ && osc_port == port_) return;
  source_ = source;
  port_ = osc_port;
  sender_ = std::make_unique<omote::ControlSender>(source, "127.0.0.1", osc_port, kPriority);
}

void Driver::press_emotion(const std::string& name, bool is_down, std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (is_down) {
    emotion_ = emotion_ == name ? "" : name;  // at once: a remote control sends no end of the press
    emotion_down_ns_ = now_ns;
  } else if (emotion_ == name && now_ns - emotion_down_ns_ > kTapNs) {
    emotion_.clear();
  } else {
    return;
  }
  if (emotion_.empty()) {
    send_command("release", source_);
  } else {
    send_emotion(now_ns);  // the one before ends by its time to live: a release might overtake this value
  }
}

void Driver::press_look(const std::string& name, bool is_down, std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (is_down) {
    look_down_ns_ = now_ns;
    send_command("look", name);  // the same again takes it off
  } else if (now_ns - look_down_ns_ > kTapNs) {
    send_command("look", kNoLook);
  }
}

void Driver::let_go() {
  const std::lock_guard<std::mutex> lock(mutex_);
  emotion_.clear();
  send_command("release", source_);
  send_command("look", kNoLook);
}

void Driver::set_weight(float weight, std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  weight_ = std::clamp(weight, 0.0F, 1.0F);
  send_emotion(now_ns);
}

float Driver::weight() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return weight_;
}

std::string Driver::emotion() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return emotion_;
}

void Driver::tick(std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (now_ns - sent_ns_ >= kAgainNs) send_emotion(now_ns);
}

bool Driver::command(const std::string& name, const std::string& argument) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sender_ != nullptr && sender_->command(name, argument) && sender_->send();
}

void Driver::send_emotion(std::uint64_t now_ns) {
  if (sender_ == nullptr || emotion_.empty()) return;
  sent_ns_ = now_ns;
  sender_->channel("emotion", emotion_, {1.0F, weight_, kTtlS});
  sender_->send();
}

void Driver::send_command(const std::string& name, const std::string& argument) {
  if (sender_ != nullptr && sender_->command(name, argument)) sender_->send();
}

}  // namespace omote_obs
