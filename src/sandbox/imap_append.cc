// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/imap_append.h"

#include "base/text.h"
#include "format/imap/data.h"
#include "format/imap/mailbox_name.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace oxb::sandbox {
namespace {

constexpr std::size_t kLongestAnswer = 1U << 20;
constexpr int kSecondsPerCall = 60;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

}  // namespace

class ImapAppend::Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  Connection(const Connection&) = delete;
  ~Connection() { close(socket_); }

  Result<> send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return fail(Errc::unavailable, fmt::format("imap: sending: {}", std::strerror(errno)));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  Result<std::string> line() {
    for (;;) {
      const auto end = buffer_.find("\r\n");
      if (end != std::string::npos) {
        auto out = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return out;
      }
      if (buffer_.size() > kLongestAnswer) return fail(Errc::limit, "imap: a line without end");
      std::array<char, 8192> chunk;
      const auto got = recv(socket_, chunk.data(), chunk.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got == 0) return fail(Errc::unavailable, "imap: the server closed the connection");
      if (got < 0) return fail(Errc::unavailable, fmt::format("imap: receiving: {}", std::strerror(errno)));
      buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }

  std::string next_tag() { return fmt::format("a{}", ++tag_); }

  // Until the answer to tag; the untagged lines before it.
  Result<std::string> finish(const std::string& tag) {
    std::string untagged;
    for (;;) {
      OXB_TRY(auto answer, line());
      if (answer.starts_with(tag + " ")) {
        const auto status = answer.substr(tag.size() + 1);
        if (ascii_upper(status.substr(0, 3)) == "OK " || ascii_upper(status) == "OK") return untagged;
        const auto code = ascii_upper(status).starts_with("NO") ? Errc::access_denied : Errc::malformed;
        return fail(code, "imap: " + status.substr(0, 200));
      }
      if (untagged.size() + answer.size() > kLongestAnswer) return fail(Errc::limit, "imap: an answer without end");
      untagged += answer + "\n";
    }
  }

 private:
  int socket_;
  int tag_ = 0;
  std::string buffer_;
};

ImapAppend::ImapAppend(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ImapAppend::ImapAppend(ImapAppend&&) noexcept = default;
ImapAppend& ImapAppend::operator=(ImapAppend&&) noexcept = default;
ImapAppend::~ImapAppend() = default;

namespace {

Result<int> connect_loopback(const std::string& address, std::uint16_t port) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1 && (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  const bool is_v6 =
      !is_v4 && inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  if (!is_v4 && !is_v6)
    return fail(Errc::invalid, "the IMAP server must be a numeric loopback address, such as 127.0.0.1");
  const int socket = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(Errc::unavailable, "no socket");
  const timeval limit{kSecondsPerCall, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const auto* target = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  if (connect(socket, target, is_v4 ? sizeof v4 : sizeof v6) != 0) {
    const auto why = fmt::format("imap server {}:{}: {}", address, port, std::strerror(errno));
    close(socket);
    return fail(Errc::unavailable, why);
  }
  return socket;
}

}  // namespace

Result<ImapAppend> ImapAppend::sign_in(const std::string& address, std::uint16_t port, std::string_view user,
                                       const Secret& password) {
  OXB_TRY(const int socket, connect_loopback(address, port));
  ImapAppend out(std::make_unique<Connection>(socket));
  OXB_TRY(const auto greeting, out.connection_->line());
  if (!greeting.starts_with("* OK")) return fail(Errc::unavailable, "imap: the server does not greet");
  for (const auto text : {user, password.reveal()})
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      return fail(Errc::invalid, "user names and passwords are one line");
  OXB_CHECK(out.command(fmt::format("LOGIN {} {}", quoted(user), quoted(password.reveal()))));
  OXB_TRY(const auto capabilities, out.command("CAPABILITY"));
  const auto upper = " " + ascii_upper(capabilities);
  out.literal_plus_ = upper.find(" LITERAL+") != std::string::npos;
  out.multi_append_ = upper.find(" MULTIAPPEND") != std::string::npos;
  OXB_TRY(const auto root, out.command("LIST \"\" \"\""));
  const auto quote = root.find(") \"");
  if (quote != std::string::npos && quote + 3 < root.size()) out.separator_ = root[quote + 3];
  out.known_.insert("INBOX");
  return out;
}

Result<std::string> ImapAppend::command(const std::string& text) {
  const auto tag = connection_->next_tag();
  OXB_CHECK(connection_->send(tag + " " + text + "\r\n"));
  return connection_->finish(tag);
}

std::string ImapAppend::wire_name(const std::string& folder) const {
  auto name = folder;
  std::replace(name.begin(), name.end(), '/', separator_);
  return quoted(imap::encode_modified_utf7(name));
}

Result<> ImapAppend::ensure_folder(const std::string& folder) {
  if (known_.contains(folder)) return {};
  const auto name = wire_name(folder);
  OXB_TRY(const auto listed, command("LIST \"\" " + name));
  if (ascii_upper(listed).find("* LIST") == std::string::npos) OXB_CHECK(command("CREATE " + name));
  OXB_CHECK(command("SUBSCRIBE " + name));
  known_.insert(folder);
  return {};
}

Result<> ImapAppend::append(std::span<const StoredMail> mails) {
  if (mails.empty()) return {};
  const auto& folder = mails.front().folder;
  OXB_CHECK(ensure_folder(folder));
  if (multi_append_) return send_literal_aware(mails, folder);
  for (std::size_t i = 0; i < mails.size(); ++i) OXB_CHECK(send_literal_aware(mails.subspan(i, 1), folder));
  return {};
}

Result<> ImapAppend::send_literal_aware(std::span<const StoredMail> mails, const std::string& folder) {
  const auto tag = connection_->next_tag();
  auto pending = tag + " APPEND " + wire_name(folder);
  for (const auto& mail : mails) {
    std::string flags;
    for (const auto& f : mail.flags) flags += (flags.empty() ? "" : " ") + f;
    pending += fmt::format(" ({}) \"{}\" {{{}{}}}\r\n", flags, imap::print_date_time(mail.received), mail.bytes.size(),
                           literal_plus_ ? "+" : "");
    if (!literal_plus_) {
      OXB_CHECK(connection_->send(pending));
      pending.clear();
      for (;;) {
        OXB_TRY(const auto answer, connection_->line());
        if (answer.starts_with("+")) break;
        if (answer.starts_with(tag + " "))
          return fail(Errc::access_denied, "imap: " + answer.substr(tag.size() + 1, 200));
      }
    }
    pending += mail.bytes;
    if (pending.size() > (1U << 20)) {
      OXB_CHECK(connection_->send(pending));
      pending.clear();
    }
  }
  OXB_CHECK(connection_->send(pending + "\r\n"));
  OXB_CHECK(connection_->finish(tag));
  return {};
}

Result<> ImapAppend::sign_out() {
  OXB_CHECK(command("LOGOUT"));
  return {};
}

}  // namespace oxb::sandbox
