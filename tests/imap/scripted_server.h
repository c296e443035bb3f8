// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A server that says what the test wants: one thread, one connection after the other, each with its own script.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace oxb::testing {

class ScriptedServer {
 public:
  struct Say {
    std::string text;  // "%t" is the tag of the last command
  };
  struct Hear {
    std::string part;  // reads lines until one contains this
  };
  struct HearLine {
    std::string line;  // reads lines until one is this
  };
  struct SayForEver {
    std::string text;  // until the client goes
  };
  struct Hold {};  // says nothing until the client goes
  using Step = std::variant<Say, Hear, HearLine, SayForEver, Hold>;
  using Script = std::vector<Step>;

  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 8) != 0) std::abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (const int peer = peer_; peer >= 0) shutdown(peer, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  std::uint16_t port() const { return port_; }
  // Every line heard so far; read it after the client has its answer.
  const std::vector<std::string>& heard() const { return heard_; }

  // Greeting and sign-in of a friendly server with these capabilities.
  static Script friendly(const std::string& capabilities, Script more) {
    Script script{Say{"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN " + capabilities + "] ready\r\n"},
                  Hear{"AUTHENTICATE"},
                  Say{"%t OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN " + capabilities + "] in\r\n"}};
    script.insert(script.end(), more.begin(), more.end());
    return script;
  }

 private:
  void serve() {
    for (const auto& script : scripts_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      peer_ = peer;
      if (!stopping_) play(peer, script);
      peer_ = -1;
      close(peer);
    }
  }
  bool send_all(int peer, std::string_view text) {
    while (!text.empty()) {
      const auto sent = send(peer, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  template <class Wanted>
  bool hear(int peer, const Wanted& wanted) {
    while (true) {
      for (auto end = input_.find("\r\n"); end != std::string::npos; end = input_.find("\r\n")) {
        const auto line = input_.substr(0, end);
        input_.erase(0, end + 2);
        heard_.push_back(line);
        if (wanted(line)) {
          tag_ = line.substr(0, line.find(' '));
          return true;
        }
      }
      char buffer[4096];
      const auto size = recv(peer, buffer, sizeof buffer, 0);
      if (size <= 0) return false;
      input_.append(buffer, static_cast<std::size_t>(size));
    }
  }
  std::string with_tag(std::string text) const {
    for (auto at = text.find("%t"); at != std::string::npos; at = text.find("%t")) text.replace(at, 2, tag_);
    return text;
  }
  void play(int peer, const Script& script) {
    input_.clear();
    for (const auto& step : script) {
      if (const auto* say = std::get_if<Say>(&step)) {
        if (!send_all(peer, with_tag(say->text))) return;
      } else if (const auto* wanted = std::get_if<Hear>(&step)) {
        if (!hear(peer, [&](const std::string& line) { return line.find(wanted->part) != std::string::npos; })) return;
      } else if (const auto* whole = std::get_if<HearLine>(&step)) {
        if (!hear(peer, [&](const std::string& line) { return line == whole->line; })) return;
      } else if (const auto* endless = std::get_if<SayForEver>(&step)) {
        while (send_all(peer, endless->text)) {
        }
      } else {
        char buffer[4096];
        while (recv(peer, buffer, sizeof buffer, 0) > 0) {
        }
      }
    }
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string input_, tag_;
  std::vector<std::string> heard_;
  std::atomic<int> peer_{-1};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace oxb::testing
