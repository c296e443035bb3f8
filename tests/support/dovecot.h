// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A private Dovecot for tests, started by scripts/dovecot.sh and stopped with the object.
//   Dovecot server({"imap/imap_capability = IMAP4rev1"});
//   if (!server.running()) GTEST_SKIP() << server.why_not();
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace oxb::testing {

class Dovecot {
 public:
  static constexpr const char* kPassword = "secret-1";

  // users: names besides user1@example.test ... user60@example.test; all have kPassword.
  explicit Dovecot(const std::vector<std::string>& settings = {}, const std::vector<std::string>& users = {}) {
    if (!std::filesystem::exists("/usr/sbin/dovecot")) {
      why_not_ = "Dovecot is not installed; scripts/packages.sh run installs it";
      return;
    }
    std::string pattern = "/var/tmp/oxb-dovecot.XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      why_not_ = "cannot make a directory below /var/tmp";
      return;
    }
    directory_ = pattern;
    const auto passwd = directory_ + "/users";
    std::ofstream list(passwd);
    for (int i = 1; i <= 60; ++i) list << "user" << i << "@example.test:{PLAIN}" << kPassword << "\n";
    for (const auto& user : users) list << user << ":{PLAIN}" << kPassword << "\n";
    list.close();
    std::string command = script() + " start " + directory_ + " --passwd " + passwd + " --parent " + std::to_string(getpid());
    for (const auto& setting : settings) command += " --set '" + setting + "'";
    if (std::system((command + " > " + directory_ + "/script.log 2>&1").c_str()) != 0) {
      std::ifstream log(directory_ + "/script.log");
      why_not_.assign(std::istreambuf_iterator<char>(log), {});
      failed_ = true;
      return;
    }
    std::ifstream file(directory_ + "/ports");
    for (std::string line; std::getline(file, line);)
      if (const auto equals = line.find('='); equals != std::string::npos)
        ports_[line.substr(0, equals)] = line.substr(equals + 1);
  }
  ~Dovecot() {
    if (directory_.empty()) return;
    // A server takes seconds to end; nobody needs to wait for it.
    run_quietly("(" + script() + " stop " + directory_ + "; rm -rf " + directory_ + ") > /dev/null 2>&1 &");
  }
  Dovecot(const Dovecot&) = delete;

  bool running() const { return ports_.count("imap") != 0; }
  bool failed() const { return failed_; }  // installed, but it did not start: that is a failure, not a reason to skip
  const std::string& why_not() const { return why_not_; }
  std::uint16_t imap() const { return port("imap"); }
  std::uint16_t imaps() const { return port("imaps"); }
  std::uint16_t sieve() const { return port("sieve"); }
  std::uint16_t lmtp() const { return port("lmtp"); }  // 0: not installed
  std::string ca_file() const { return directory_ + "/cert.pem"; }
  const std::string& directory() const { return directory_; }
  void stop() { run_quietly(script() + " stop " + directory_ + " > /dev/null 2>&1"); }

 private:
  static void run_quietly(const std::string& command) { [[maybe_unused]] const int status = std::system(command.c_str()); }
  static std::string script() { return std::string(OXB_SOURCE_DIR) + "/scripts/dovecot.sh"; }
  std::uint16_t port(const std::string& name) const {
    const auto it = ports_.find(name);
    return it == ports_.end() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(it->second));
  }
  std::string directory_, why_not_;
  bool failed_ = false;
  std::map<std::string, std::string> ports_;
};

}  // namespace oxb::testing
