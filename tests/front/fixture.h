// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Accounts over the in-memory groupware server, and a clock that tests move.
#include "backend/fake/fake_server.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "sync/accounts.h"
#include "tests/net/loopback.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace oxb::front {

class MovedClock final : public Clock {
 public:
  Instant now() const override { return system_clock().now() + std::chrono::seconds(offset_); }
  std::chrono::steady_clock::time_point steady() const override {
    return system_clock().steady() + std::chrono::seconds(offset_);
  }
  void move(std::chrono::seconds by) { offset_ += by.count(); }

 private:
  std::atomic<std::int64_t> offset_{0};
};

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    auto made = sync::Accounts::create(loop_.executor(), fake_.backend(), installation_, nullptr,
                                       {.store_directory = directory_.path() + "/store"});
    EXPECT_TRUE(made) << made.error().what;
    accounts_ = std::move(*made);
  }
  ~AccountsTest() override { loop_.run(accounts_->stop(net::soon())); }

  static std::string basic(std::string_view login, std::string_view password) {
    return "Basic " + to_base64(as_bytes(fmt::format("{}:{}", login, password)));
  }

  const net::TemporaryDirectory directory_;
  MovedClock clock_;
  const directory::Installation installation_{"front-test"};
  backend::fake::Server fake_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<sync::Accounts> accounts_;
};

}  // namespace oxb::front
