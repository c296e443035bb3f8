// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/password.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace oxb::cli {
namespace {

// Echo off while it lives.
class Quiet {
 public:
  Quiet() : changed_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Quiet() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Quiet(const Quiet&) = delete;

 private:
  termios before_{};
  bool changed_;
};

Result<Secret> ask() {
  if (isatty(STDIN_FILENO) == 0)
    return fail(Errc::invalid, "no password: use --password-file or the environment variable OXBRIDGE_PASSWORD");
  fmt::print(stderr, "Password: ");
  std::string line;
  {
    const Quiet quiet;
    std::getline(std::cin, line);
  }
  fmt::print(stderr, "\n");
  return Secret(std::move(line));
}

}  // namespace

Result<Secret> find_password(const std::string& file) {
  if (!file.empty()) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line)) return fail(Errc::not_found, fmt::format("{} cannot be read or is empty", file));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return Secret(std::move(line));
  }
  if (const char* given = std::getenv("OXBRIDGE_PASSWORD"); given != nullptr && *given != '\0') return Secret(given);
  return ask();
}

}  // namespace oxb::cli
