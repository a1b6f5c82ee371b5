#include "driver.hpp"

#include <utility>

namespace omote_obs {
namespace {

constexpr std::uint64_t kTapNs = 300'000'000;
constexpr std::uint64_t kAgainNs = 250'000'000;
constexpr float kWeight = 1.0F, kTtlS = 0.6F;

}  // namespace

void Driver::Held::press(const std::string& pressed, bool is_down, std::uint64_t now_ns) {
  if (is_down) {
    name = name == pressed ? "" : pressed;  // at once: a remote control sends no end of the press
    down_ns = now_ns;
  } else if (name == pressed && now_ns - down_ns > kTapNs) {
    name.clear();
  }
}

void Driver::connect(const std::string& source, std::uint16_t osc_port) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (sender_ != nullptr && source == source_ && osc_port == port_) return;
  source_ = source;
  port_ = osc_port;
  sender_ = std::make_unique<omote::ControlSender>(source, "127.0.0.1", osc_port);
}

void Driver::set_looks(std::vector<Look> looks) {
  const std::lock_guard<std::mutex> lock(mutex_);
  looks_ = std::move(looks);
}

void Driver::press_emotion(const std::string& name, bool is_down, std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  press(emotion_, name, is_down, now_ns);
}

void Driver::press_look(const std::string& name, bool is_down, std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  press(look_, name, is_down, now_ns);
}

void Driver::let_go() {
  const std::lock_guard<std::mutex> lock(mutex_);
  emotion_ = look_ = Held();
  release();
}

void Driver::tick(std::uint64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (now_ns - sent_ns_ < kAgainNs || (emotion_.name.empty() && look_.name.empty())) return;
  sent_ns_ = now_ns;
  send_held();
}

bool Driver::command(const std::string& name, const std::string& argument) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sender_ != nullptr && sender_->command(name, argument) && sender_->send();
}

void Driver::press(Held& held, const std::string& name, bool is_down, std::uint64_t now_ns) {
  const std::string before = held.name;
  held.press(name, is_down, now_ns);
  if (held.name == before) return;
  if (emotion_.name.empty() && look_.name.empty()) {
    release();
    return;
  }
  sent_ns_ = now_ns;
  send_held();  // what was held before ends by its time to live: a release might overtake these values
}

void Driver::send_held() {
  if (sender_ == nullptr) return;
  for (const Look& look : looks_) {
    if (look.name != look_.name) continue;
    for (const ChannelValue& value : look.values) sender_->channel(value.layer, value.channel, {value.value, kWeight, kTtlS});
  }
  if (!emotion_.name.empty()) sender_->channel("emotion", emotion_.name, {1.0F, kWeight, kTtlS});
  sender_->send();
}

void Driver::release() {
  if (sender_ != nullptr && sender_->command("release", source_)) sender_->send();
}

}  // namespace omote_obs
