// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/contexts.h"

#include "tests/front/fixture.h"

namespace oxb::front {
namespace {

using namespace std::chrono_literals;

struct Probe final : CookieContext {
  void close() override { ++closed; }
  std::atomic<int> closed = 0;
};

class ContextTableTest : public testing::Test {
 protected:
  const directory::Entity anton_{directory::EntityKind::user, 1, 3};
  const directory::Entity berta_{directory::EntityKind::user, 1, 4};
  MovedClock clock_;
  ContextTable table_{{.per_user = 3, .all = 5, .idle = 900s}, clock_};
};

TEST_F(ContextTableTest, SequenceMovesWithEveryRequest) {
  const auto names = table_.add(std::make_shared<Probe>(), anton_);
  ASSERT_TRUE(names);
  EXPECT_GE(names->context.size(), 32U);
  auto first = table_.begin({names->context, names->sequence}, anton_);
  ASSERT_EQ(first.code, ResponseCode::success);
  EXPECT_NE(first.sequence, names->sequence);
  // Two at once, also with the new value.
  EXPECT_EQ(table_.begin({names->context, first.sequence}, anton_).code, ResponseCode::invalid_sequence);
  table_.end(first.context);
  EXPECT_EQ(table_.begin({names->context, names->sequence}, anton_).code, ResponseCode::invalid_sequence);
  EXPECT_EQ(table_.begin({names->context, first.sequence}, anton_).code, ResponseCode::success);
}

TEST_F(ContextTableTest, WrongCookiesHaveTheirCodes) {
  const auto names = table_.add(std::make_shared<Probe>(), anton_);
  EXPECT_EQ(table_.begin({"", names->sequence}, anton_).code, ResponseCode::missing_cookie);
  EXPECT_EQ(table_.begin({names->context, ""}, anton_).code, ResponseCode::missing_cookie);
  EXPECT_EQ(table_.begin({"nonsense", names->sequence}, anton_).code, ResponseCode::invalid_context_cookie);
  auto unknown = names->context;
  unknown[0] = unknown[0] == '0' ? '1' : '0';
  EXPECT_EQ(table_.begin({unknown, names->sequence}, anton_).code, ResponseCode::context_not_found);
  EXPECT_EQ(table_.begin({names->context, names->sequence}, berta_).code, ResponseCode::context_not_found);
  EXPECT_EQ(table_.remove({names->context, {}}, berta_), ResponseCode::context_not_found);
  EXPECT_EQ(table_.size(), 1U);
}

TEST_F(ContextTableTest, IdleContextsExpireParkedOnesDoNot) {
  const auto idle = std::make_shared<Probe>();
  const auto parked = std::make_shared<Probe>();
  const auto busy = std::make_shared<Probe>();
  table_.add(idle, anton_);
  const auto a = table_.add(parked, anton_);
  const auto b = table_.add(busy, anton_);
  auto waiting = table_.park({a->context, {}}, anton_);
  auto running = table_.begin({b->context, b->sequence}, anton_);
  clock_.move(899s);
  table_.expire();
  EXPECT_EQ(table_.size(), 3U);
  clock_.move(2s);
  table_.expire();
  EXPECT_EQ(idle->closed, 1);
  EXPECT_EQ(table_.size(), 2U);
  table_.unpark(waiting.context);
  table_.end(running.context);
  clock_.move(901s);
  table_.expire();
  EXPECT_EQ(parked->closed, 1);
  EXPECT_EQ(busy->closed, 1);
}

TEST_F(ContextTableTest, TheNewestStartWinsOverOldContexts) {
  const auto first = std::make_shared<Probe>();
  table_.add(first, anton_);
  clock_.move(1s);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(table_.add(std::make_shared<Probe>(), anton_));
  EXPECT_EQ(first->closed, 1);
  EXPECT_EQ(table_.size(), 3U);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(table_.add(std::make_shared<Probe>(), berta_));
  EXPECT_FALSE(table_.add(std::make_shared<Probe>(), berta_));  // the table as a whole is full
}

TEST_F(ContextTableTest, ASecondWaitEndsTheFirst) {
  const auto names = table_.add(std::make_shared<Probe>(), anton_);
  const auto first = table_.park({names->context, {}}, anton_);
  EXPECT_FALSE(first.cancel.cancelled());
  const auto second = table_.park({names->context, {}}, anton_);
  EXPECT_TRUE(first.cancel.cancelled());
  EXPECT_FALSE(second.cancel.cancelled());
  table_.remove({names->context, {}}, anton_);
  EXPECT_TRUE(second.cancel.cancelled());
}

TEST_F(ContextTableTest, ClosedTableSaysThatItShutsDown) {
  const auto probe = std::make_shared<Probe>();
  const auto names = table_.add(probe, anton_);
  table_.close_all();
  EXPECT_EQ(probe->closed, 1);
  EXPECT_EQ(table_.begin({names->context, names->sequence}, anton_).code, ResponseCode::endpoint_shutting_down);
  EXPECT_FALSE(table_.add(std::make_shared<Probe>(), anton_));
}

}  // namespace
}  // namespace oxb::front
