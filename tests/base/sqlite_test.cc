// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace oxb {
namespace {

std::string fresh_path(const char* name) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove(path);
  return path.string();
}

TEST(Sqlite, FileIsPrivateAndValuesComeBack) {
  const auto path = fresh_path("oxb_sqlite_values.db");
  auto db = Sqlite::open(path);
  ASSERT_TRUE(db) << db.error().what;
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_TRUE((*db)->exec("CREATE TABLE t(a INTEGER, b TEXT, c BLOB)"));
  const Bytes blob = to_bytes(std::string_view("\0x\0", 3));
  {
    auto insert = (*db)->prepare("INSERT INTO t VALUES(?,?,?)");
    ASSERT_TRUE(insert);
    ASSERT_TRUE(insert->bind(1, std::int64_t{-5}).bind(2, "täxt").bind(3, ByteView(blob)).run());
  }
  auto select = (*db)->prepare("SELECT a, b, c FROM t");
  ASSERT_TRUE(select);
  ASSERT_TRUE(select->step().value_or(false));
  EXPECT_EQ(select->i64(0), -5);
  EXPECT_EQ(select->text(1), "täxt");
  EXPECT_EQ(Bytes(select->blob(2).begin(), select->blob(2).end()), blob);
}

TEST(Sqlite, SecondProcessIsKeptOut) {
  const auto path = fresh_path("oxb_sqlite_lock.db");
  auto first = Sqlite::open(path);
  ASSERT_TRUE(first);
  ASSERT_TRUE((*first)->exec("CREATE TABLE t(a)"));
  auto second = Sqlite::open(path);
  if (second) {
    EXPECT_FALSE((*second)->exec("INSERT INTO t VALUES(1)"));
  } else {
    EXPECT_EQ(second.error().code, Errc::unavailable);
  }
}

TEST(Sqlite, ConstraintIsAConflict) {
  auto db = Sqlite::open(fresh_path("oxb_sqlite_constraint.db"));
  ASSERT_TRUE(db);
  ASSERT_TRUE((*db)->exec("CREATE TABLE t(a PRIMARY KEY); INSERT INTO t VALUES(1)"));
  const auto again = (*db)->exec("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
}

}  // namespace
}  // namespace oxb
