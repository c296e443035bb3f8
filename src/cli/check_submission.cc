// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends.h"
#include "backend/smtp/smtp_connection.h"
#include "cli/check.h"

namespace oxb::cli {

// Nothing is sent: the walk ends where a mail could be.
void Check::submission() {
  const auto& submission = config_->submission;
  if (submission.host.empty())
    return list_.warning("Submission: server", "submission.host is not set: mail can be read, but not sent",
                         "name the server that takes mail of users in [submission]");
  NetworkCheck network(loop_, list_,
                       {"Submission", submission.host, submission.port, submission.ca_file, submission.verify,
                        "[submission]", "submission.ca_file"});
  const auto stream = submission.tls == app::MailTls::implicit ? network.connect_tls() : network.connect();
  if (!stream) return;
  if (!account_)
    return list_.skipped("Submission: login",
                         refused_.empty() ? "no --user" : refused_ + ", and only it knows the mail login");
  backend::MailLogin login;
  login.user = account_->principal().imap_login;
  login.secret = options_.password;
  const auto who = submission.sign_in ? "as " + login.user : std::string("without a login, as configured");
  const auto opened =
      loop_.run(backend::SmtpConnection::open(app::smtp_settings(submission), std::move(login), step_wait()));
  if (opened) return list_.good("Submission: login", who);
  std::string_view mend = "check submission.port and submission.tls (587 starttls, 465 implicit); look at its log";
  if (opened.error().code == Errc::unauthenticated)
    mend = "it must take the login and password that the user has at the mail server";
  if (opened.error().code == Errc::access_denied)
    mend = "set submission.tls to \"starttls\" or \"implicit\", and submission.ca_file where the authority is your own";
  list_.failure("Submission: login", fmt::format("{}: {}", who, opened.error().what), mend);
}

}  // namespace oxb::cli
