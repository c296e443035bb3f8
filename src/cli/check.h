// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The walk of `oxbridge check`: configuration, Open-Xchange, IMAP, submission, the gateway itself, the places where
// Outlook looks.
#include "app/config.h"
#include "backend/connector.h"
#include "backend/imap/imap_connection.h"
#include "cli/check_command.h"
#include "cli/check_network.h"
#include "cli/web.h"

#include <memory>
#include <optional>

namespace oxb::cli {

class Check {
 public:
  Check(net::EventLoop& loop, const CheckOptions& options) : loop_(loop), options_(options), list_(options.form) {}
  int run();

 private:
  // check_config.cc: what could be read of the configuration.
  void configuration();
  void certificate_files();
  void store_directory();

  // check_ox.cc
  void open_xchange();
  bool reach_ox();
  bool ask_ox();
  void compare_clocks(const net::HttpResponse& response);
  void sign_in();
  void look_at_account();

  // check_imap.cc
  void imap();
  std::unique_ptr<net::Stream> greet_imap(NetworkCheck& network);
  void imap_login();
  void imap_capabilities(backend::ImapConnection& connection);
  void imap_folders();

  // check_submission.cc
  void submission();

  // check_gateway.cc
  void gateway();
  bool find_gateway();
  bool reach_gateway();
  bool offers_login(net::HttpClient& http);
  void plain_http(net::HttpClient& http);
  void autodiscover_json(net::HttpClient& http);
  void autodiscover_pox(Web& web);
  void mailbox(Web& web);
  void address_book(Web& web);
  Result<std::unique_ptr<net::HttpClient>> gateway_client();

  // check_places.cc: where Outlook looks when it knows nothing but a mail address.
  void places();

  std::string mail_address() const;

  net::EventLoop& loop_;
  const CheckOptions& options_;
  CheckList list_;
  std::optional<app::Config> config_;
  std::shared_ptr<backend::Account> account_;
  std::string refused_;      // why no further login is tried; empty: go on
  std::string gateway_url_;  // without a path
  std::string gateway_ca_;
  autodiscover::Settings settings_;  // what Autodiscover answered
};

}  // namespace oxb::cli
