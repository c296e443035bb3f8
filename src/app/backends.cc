// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends.h"

#include "backend/imap/imap_mail_store.h"
#include "backend/ox/backend.h"
#include "backend/smtp/smtp_connection.h"

namespace oxb::app {

namespace {

// Empty host: no submission.
backend::ox::Mail mail_of(const Executor& executor, backend::ImapSettings imap, const backend::SmtpSettings& smtp,
                          const backend::ox::MailUser& user) {
  backend::MailLogin login;
  login.user = user.principal.imap_login;
  login.secret = user.credentials.secret;
  if (user.credentials.kind == model::Credentials::Kind::bearer) login.kind = backend::MailLogin::Kind::bearer;
  imap.folder_roles = user.folders;
  backend::ox::Mail mail;
  if (!smtp.host.empty()) mail.submission = std::make_shared<backend::SmtpSubmission>(smtp, login);
  const auto store = std::make_shared<backend::ImapMailStore>(executor, std::move(imap), std::move(login));
  mail.store = store;
  mail.writer = store;
  return mail;
}

backend::MailSecurity security_of(MailTls tls) {
  switch (tls) {
    case MailTls::none:
      return backend::MailSecurity::plaintext;
    case MailTls::starttls:
      return backend::MailSecurity::starttls;
    case MailTls::implicit:
      break;
  }
  return backend::MailSecurity::tls;
}

}  // namespace

backend::ImapSettings imap_settings(const ImapConfig& imap) {
  backend::ImapSettings settings;
  settings.host = imap.host;
  settings.port = imap.port;
  settings.security = security_of(imap.tls);
  settings.allow_remote_plaintext = imap.allow_plaintext;
  settings.ca_file = imap.ca_file;
  settings.verify_certificates = imap.verify;
  return settings;
}

backend::SmtpSettings smtp_settings(const SubmissionConfig& submission) {
  backend::SmtpSettings settings;
  settings.host = submission.host;
  settings.port = submission.port;
  settings.security = security_of(submission.tls);
  settings.allow_remote_plaintext = submission.allow_plaintext;
  settings.ca_file = submission.ca_file;
  settings.verify_certificates = submission.verify;
  settings.sign_in = submission.sign_in;
  settings.hello = submission.hello;
  return settings;
}

net::HttpClientOptions http_options(const OxConfig& ox) {
  net::HttpClientOptions http;
  http.proxy = ox.proxy;
  http.ca_file = ox.ca_file;
  http.verify_certificates = ox.verify;
  http.source_address = ox.source_address;
  return http;
}

Result<std::shared_ptr<backend::Backend>> make_backend(net::EventLoop& loop, const Config& config) {
  OXB_TRY(auto client, net::HttpClient::create(loop.executor(), http_options(config.ox)));

  backend::ox::Options options;
  options.url = config.ox.url;
  options.login_template = config.ox.login;
  options.imap_login_template = config.imap.login;
  return backend::ox::make_backend(
      loop.executor(), std::move(client), std::move(options),
      [executor = loop.executor(), imap = imap_settings(config.imap), smtp = smtp_settings(config.submission)](
          const backend::ox::MailUser& user) { return mail_of(executor, imap, smtp, user); });
}

}  // namespace oxb::app
