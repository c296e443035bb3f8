// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One connection to a submission server: signs in, then carries one mail. Used by one coroutine.
#include "backend/smtp/smtp_settings.h"
#include "backend/writing.h"
#include "format/smtp/reply.h"
#include "net/stream.h"

#include <memory>
#include <string>
#include <vector>

namespace oxb::backend {

class SmtpConnection {
 public:
  // unauthenticated: the server refused the login. access_denied: its certificate, or it offers no way to sign in
  // safely. unavailable: everything else that may be better later.
  static Task<Result<std::unique_ptr<SmtpConnection>>> open(SmtpSettings settings, MailLogin login, Wait wait);
  ~SmtpConnection();

  // As Submission::submit says.
  Task<Result<Submitted>> send(Envelope envelope, Bytes message, Wait wait);

 private:
  SmtpConnection(SmtpSettings settings, std::unique_ptr<net::Stream> stream);

  Task<Result<>> greet(Wait wait);
  Task<Result<>> hello(Wait wait);
  Task<Result<>> secure(Wait wait);
  Task<Result<>> authenticate(MailLogin login, Wait wait);
  Task<Result<smtp::Reply>> log_in(MailLogin login, Wait wait);

  std::string mail_command(const Envelope& envelope, std::string_view message, std::size_t size) const;
  Task<Result<smtp::Reply>> send_envelope(const Envelope& envelope, std::string mail,
                                          std::vector<smtp::Reply>& recipients, Wait wait);
  Task<Result<Submitted>> send_data(std::string text, Submitted so_far, Wait wait);
  Task<Result<>> write_data(std::string_view text, const Wait& wait);

  Task<Result<>> write(std::string bytes, Wait wait);
  Task<Result<smtp::Reply>> read(Wait wait);
  Task<Result<smtp::Reply>> ask(std::string line, Wait wait);

  SmtpSettings settings_;
  std::unique_ptr<net::Stream> stream_;
  smtp::ReplyParser parser_;
  smtp::Extensions extensions_;
  std::vector<std::byte> buffer_;
};

// Submission over SMTP: a connection for each mail. Calls may come from any thread and may overlap; what is under way
// goes on when the object is gone.
class SmtpSubmission final : public Submission {
 public:
  SmtpSubmission(SmtpSettings settings, MailLogin login);
  Task<Result<Submitted>> submit(Envelope envelope, Bytes message, Wait wait) override;

 private:
  SmtpSettings settings_;
  MailLogin login_;
};

}  // namespace oxb::backend
