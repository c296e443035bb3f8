// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Puts mail into an IMAP server, for demonstrations: one blocking connection to loopback, sign-in, CREATE, APPEND.
// Several mails travel in one command where the server has MULTIAPPEND, without waiting where it has LITERAL+.
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace oxb::sandbox {

struct StoredMail {
  std::string folder;  // UTF-8, levels separated by "/"
  std::vector<std::string> flags;
  Instant received;
  std::string bytes;
};

class ImapAppend {
 public:
  // Only numeric loopback addresses: passwords and mail travel unprotected.
  static Result<ImapAppend> sign_in(const std::string& address, std::uint16_t port, std::string_view user,
                                    const Secret& password);
  ImapAppend(ImapAppend&&) noexcept;
  ImapAppend& operator=(ImapAppend&&) noexcept;
  ~ImapAppend();

  // Creates the folder and subscribes to it unless it is there.
  Result<> ensure_folder(const std::string& folder);
  // All mails go to the folder of the first one.
  Result<> append(std::span<const StoredMail> mails);
  Result<> sign_out();

 private:
  class Connection;
  explicit ImapAppend(std::unique_ptr<Connection> connection);
  Result<std::string> command(const std::string& text);  // the untagged lines; an error where the answer is not OK
  Result<> send_literal_aware(std::span<const StoredMail> mails, const std::string& folder);
  std::string wire_name(const std::string& folder) const;

  std::unique_ptr<Connection> connection_;
  std::set<std::string> known_;
  char separator_ = '/';
  bool literal_plus_ = false, multi_append_ = false;
};

}  // namespace oxb::sandbox
