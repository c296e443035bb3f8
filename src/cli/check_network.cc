// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/check_network.h"

#include "net/resolve.h"

#include <ctime>
#include <set>

namespace oxb::cli {
namespace {

constexpr std::chrono::hours kSoon{30 * 24};
constexpr std::size_t kNamesShown = 4;

Instant now() { return system_clock().now(); }

template <class List>
std::string joined(const List& all) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& each : all) {
    if (shown++ == kNamesShown) return out + ", ...";
    out += (out.empty() ? "" : ", ") + each;
  }
  return out;
}

}  // namespace

std::string date_text(Instant instant) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch()).count());
  std::tm fields{};
  if (gmtime_r(&seconds, &fields) == nullptr) return "?";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &fields)};
}

std::string certificate_text(const net::Certificate& certificate) {
  const auto begin = certificate.not_before();
  return fmt::format("issued by {} for {}; valid {} {}", certificate.issuer(), joined(certificate.names()),
                     begin > now() ? "from" : "until", date_text(begin > now() ? begin : certificate.not_after()));
}

std::string expiry_warning(const net::Certificate& certificate) {
  const auto left = certificate.not_after() - now();
  if (left > kSoon) return {};
  return fmt::format("the certificate expires on {}, in {} days", date_text(certificate.not_after()),
                     std::chrono::duration_cast<std::chrono::hours>(left).count() / 24);
}

Result<std::unique_ptr<net::Stream>> NetworkCheck::open() {
  return loop_.run(net::Stream::connect(peer_.host, peer_.port, step_wait()));
}

std::unique_ptr<net::Stream> NetworkCheck::connect() {
  const auto found = loop_.run(net::resolve(peer_.host, peer_.port, step_wait()));
  if (!found) {
    list_.failure(step("name"), found.error().what,
                  fmt::format("correct {}, or enter the name in the DNS this machine asks", peer_.setting));
    skip_rest("the host is unknown");
    return nullptr;
  }
  std::set<std::string> addresses;
  for (const auto& endpoint : *found) addresses.insert(endpoint.address().to_string());
  list_.good(step("name"), fmt::format("{} is {}", peer_.host, joined(addresses)));
  auto stream = open();
  if (!stream) {
    list_.failure(step("connection"), stream.error().what,
                  fmt::format("is the server running, is the port in {} right, and does no firewall stand between?",
                              peer_.setting));
    skip_rest("there is no connection");
    return nullptr;
  }
  list_.good(step("connection"), fmt::format("port {} answers", peer_.port));
  return std::move(*stream);
}

bool NetworkCheck::start_tls(net::Stream& stream, const Connect& again) {
  const net::TlsClientOptions options{peer_.host, peer_.ca_file, peer_.verify};
  const auto secured = loop_.run(stream.start_tls(options, step_wait()));
  if (!secured) {
    refused(secured.error(), again);
    skip_rest("there is no safe connection");
    return false;
  }
  const auto certificate = stream.peer_certificate();
  const auto text = certificate ? certificate_text(*certificate) : std::string();
  if (!peer_.verify) {
    list_.warning(step("certificate"), "not checked, as configured; " + text,
                  fmt::format("set {} instead of switching the check off", peer_.ca_setting));
  } else if (const auto soon = certificate ? expiry_warning(*certificate) : std::string(); !soon.empty()) {
    list_.warning(step("certificate"), soon, kRenewCertificate);
  } else {
    list_.good(step("certificate"), text);
  }
  return true;
}

void NetworkCheck::refused(const Error& error, const Connect& again) {
  if (error.code == Errc::invalid) {
    list_.failure(step("certificate"), error.what, fmt::format("correct {}", peer_.ca_setting));
    return;
  }
  if (error.code != Errc::access_denied) {
    list_.failure(step("TLS"), error.what,
                  fmt::format("the port does not speak TLS 1.2 or newer, or speaks it later (STARTTLS): check the port "
                              "and the kind of TLS in {}",
                              peer_.setting));
    return;
  }
  // Once more without checking, only to see what was refused.
  std::optional<net::Certificate> certificate;
  if (auto stream = again(); stream && loop_.run((*stream)->start_tls({peer_.host, {}, false}, step_wait())))
    certificate = (*stream)->peer_certificate();
  std::string mend = fmt::format("let {} name the authority that issued it (PEM)", peer_.ca_setting);
  if (certificate && certificate->not_after() < now())
    mend = kRenewCertificate;
  else if (certificate && certificate->not_before() > now())
    mend = "set the clock of this machine";
  else if (certificate && !certificate->covers(peer_.host))
    mend = fmt::format("use a name in {} that the certificate is for, or get one for {}", peer_.setting, peer_.host);
  list_.failure(step("certificate"),
                certificate ? fmt::format("{} ({})", error.what, certificate_text(*certificate)) : error.what, mend);
}

std::unique_ptr<net::Stream> NetworkCheck::connect_tls() {
  auto stream = connect();
  if (!stream || start_tls(*stream, [this] { return open(); })) return stream;
  return nullptr;
}

void NetworkCheck::skip_rest(std::string_view why) { list_.skipped(step("everything further"), why); }

}  // namespace oxb::cli
