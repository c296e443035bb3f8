// SPDX-License-Identifier: GPL-3.0-or-later
// The sample company: it can be seeded on any day and looks as a company does.
#include "sandbox/seed.h"

#include "sandbox/seed_dates.h"
#include "tests/sandbox/box.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

std::string sample_directory() { return std::string(OXB_SOURCE_DIR) + "/share/sample/ox"; }

TEST(SandboxSeed, RelativeDates) {
  constexpr std::int64_t kSunday = 1795305600000;  // 2026-11-22
  constexpr std::int64_t kDay = 86'400'000;
  EXPECT_EQ(parse_relative("day+0", kSunday)->local, kSunday);
  EXPECT_EQ(parse_relative("mon+0", kSunday)->local, kSunday - 6 * kDay);
  EXPECT_EQ(parse_relative("mon+1 09:30", kSunday)->local, kSunday + kDay + 34'200'000);
  EXPECT_TRUE(parse_relative("mon+1 09:30", kSunday)->timed);
  EXPECT_EQ(parse_relative("sun-1", kSunday)->local, kSunday - 7 * kDay);
  EXPECT_FALSE(parse_relative("tomorrow", kSunday));
  EXPECT_FALSE(parse_relative("day+1 noon", kSunday));
}

class SandboxSeedDay : public ::testing::TestWithParam<const char*> {};

TEST_P(SandboxSeedDay, Works) {
  SandboxOptions options;
  options.file = ":memory:";
  auto box = Sandbox::open(options);
  ASSERT_TRUE(box);
  const auto done = seed_company(**box, {sample_directory(), GetParam(), "p"});
  ASSERT_TRUE(done) << done.error().what;
  auto& db = (*box)->db();
  EXPECT_EQ(db.integer("SELECT count(*) FROM context"), 2);
  EXPECT_GE(db.integer("SELECT count(*) FROM user WHERE context = 1").value_or(0), 9);
  EXPECT_GE(db.integer("SELECT count(*) FROM event WHERE series <> 0 AND series <> id").value_or(0), 4) << "exceptions";
  EXPECT_GE(db.integer("SELECT count(*) FROM contact WHERE image IS NOT NULL").value_or(0), 4);
  EXPECT_GE(db.integer("SELECT count(*) FROM task WHERE json_extract(data, '$.recurrence_type') > 0").value_or(0), 4);
  // Logins that both contexts have.
  EXPECT_GE(
      db.integer("SELECT count(*) FROM user a JOIN user b ON a.login = b.login WHERE a.context = 1 AND b.context = 2")
          .value_or(0),
      2);
}

INSTANTIATE_TEST_SUITE_P(Days, SandboxSeedDay,
                         ::testing::Values("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26",
                                           "2026-11-27", "2026-11-28", "2026-12-31", "2027-03-28", "2027-10-31",
                                           "2028-02-29"));

}  // namespace
}  // namespace oxb::sandbox::test
