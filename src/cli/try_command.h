// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// oxbridge try: does what Outlook does on its first start, and shows what it sees.
#include "cli/report.h"
#include "cli/web.h"

namespace oxb::cli {

struct TryOptions {
  Access access;
  Report::Form form = Report::Form::text;
  bool thorough = false;   // --check: compares counts, orders and texts between the ways to ask for them
  bool write = false;      // --write: mails and a folder are written, sent and deleted again
  std::size_t mails = 10;  // shown of the Inbox
};

// The process's exit status: 0 only if everything held.
int run_try(const TryOptions& options);

}  // namespace oxb::cli
