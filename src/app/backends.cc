// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends.h"

#include "backend/imap/imap_mail_store.h"
#include "backend/ox/backend.h"

namespace oxb::app {

namespace {

backend::ox::Mail mail_of(const Executor& executor, backend::ImapSettings settings, const backend::ox::MailUser& user) {
  backend::ImapLogin login;
  login.user = user.principal.imap_login;
  login.secret = user.credentials.secret;
  if (user.credentials.kind == model::Credentials::Kind::bearer) login.kind = backend::ImapLogin::Kind::bearer;
  settings.folder_roles = user.folders;
  const auto store = std::make_shared<backend::ImapMailStore>(executor, std::move(settings), std::move(login));
  return {store, store, nullptr};
}

}  // namespace

backend::ImapSettings imap_settings(const ImapConfig& imap) {
  using Security = backend::ImapSettings::Security;
  backend::ImapSettings settings;
  settings.host = imap.host;
  settings.port = imap.port;
  settings.security = imap.tls == ImapConfig::Tls::none       ? Security::plaintext
                      : imap.tls == ImapConfig::Tls::starttls ? Security::starttls
                                                              : Security::tls;
  settings.allow_remote_plaintext = imap.allow_plaintext;
  settings.ca_file = imap.ca_file;
  settings.verify_certificates = imap.verify;
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
      [executor = loop.executor(), settings = imap_settings(config.imap)](const backend::ox::MailUser& user) {
        return mail_of(executor, settings, user);
      });
}

}  // namespace oxb::app
