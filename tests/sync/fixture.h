// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A signed-in mailbox over the in-memory server, with a real store in a temporary directory and a clock that tests
// move.
#include "backend/fake/fake_server.h"
#include "net/event_loop.h"
#include "sync/accounts.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

namespace oxb::sync {

class TestClock final : public Clock {
 public:
  Instant now() const override { return from_unix_ms(1'790'000'000'000 + offset_ms_); }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1000) + std::chrono::milliseconds(offset_ms_));
  }
  void advance(std::chrono::milliseconds time) { offset_ms_ += time.count(); }

 private:
  std::atomic<std::int64_t> offset_ms_{0};
};

class Recorder final : public Listener {
 public:
  void on_events(std::span<const MailboxEvent> events) override {
    seen.insert(seen.end(), events.begin(), events.end());
  }
  std::size_t count(MailboxEvent::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const auto& e) { return e.kind == kind; }));
  }
  std::vector<MailboxEvent> seen;
};

class SyncTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = std::filesystem::path(testing::TempDir()) / ("oxb_sync_" + to_text(random_guid()));
    user_ = server_.add_user();
    open_accounts();
  }
  void TearDown() override {
    mailbox_.reset();
    close_accounts();
    std::filesystem::remove_all(store_);
  }
  void open_accounts() {
    AccountsOptions options;
    options.store_directory = store_.string();
    options.clock = &clock_;
    options.mail_batch = 10;
    options.list_ahead = list_ahead_;
    auto made =
        Accounts::create(loop_.executor(), server_.backend(), directory::Installation("test"), nullptr, options);
    ASSERT_TRUE(made) << made.error().what;
    accounts_ = *std::move(made);
  }
  void close_accounts() {
    if (accounts_) loop_.run(accounts_->stop(soon()));
    accounts_.reset();
  }
  static Wait soon() { return Wait::upto(std::chrono::seconds(20)); }

  Result<std::shared_ptr<Mailbox>> sign_in(const std::string& login = "anton", const std::string& password = "secret") {
    model::Credentials credentials;
    credentials.login = login;
    credentials.secret = Secret(password);
    return loop_.run(accounts_->sign_in(credentials, soon()));
  }
  void open_mailbox() {
    auto made = sign_in();
    ASSERT_TRUE(made) << made.error().what;
    mailbox_ = *std::move(made);
    const auto listed = on_mailbox(&Mailbox::ensure_folders, soon());
    ASSERT_TRUE(listed) << listed.error().what;
  }
  // Runs a member coroutine of the mailbox on its queue.
  template <class R, class... P, class... A>
  R on_mailbox(Task<R> (Mailbox::*member)(P...), A... arguments) {
    return loop_.run(call(mailbox_, member, std::move(arguments)...));
  }
  template <class R, class... P, class... A>
  static Task<R> call(std::shared_ptr<Mailbox> mailbox, Task<R> (Mailbox::*member)(P...), A... arguments) {
    co_await boost::asio::dispatch(boost::asio::bind_executor(mailbox->executor(), boost::asio::use_awaitable));
    co_return co_await boost::asio::co_spawn(mailbox->executor(), ((*mailbox).*member)(std::move(arguments)...),
                                             boost::asio::use_awaitable);
  }
  template <class F>
  auto read(F fn) {
    return loop_.run(reading(mailbox_, std::move(fn)));
  }
  template <class F>
  static Task<decltype(std::declval<F>()(std::declval<replica::ReadTx&>()))> reading(std::shared_ptr<Mailbox> mailbox,
                                                                                     F fn) {
    co_return co_await boost::asio::co_spawn(mailbox->executor(), reading_there(mailbox, std::move(fn)),
                                             boost::asio::use_awaitable);
  }
  template <class F>
  static Task<decltype(std::declval<F>()(std::declval<replica::ReadTx&>()))> reading_there(
      std::shared_ptr<Mailbox> mailbox, F fn) {
    co_return mailbox->replica().read(fn);
  }
  replica::FolderRow special(replica::Special which) {
    auto row = read([&](replica::ReadTx& tx) { return tx.special(which); });
    EXPECT_TRUE(row) << row.error().what;
    return row.value_or(replica::FolderRow{});
  }
  std::vector<replica::MessageRow> messages(FolderId folder) {
    std::vector<replica::MessageRow> rows;
    const auto done = read([&](replica::ReadTx& tx) {
      return tx.for_each_message(folder, replica::ContentsKind::normal,
                                 [&](const replica::MessageRow& row) { rows.push_back(row); });
    });
    EXPECT_TRUE(done);
    return rows;
  }
  Result<> list(FolderId folder) { return on_mailbox(&Mailbox::ensure_contents, folder, soon()); }
  // Everything in use, afresh.
  Result<> refresh() { return on_mailbox(&Mailbox::refresh, soon()); }

  static std::string mail(const std::string& subject) {
    return "From: Berta <berta@example.test>\r\nTo: anton@example.test\r\nSubject: " + subject + "\r\nMessage-ID: <" +
           subject +
           "@example.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
           "Content-Type: text/plain; charset=utf-8\r\n\r\nBody of " +
           subject + "\r\n";
  }

  bool list_ahead_ = false;  // most tests decide themselves when a folder is listed
  backend::fake::Server server_;
  backend::fake::UserHandle user_;
  TestClock clock_;
  std::filesystem::path store_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<Accounts> accounts_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace oxb::sync
