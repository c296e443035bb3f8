// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends.h"
#include "base/text.h"
#include "cli/check.h"

#include <algorithm>
#include <array>

namespace oxb::cli {
namespace {

constexpr std::size_t kLongestLine = 8192;

// One line of a server that may send anything, or nothing.
Task<Result<std::string>> read_line(net::Stream& stream, Wait wait) {
  std::string line;
  std::array<std::byte, 1> one{};
  while (line.size() < kLongestLine) {
    OXB_CO_TRY(const auto size, co_await stream.read(one, wait));
    if (size == 0)
      co_return fail(Errc::unavailable, line.empty() ? "closed the connection" : "closed it in mid-sentence");
    const auto c = static_cast<char>(one[0]);
    if (c == '\n') co_return std::string(trim(line));
    line += c;
  }
  co_return fail(Errc::malformed, "sends a line without end");
}

Task<Result<std::string>> ask_for_tls(net::Stream& stream, Wait wait) {
  OXB_CO_CHECK(co_await stream.write(as_bytes(std::string_view("t1 STARTTLS\r\n")), wait));
  while (true) {
    OXB_CO_TRY(auto line, co_await read_line(stream, wait));
    if (line.substr(0, 2) != "* ") co_return line;
  }
}

struct Wish {
  std::string_view capability;
  std::string_view loss;
};
constexpr Wish kWishes[] = {
    {"CONDSTORE", "every look for news reads the flags of the whole folder"},
    {"QRESYNC", "deleted mails are found by listing the whole folder"},
    {"IDLE", "new mail is seen when it is looked for, not at once"},
    {"UIDPLUS", "a changed mail has to be searched for after it was stored"},
    {"SPECIAL-USE", "the folders for drafts, sent and deleted mail are known only as far as Open-Xchange names them"},
    {"NAMESPACE", "shared folders cannot be told from own ones"},
    {"LIST-STATUS", "the folder list costs one question more for each folder"},
    {"ACL", "rights on shared folders are not known before something is refused"},
};
constexpr std::string_view kWishMend =
    "a newer Dovecot or Cyrus offers it; look for it in the server's capability setting";

}  // namespace

void Check::imap() {
  const auto& imap = config_->imap;
  if (imap.host.empty()) return list_.skipped("IMAP: everything", "imap.host is not set");
  if (imap.tls == app::ImapConfig::Tls::none && !app::is_local(imap.host)) {
    constexpr auto kDetail = "passwords would travel unencrypted";
    if (!imap.allow_plaintext)
      return list_.failure("IMAP: address", kDetail, "set imap.tls to \"implicit\" or \"starttls\"");
    list_.warning("IMAP: address", kDetail,
                  "set imap.tls to \"implicit\" or \"starttls\", and remove imap.allow_plaintext");
  }
  NetworkCheck network(loop_, list_,
                       {"IMAP", imap.host, imap.port, imap.ca_file, imap.verify, "[imap]", "imap.ca_file"});
  if (!greet_imap(network)) return;
  if (!account_)
    return list_.skipped("IMAP: login", refused_.empty() ? "no --user" : refused_ + ", and only it knows the mail login");
  imap_login();
}

std::unique_ptr<net::Stream> Check::greet_imap(NetworkCheck& network) {
  const auto& imap = config_->imap;
  using Tls = app::ImapConfig::Tls;
  auto stream = imap.tls == Tls::implicit ? network.connect_tls() : network.connect();
  if (!stream) return nullptr;
  const auto greeting = loop_.run(read_line(*stream, step_wait()));
  const auto refuse = [&](std::string_view step, std::string_view detail, std::string_view mend) {
    list_.failure(step, detail, mend);
    network.skip_rest("the mail server cannot be asked");
    return std::unique_ptr<net::Stream>();
  };
  if (!greeting)
    return refuse(
        "IMAP: greeting", fmt::format("says nothing: {}", greeting.error().what),
        "a server that waits for TLS says nothing: check imap.port and imap.tls (993 implicit, 143 starttls)");
  if (greeting->substr(0, 5) == "* BYE")
    return refuse("IMAP: greeting", "takes no connections now", "look at the mail server's log");
  if (greeting->substr(0, 4) != "* OK" && greeting->substr(0, 9) != "* PREAUTH")
    return refuse("IMAP: greeting", "what answers there is no IMAP server", "check imap.host and imap.port");
  list_.good("IMAP: greeting", "an IMAP server");
  if (imap.tls != Tls::starttls) return stream;
  const auto answer = loop_.run(ask_for_tls(*stream, step_wait()));
  if (!answer || answer->substr(0, 5) != "t1 OK")
    return refuse("IMAP: STARTTLS", answer ? "is not offered" : answer.error().what,
                  "set imap.tls = \"implicit\" and port 993, or enable TLS in the mail server");
  const auto again = [&]() -> Result<std::unique_ptr<net::Stream>> {
    OXB_TRY(auto fresh, loop_.run(net::Stream::connect(imap.host, imap.port, step_wait())));
    OXB_CHECK(loop_.run(read_line(*fresh, step_wait())));
    OXB_CHECK(loop_.run(ask_for_tls(*fresh, step_wait())));
    return fresh;
  };
  return network.start_tls(*stream, again) ? std::move(stream) : nullptr;
}

void Check::imap_login() {
  backend::ImapLogin login;
  login.user = account_->principal().imap_login;
  login.secret = options_.password;
  auto connection =
      loop_.run(backend::ImapConnection::open(app::imap_settings(config_->imap), std::move(login), step_wait()));
  if (!connection) {
    const auto& error = connection.error();
    std::string_view mend = "look at the mail server's log";
    if (error.code == Errc::unauthenticated)
      mend = "imap.login says how the mail login is made; the password must be the one of Open-Xchange";
    if (error.code == Errc::access_denied) mend = "set imap.tls to \"starttls\" or \"implicit\"";
    return list_.failure("IMAP: login", fmt::format("as {}: {}", account_->principal().imap_login, error.what), mend);
  }
  list_.good("IMAP: login", "as " + account_->principal().imap_login);
  imap_capabilities(**connection);
  const auto inbox = loop_.run((*connection)->select("INBOX", backend::ImapMode::read, std::nullopt, step_wait()));
  if (!inbox)
    list_.failure("IMAP: Inbox", inbox.error().what, "look at the mail server's log: the mailbox cannot be opened");
  else
    list_.good("IMAP: Inbox", fmt::format("{} mails", inbox->exists));
  loop_.run((*connection)->log_out(step_wait()));
  imap_folders();
}

void Check::imap_capabilities(backend::ImapConnection& connection) {
  if (!connection.has("IMAP4REV1") && !connection.has("IMAP4REV2"))
    list_.failure("IMAP: IMAP4rev1", "not offered", "any server of the last twenty years offers it: check imap.host");
  std::string there;
  for (const auto& wish : kWishes) {
    if (connection.has(wish.capability))
      there += (there.empty() ? "" : ", ") + std::string(wish.capability);
    else
      list_.warning(fmt::format("IMAP: {}", wish.capability), fmt::format("not offered: {}", wish.loss), kWishMend);
  }
  if (!there.empty()) list_.good("IMAP: capabilities", there);
}

void Check::imap_folders() {
  const auto folders = loop_.run(account_->mail().folders(step_wait()));
  if (!folders) return list_.failure("IMAP: folders", folders.error().what, "look at the mail server's log");
  std::string missing;
  for (const auto& [role, name] : {std::pair{model::FolderRole::drafts, "drafts"},
                                   {model::FolderRole::sent, "sent mail"},
                                   {model::FolderRole::trash, "deleted mail"}}) {
    if (std::none_of(folders->begin(), folders->end(),
                     [wanted = role](const auto& each) { return each.role == wanted; }))
      missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (missing.empty())
    list_.good("IMAP: folders", fmt::format("{}", folders->size()));
  else
    list_.warning("IMAP: folders", "there is none for " + missing,
                  "let the user open App Suite's mail once, which makes them, or mark them with SPECIAL-USE");
}

}  // namespace oxb::cli
