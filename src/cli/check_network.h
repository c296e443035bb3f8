// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The first steps towards any server: its name, a connection, its certificate.
#include "cli/check_list.h"
#include "net/event_loop.h"
#include "net/stream.h"

#include <functional>

namespace oxb::cli {

// Nothing is waited for longer than this.
constexpr std::chrono::seconds kStepTime{10};
inline Wait step_wait() { return Wait::upto(kStepTime); }

struct Peer {
  std::string area;  // begins the steps' names: "OX"
  std::string host;
  std::uint16_t port = 0;
  std::string ca_file;
  bool verify = true;
  std::string setting;     // where the host is configured: "ox.url"
  std::string ca_setting;  // where a further authority is named: "ox.ca_file"
};

class NetworkCheck {
 public:
  NetworkCheck(net::EventLoop& loop, CheckList& list, Peer peer) : loop_(loop), list_(list), peer_(std::move(peer)) {}

  // Name and connection. Null: a failure was reported.
  std::unique_ptr<net::Stream> connect();
  using Connect = std::function<Result<std::unique_ptr<net::Stream>>()>;
  // Starts TLS and says what the certificate is worth. again: a fresh connection, ready for TLS, to look at a
  // certificate that was refused. False: a failure was reported.
  bool start_tls(net::Stream& stream, const Connect& again);
  // Both in a row, for servers that speak TLS from the first byte.
  std::unique_ptr<net::Stream> connect_tls();
  void skip_rest(std::string_view why);

 private:
  Result<std::unique_ptr<net::Stream>> open();
  void refused(const Error& error, const Connect& again);
  std::string step(std::string_view what) const { return fmt::format("{}: {}", peer_.area, what); }

  net::EventLoop& loop_;
  CheckList& list_;
  Peer peer_;
};

// "2027-01-31"
std::string date_text(Instant instant);
// "issued by Example CA for ox.example.com, *.example.com; valid until 2027-01-31"
std::string certificate_text(const net::Certificate& certificate);
// What there is to complain about in a good certificate: that it expires soon. Empty: nothing.
std::string expiry_warning(const net::Certificate& certificate);
constexpr std::string_view kRenewCertificate = "renew the certificate, and let the server read the new one";

}  // namespace oxb::cli
