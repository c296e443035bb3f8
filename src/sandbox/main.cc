// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/commands.h"

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
  // A peer that goes away is an error of that one connection.
  std::signal(SIGPIPE, SIG_IGN);
  return oxb::sandbox::run_command(argc, argv);
}
