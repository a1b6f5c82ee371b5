// Driver: what this source holds on the face (an emotion, a look), sent again and again, and single commands.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "looks.hpp"
#include "omote/control_sender.hpp"

namespace omote_obs {

// Any thread may call it; nothing waits. Time is an argument: nanoseconds of any clock that only rises.
class Driver {
 public:
  // Where to send, and as whom; the values that are held go on.
  void connect(const std::string& source, std::uint16_t osc_port);

  void set_looks(std::vector<Look> looks);

  // A key goes down or up. Tapped: the emotion stays until the next tap of the same key. Held down longer than 0.3 s: it
  // ends with the key. Another emotion takes the place of the one before; looks likewise.
  void press_emotion(const std::string& name, bool is_down, std::uint64_t now_ns);
  void press_look(const std::string& name, bool is_down, std::uint64_t now_ns);
  void let_go();

  // Send what is held, four times a second.
  void tick(std::uint64_t now_ns);

  // A command of docs/protocol.md, "OSC"; false if it could not be sent.
  bool command(const std::string& name, const std::string& argument);

 private:
  // One name, on or off.
  struct Held {
    std::string name;
    std::uint64_t down_ns = 0;
    void press(const std::string& pressed, bool is_down, std::uint64_t now_ns);
  };

  void press(Held& held, const std::string& name, bool is_down, std::uint64_t now_ns);
  void send_held();
  void release();

  std::mutex mutex_;
  std::unique_ptr<omote::ControlSender> sender_;
  std::string source_;
  std::uint16_t port_ = 0;
  std::vector<Look> looks_;
  Held emotion_, look_;
  std::uint64_t sent_ns_ = 0;
};

}  // namespace omote_obs
