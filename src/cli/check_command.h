// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// oxbridge check: walks through an installation step by step and says what is wrong and how to mend it.
#include "base/secret.h"
#include "cli/report.h"

#include <string>

namespace oxb::cli {

struct CheckOptions {
  std::string config;  // of oxbridged; empty: only the gateway is looked at, from outside
  std::string server;  // the gateway's URL; empty: as configured, or as Autodiscover finds it
  std::string user;    // empty: nothing that needs a login is tried
  std::string email;
  Secret password;
  std::string ca_file;
  Report::Form form = Report::Form::text;
};

// The process's exit status: 0 when nothing failed, else 1.
int run_check(const CheckOptions& options);

}  // namespace oxb::cli
