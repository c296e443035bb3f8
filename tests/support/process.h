// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oxb::testing {

class Process {
 public:
  // Output goes to log_file. Ends with SIGKILL at the latest when this is destroyed.
  Process(std::vector<std::string> command, const std::string& log_file);
  ~Process();
  Process(const Process&) = delete;

  pid_t id() const { return pid_; }
  void signal(int number) const;
  int wait();  // exit status; 128 + number after a signal
  bool running();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// One of the project's programs, as this build made it.
std::string program(const std::string& name);

// Real processes are waited for by looking again; the bound of 30 seconds only matters when one hangs.
bool eventually(const std::function<bool()>& holds);

}  // namespace oxb::testing
