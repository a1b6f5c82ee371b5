#include "runtime_lists.hpp"

#include <obs-module.h>

#include <chrono>
#include <utility>

#include "http_get.hpp"

namespace omote_obs {
namespace {

constexpr std::size_t kMost = 200;
constexpr int kPatienceMs = 3000;  // a source that is removed waits for it
constexpr int kAttempts = 5;
constexpr auto kPause = std::chrono::seconds(1);  // the panel opens a little after the first frame

// Calls `take` with every item of a list of objects; false if the text is none.
template <typename Take>
bool each_object(const std::string& json, Take take) {
  if (json.empty() || json.front() != '[') return false;
  obs_data_t* data = obs_data_create_from_json(("{\"list\": " + json + "}").c_str());  // libobs reads objects only
  obs_data_array_t* list = data == nullptr ? nullptr : obs_data_get_array(data, "list");
  for (std::size_t at = 0; list != nullptr && at < obs_data_array_count(list) && at < kMost; ++at) {
    obs_data_t* item = obs_data_array_item(list, at);
    take(item);
    obs_data_release(item);
  }
  const bool is_list = list != nullptr;
  obs_data_array_release(list);
  obs_data_release(data);
  return is_list;
}

// A list of texts as one of objects: ["a","b"] -> [{"key":"a"},{"key":"b"}]. Commas within the texts stay.
std::string objects_of(const std::string& texts) {
  std::string objects;
  bool is_within = false, is_escaped = false;
  for (const char letter : texts) {
    if (letter == '"' && !is_escaped) {
      objects += is_within ? "\"}" : "{\"key\":\"";
      is_within = !is_within;
    } else {
      objects += letter;
    }
    is_escaped = is_within && letter == '\\' && !is_escaped;
  }
  return objects;
}

}  // namespace

bool ask_runtime(std::uint16_t panel_port, int patience_ms, Offer& offer) {
  Offer found;
  const auto avatar = [&found](obs_data_t* item) {
    if (*obs_data_get_string(item, "problem") != '\0') return;  // it cannot be loaded
    found.avatars.push_back({obs_data_get_string(item, "key"), obs_data_get_string(item, "name")});
  };
  if (!each_object(http_get(panel_port, "/avatars.json", patience_ms), avatar)) return false;
  const auto background = [&found](obs_data_t* item) { found.backgrounds.push_back(obs_data_get_string(item, "key")); };
  each_object(objects_of(http_get(panel_port, "/backgrounds.json", patience_ms)), background);
  offer = std::move(found);
  return true;
}

RuntimeLists::RuntimeLists(std::function<void(const Offer&)> done)
    : done_(std::move(done)), thread_([this] { work(); }) {}

RuntimeLists::~RuntimeLists() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RuntimeLists::ask(std::uint16_t panel_port) {
  const std::lock_guard<std::mutex> lock(mutex_);
  wanted_ = panel_port;
  changed_.notify_all();
}

void RuntimeLists::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_ending_) {
    changed_.wait(lock, [this] { return is_ending_ || wanted_ != 0; });
    const std::uint16_t port = std::exchange(wanted_, std::uint16_t{0});
    for (int attempt = 0; attempt < kAttempts && port != 0 && !is_ending_ && wanted_ == 0; ++attempt) {
      lock.unlock();
      Offer offer;
      const bool is_answered = ask_runtime(port, kPatienceMs, offer);
      if (is_answered) done_(offer);
      lock.lock();
      if (is_answered) break;
      changed_.wait_for(lock, kPause, [this] { return is_ending_ || wanted_ != 0; });
    }
  }
}

}  // namespace omote_obs
