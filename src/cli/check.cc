// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/check.h"

namespace oxb::cli {

int Check::run() {
  if (!options_.config.empty()) configuration();
  if (config_) {
    open_xchange();
    imap();
    submission();
  }
  if (options_.config.empty() || config_) {
    gateway();
    places();
  }
  if (account_) loop_.run(account_->sign_out(Wait::upto(kStepTime)));
  return list_.finish();
}

std::string Check::mail_address() const {
  if (!options_.email.empty()) return options_.email;
  if (account_ && !account_->principal().email.empty()) return account_->principal().email;
  if (!settings_.smtp_address.empty()) return settings_.smtp_address;
  return options_.user.find('@') != std::string::npos ? options_.user : std::string();
}

int run_check(const CheckOptions& options) {
  net::EventLoop loop(2, 1);
  return Check(loop, options).run();
}

}  // namespace oxb::cli
