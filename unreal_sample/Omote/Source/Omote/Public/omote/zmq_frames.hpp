// ZmqFrames: reads the newest frame over ZeroMQ, for programs without access to shared memory. Needs libzmq.
//
//   omote::ZmqFrames frames("tcp://127.0.0.1:5572");
//   if (frames.read(pixels, info) == omote::ReadResult::fresh) draw(pixels, info);
//
// Never blocks; ZeroMQ reconnects by itself. Call it from one thread.

#pragma once

#include <zmq.h>

#include <string>
#include <vector>

#include "frame_header.hpp"
#include "ring_reader.hpp"

namespace omote {

class ZmqFrames {
 public:
  explicit ZmqFrames(const std::string& address = "tcp://127.0.0.1:5572") {
    context_ = zmq_ctx_new();
    socket_ = zmq_socket(context_, ZMQ_SUB);
    const int newest_only = 1, linger = 0, again_ms = 100, again_at_most_ms = 1000;
    const std::int64_t most_bytes = 256LL * 1024 * 1024;
    // Options apply only to later connections.
    zmq_setsockopt(socket_, ZMQ_CONFLATE, &newest_only, sizeof newest_only);
    zmq_setsockopt(socket_, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket_, ZMQ_RECONNECT_IVL, &again_ms, sizeof again_ms);
    zmq_setsockopt(socket_, ZMQ_RECONNECT_IVL_MAX, &again_at_most_ms, sizeof again_at_most_ms);
    zmq_setsockopt(socket_, ZMQ_MAXMSGSIZE, &most_bytes, sizeof most_bytes);
    zmq_setsockopt(socket_, ZMQ_SUBSCRIBE, "OMOTEFRM", 8);
    if (zmq_connect(socket_, address.c_str()) != 0) problem_ = address + ": " + zmq_strerror(zmq_errno());
    zmq_msg_init(&message_);
  }

  ZmqFrames(const ZmqFrames&) = delete;
  ZmqFrames& operator=(const ZmqFrames&) = delete;

  ~ZmqFrames() {
    zmq_msg_close(&message_);
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

  // Copy the newest frame, rows without gaps, into `pixels`, which is resized where needed.
  ReadResult read(std::vector<std::uint8_t>& pixels, FrameInfo& info) {
    if (!problem_.empty() && refused_ == 0) return ReadResult::no_publisher;
    if (zmq_msg_recv(&message_, socket_, ZMQ_DONTWAIT) < 0) return ReadResult::nothing_new;
    const auto* bytes = static_cast<const std::uint8_t*>(zmq_msg_data(&message_));
    const std::size_t size = zmq_msg_size(&message_);
    std::size_t pixels_at = 0;
    const char* why = size < kFrameHeaderBytes ? "a message that is shorter than a header"
                                               : parse_frame_header(bytes, info, pixels_at);
    if (why == nullptr && pixels_at + info.payload_bytes() != size) why = "a frame of the wrong size";
    if (why != nullptr) {
      problem_ = why;
      ++refused_;
      return ReadResult::nothing_new;
    }
    const std::size_t row = std::size_t{4} * info.width;
    pixels.resize(row * info.height);
    for (std::uint32_t y = 0; y < info.height; ++y) {
      std::memcpy(pixels.data() + y * row, bytes + pixels_at + std::size_t{y} * info.stride, row);
    }
    info.stride = static_cast<std::uint32_t>(row);
    return ReadResult::fresh;
  }

  // The reason why the last message was refused, or why there is no connection, as text.
  const std::string& problem() const { return problem_; }

  // Messages that were not frames.
  std::uint64_t refused() const { return refused_; }

 private:
  void* context_ = nullptr;
  void* socket_ = nullptr;
  zmq_msg_t message_;
  std::string problem_;
  std::uint64_t refused_ = 0;
};

}  // namespace omote
