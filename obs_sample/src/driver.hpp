// Driver: what this source holds on the face (an emotion, a look), and single commands, sent by OSC.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "omote/control_sender.hpp"

namespace omote_obs {

// Any thread may call it; nothing waits. Time is an argument: nanoseconds of any clock that only rises.
class Driver {
 public:
  // Where to send, and as whom; the emotion that is held goes on.
  void connect(const std::string& source, std::uint16_t osc_port);

  // A key goes down or up. Tapped: the emotion stays until the next tap of the same key. Held down longer than 0.3 s: it
  // ends with the key. Another emotion takes the place of the one before; looks likewise.
  void press_emotion(const std::string& name, bool is_down, std::uint64_t now_ns);

  // The same for a look that the runtime keeps: the runtime itself holds it, whoever has switched it on.
  void press_look(const std::string& name, bool is_down, std::uint64_t now_ns);

  // End the emotion, and the look that the runtime holds.
  void let_go();

  // Of the emotion, 0 to 1.
  void set_weight(float weight, std::uint64_t now_ns);
  float weight();

  // The emotion that is held, or "".
  std::string emotion();

  // Send the emotion again, four times a second.
  void tick(std::uint64_t now_ns);

  // A command of docs/protocol.md, "OSC"; false if it could not be sent.
  bool command(const std::string& name, const std::string& argument);

 private:
  void send_emotion(std::uint64_t now_ns);
  void send_command(const std::string& name, const std::string& argument);

  std::mutex mutex_;
  std::unique_ptr<omote::ControlSender> sender_;
  std::string source_;
  std::uint16_t port_ = 0;
  std::string emotion_;
  float weight_ = 1.0F;
  std::uint64_t emotion_down_ns_ = 0, look_down_ns_ = 0, sent_ns_ = 0;
};

}  // namespace omote_obs
