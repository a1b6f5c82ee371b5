// OscBundle: OSC 1.0 messages in one datagram, built without allocating once it has grown.
//
// Source: opensoundcontrol.org, specification 1.0: strings end with 1 to 4 zeros at a multiple of four,
// numbers are big-endian, a bundle is "#bundle", a time tag (1 = at once) and size-prefixed messages.

#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace omote {

class OscBundle {
 public:
  // The runtime accepts 65,507 bytes; senders keep a datagram within one Ethernet frame where they can.
  static constexpr std::size_t kMaxBytes = 8192;

  OscBundle() { clear(); }

  void clear() {
    bytes_.clear();
    put_string("#bundle");
    put_number(0);
    put_number(1);
  }

  bool is_empty() const { return bytes_.size() <= kHeadBytes; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

  // Add "/address" with numbers; false when the bundle is full.
  bool add(std::string_view address, std::initializer_list<float> values) {
    const std::size_t begin = begin_message(address);
    char tags[36] = ",";
    if (values.size() > 32) return cancel(begin);
    std::memset(tags + 1, 'f', values.size());
    put_string(std::string_view(tags, values.size() + 1));
    for (const float value : values) put_float(value);
    return end_message(begin);
  }

  // Add "/address" with one string.
  bool add(std::string_view address, std::string_view text) {
    const std::size_t begin = begin_message(address);
    put_string(",s");
    put_string(text);
    return end_message(begin);
  }

  // Add "/address" with one whole number.
  bool add(std::string_view address, std::int32_t number) {
    const std::size_t begin = begin_message(address);
    put_string(",i");
    put_number(static_cast<std::uint32_t>(number));
    return end_message(begin);
  }

 private:
  static constexpr std::size_t kHeadBytes = 16;

  std::size_t begin_message(std::string_view address) {
    const std::size_t begin = bytes_.size();
    put_number(0);  // the size, known at the end
    put_string(address);
    return begin;
  }

  bool end_message(std::size_t begin) {
    if (bytes_.size() > kMaxBytes) return cancel(begin);
    const auto size = static_cast<std::uint32_t>(bytes_.size() - begin - 4);
    for (int i = 0; i < 4; ++i) bytes_[begin + i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
    return true;
  }

  bool cancel(std::size_t begin) {
    bytes_.resize(begin);
    return false;
  }

  void put_string(std::string_view text) {
    // not insert: GCC 12 warns of an overflow in it that cannot happen
    for (const char letter : text) bytes_.push_back(static_cast<std::uint8_t>(letter));
    do bytes_.push_back(0);
    while (bytes_.size() % 4 != 0);
  }

  void put_number(std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(number >> shift));
  }

  void put_float(float value) {
    std::uint32_t bits = 0;
    static_assert(sizeof bits == sizeof value);
    std::memcpy(&bits, &value, sizeof bits);
    put_number(bits);
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace omote
