// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One mailbox on different servers, with a hand that changes it behind the connector's back.
#include "backend/writing.h"
#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace oxb::backend::contract {

class MailWorld {
 public:
  virtual ~MailWorld() = default;
  virtual MailStore& store() = 0;
  virtual MailWriter& writer() = 0;
  virtual net::EventLoop& loop() = 0;
  virtual void deliver(const std::string& raw) = 0;  // into INBOX; UIDs are 1, 2, 3 ...
  virtual void mark_seen(std::uint32_t uid) = 0;
  virtual void expunge(std::uint32_t uid) = 0;
  // "Team" of another user, with these rights: read, insert, delete as far as named. Its id.
  virtual RemoteId shared_folder(const std::string& rights) = 0;
};

// without_extensions: IMAP4rev1 and UIDPLUS only.
enum class Where { fake, dovecot, without_extensions };
void PrintTo(Where where, std::ostream* out);
// Null where the server is not installed, with the reason.
std::unique_ptr<MailWorld> make_mail_world(Where where, std::string& why_not);

class MailContract : public ::testing::TestWithParam<Where> {
 protected:
  void SetUp() override {
    std::string why_not;
    world = make_mail_world(GetParam(), why_not);
    if (!world && why_not.empty()) FAIL() << "the mail server did not start";
    if (!world) GTEST_SKIP() << why_not;
  }
  template <class T>
  T run(Task<T> task) {
    return world->loop().run(std::move(task));
  }
  static Wait soon() { return Wait::upto(std::chrono::seconds(20)); }
  MailChanges read_folder(const RemoteId& folder, const model::Position& since = {}, std::size_t limit = 10'000) {
    auto changes = run(world->store().changes(folder, since, limit, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static std::vector<std::uint32_t> uids(const MailChanges& changes) {
    std::vector<std::uint32_t> out;
    for (const auto& mail : changes.changed) out.push_back(mail.uid);
    return out;
  }

  std::unique_ptr<MailWorld> world;
};

inline const RemoteId kInbox{"INBOX"};

}  // namespace oxb::backend::contract
