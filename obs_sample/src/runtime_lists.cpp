#include "runtime_lists.hpp"

#include <obs-module.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "http_get.hpp"

namespace omote_obs {
namespace {

constexpr std::size_t kMost = 200;
constexpr int kPatienceMs = 3000;
constexpr auto kPause = std::chrono::seconds(2);

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

// The lists of texts in a JSON as lists of objects: ["a","b"] -> [{"key":"a"},{"key":"b"}]. Commas within the texts stay.
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

// Where a list of texts ends, brackets in the texts left aside; npos: it does not.
std::size_t end_of_list(const std::string& json, std::size_t at) {
  bool is_within = false;
  for (; at < json.size(); ++at) {
    if (is_within && json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      is_within = !is_within;
    } else if (json[at] == ']' && !is_within) {
      return at;
    }
  }
  return std::string::npos;
}

bool ask_looks(std::uint16_t port, int patience_ms, const std::atomic<bool>& is_ended, Offer& offer) {
  std::vector<std::string> looks;
  const auto look = [&looks](obs_data_t* item) { looks.push_back(obs_data_get_string(item, "name")); };
  if (!each_object(http_get(port, "/looks.json", patience_ms, is_ended), look)) return false;
  offer.looks = std::move(looks);
  return true;
}

RuntimeState ask_state(std::uint16_t port, const std::atomic<bool>& is_ended) {
  RuntimeState state;
  const std::string json = http_get(port, "/status.json", kPatienceMs, is_ended);
  obs_data_t* data = json.empty() || json.front() != '{' ? nullptr : obs_data_create_from_json(json.c_str());
  if (data == nullptr) return state;
  state.is_answering = true;
  state.avatar = obs_data_get_string(data, "worn");
  state.fps = obs_data_get_double(data, "fps");
  state.size = static_cast<int>(obs_data_get_int(data, "size"));
  obs_data_release(data);
  // libobs drops texts in lists, so the notes are read from a copy in which they are objects
  const std::size_t notes = json.find("\"notes\":[");
  const std::size_t end = notes == std::string::npos ? notes : end_of_list(json, notes);
  if (end == std::string::npos) return state;
  each_object(objects_of(json.substr(notes + 8, end - notes - 7)), [&state](obs_data_t* item) {
    if (state.note.empty()) state.note = obs_data_get_string(item, "key");
  });
  return state;
}

bool is_same(const Offer& one, const Offer& other) {
  return one.avatars == other.avatars && one.backgrounds == other.backgrounds && one.looks == other.looks;
}

}  // namespace

bool ask_runtime(std::uint16_t panel_port, int patience_ms, const std::atomic<bool>& is_ended, Offer& offer) {
  Offer found;
  const auto avatar = [&found](obs_data_t* item) {
    if (*obs_data_get_string(item, "problem") != '\0') return;  // it cannot be loaded
    found.avatars.push_back({obs_data_get_string(item, "key"), obs_data_get_string(item, "name")});
  };
  if (!each_object(http_get(panel_port, "/avatars.json", patience_ms, is_ended), avatar)) return false;
  const auto background = [&found](obs_data_t* item) { found.backgrounds.push_back(obs_data_get_string(item, "key")); };
  each_object(objects_of(http_get(panel_port, "/backgrounds.json", patience_ms, is_ended)), background);
  ask_looks(panel_port, patience_ms, is_ended, found);
  offer = std::move(found);
  return true;
}

RuntimeLists::RuntimeLists(Offer known, std::function<void(const Offer&)> done)
    : done_(std::move(done)), offer_(std::move(known)), thread_([this] { work(); }) {}

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
  port_ = panel_port;
  is_everything_ = true;
  changed_.notify_all();
}

void RuntimeLists::found(const Offer& offer) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_same(offer, offer_)) return;
    offer_ = offer;
  }
  const std::lock_guard<std::mutex> telling(telling_);
  done_(this->offer());  // the newest: another thread may have found more since
}

Offer RuntimeLists::offer() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return offer_;
}

RuntimeState RuntimeLists::state() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

void RuntimeLists::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_ending_) {
    if (port_ == 0) {
      changed_.wait(lock, [this] { return is_ending_ || port_ != 0; });
      continue;
    }
    const std::uint16_t port = port_;
    const bool is_everything = std::exchange(is_everything_, false);
    lock.unlock();
    ask_once(port, is_everything);
    lock.lock();
    changed_.wait_for(lock, kPause, [this] { return is_ending_ || is_everything_; });
  }
}

void RuntimeLists::ask_once(std::uint16_t port, bool is_everything) {
  RuntimeState now = ask_state(port, is_ending_);
  Offer offered = offer();
  const auto is_worn = [&now](const Choice& avatar) { return avatar.key == now.avatar; };
  const bool is_new = now.is_answering && std::none_of(offered.avatars.begin(), offered.avatars.end(), is_worn);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_everything = is_everything || (now.is_answering && !state_.is_answering) || (is_new && now.avatar != state_.avatar);
    state_ = now;
  }
  if (!now.is_answering) return;
  const bool is_answered = is_everything ? ask_runtime(port, kPatienceMs, is_ending_, offered)
                                         : ask_looks(port, kPatienceMs, is_ending_, offered);
  if (is_answered && !is_ending_) found(offered);
}

}  // namespace omote_obs
