// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks, their attachments and reminders.
#include "sandbox/tasks.h"

#include "tests/sandbox/box.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

constexpr std::int64_t kDay0 = 1806710400000;  // 2027-04-03, a Saturday
constexpr std::int64_t kOneDay = 86'400'000;

class SandboxTasks : public ::testing::Test {
 protected:
  json::value make(Client& client, json::object body) {
    if (!body.contains("folder_id")) body["folder_id"] = 33;
    return box.put(client, "tasks?action=new&timezone=UTC", body);
  }
  std::string id_of(const json::value& answer) {
    EXPECT_EQ(code_of(answer), "") << json::serialize(answer);
    return data_of(answer).is_object() ? json::serialize(data_of(answer).at("id")) : "";
  }
  json::value get(Client& client, const std::string& id, const std::string& folder = "33") {
    return box.get(client, "tasks?action=get&timezone=UTC&id=" + id + "&folder=" + folder);
  }
  json::value update(Client& client, const std::string& id, const json::object& body,
                     const std::string& folder = "33") {
    return box.put(client, "tasks?action=update&timezone=UTC&timestamp=9999999999999&folder=" + folder + "&id=" + id,
                   body);
  }
  json::value all(Client& client, const std::string& columns, const std::string& folder = "33") {
    return data_of(box.get(client, "tasks?action=all&timezone=UTC&folder=" + folder + "&columns=" + columns));
  }
  json::object series(json::object more) {
    more["title"] = "s";
    more["start_time"] = kDay0;
    more["end_time"] = kDay0;
    more["full_time"] = true;
    return more;
  }

  Box box;
  Client anton = box.log_in("anton");
  Client berta = box.log_in("berta");
};

TEST(SandboxTaskRule, FieldsBecomeARule) {
  EXPECT_EQ(task_rule({{"recurrence_type", 1}, {"interval", 3}}), "FREQ=DAILY;INTERVAL=3");
  EXPECT_EQ(task_rule({{"recurrence_type", 2}, {"interval", 1}, {"days", 42}}),
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE,FR");
  EXPECT_EQ(task_rule({{"recurrence_type", 3}, {"interval", 2}, {"day_in_month", 15}}),
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15");
  EXPECT_EQ(task_rule({{"recurrence_type", 3}, {"interval", 1}, {"day_in_month", 5}, {"days", 62}}),
            "FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1");
  EXPECT_EQ(task_rule({{"recurrence_type", 4}, {"day_in_month", 3}, {"month", 3}}),
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=3");
  EXPECT_EQ(task_rule({}), "");
}

TEST_F(SandboxTasks, SeriesStartAtTheirFirstOccurrence) {
  const auto weekly = get(anton, id_of(make(anton, series({{"recurrence_type", 2}, {"days", 2}, {"interval", 1}}))));
  EXPECT_EQ(data_of(weekly).at("start_time"), json::value(kDay0 + 2 * kOneDay));
  const auto monthly = get(
      anton, id_of(make(anton, series({{"recurrence_type", 3}, {"day_in_month", 1}, {"days", 2}, {"interval", 1}}))));
  EXPECT_EQ(data_of(monthly).at("start_time"), json::value(kDay0 + 2 * kOneDay));  // first Monday: April 5
}

TEST_F(SandboxTasks, FinishingMakesTheNextOneUntilTheSeriesEnds) {
  const auto id = id_of(make(anton, series({{"recurrence_type", 1}, {"interval", 2}, {"occurrences", 2}})));
  ASSERT_EQ(code_of(update(anton, id, {{"status", 3}, {"percent_completed", 100}})), "");
  const auto rows = all(anton, "1,300,222,316").as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].as_array()[1], json::value(3));
  EXPECT_EQ(rows[0].as_array()[2], json::value(2));
  EXPECT_EQ(rows[1].as_array()[1], json::value(1));
  EXPECT_EQ(rows[1].as_array()[2], json::value(1));
  EXPECT_EQ(rows[1].as_array()[3], json::value(kDay0 + 2 * kOneDay));
  ASSERT_EQ(code_of(update(anton, json::serialize(rows[1].as_array()[0]), {{"status", 3}, {"percent_completed", 100}})),
            "");
  EXPECT_EQ(all(anton, "1").as_array().size(), 2U);
}

TEST_F(SandboxTasks, FinishingAgainMakesNoSecondOne) {
  const auto id = id_of(make(anton, series({{"recurrence_type", 1}, {"interval", 1}})));
  ASSERT_EQ(code_of(update(anton, id, {{"status", 3}})), "");
  ASSERT_EQ(code_of(update(anton, id, {{"status", 3}, {"percent_completed", 100}})), "");
  EXPECT_EQ(all(anton, "1").as_array().size(), 2U);
}

TEST_F(SandboxTasks, Column306IsMissingFromTheRow) {
  make(anton, {{"title", "t"}});
  EXPECT_EQ(all(anton, "1,306,200"), json::parse(R"([[1,"t"]])"));
  EXPECT_EQ(code_of(box.get(anton, "tasks?action=all&folder=33&columns=1,304")), "TSK-0020");
}

TEST_F(SandboxTasks, ABatchStopsAtTheFirstFailureAndKeepsWhatWasDone) {
  const auto first = id_of(make(anton, {{"title", "1"}}));
  const auto third = id_of(make(anton, {{"title", "3"}}));
  const auto answer =
      box.put(anton, "tasks?action=delete&timestamp=9999999999999",
              json::parse("[{\"id\":" + first + ",\"folder\":33},{\"id\":999,\"folder\":33},{\"id\":" + third +
                          ",\"folder\":33}]"));
  EXPECT_EQ(code_of(answer), "TSK-0014");
  EXPECT_EQ(code_of(get(anton, first)), "TSK-0046");
  EXPECT_EQ(code_of(get(anton, third)), "");
}

TEST_F(SandboxTasks, ParticipantsFindTheTaskInTheirOwnFolder) {
  const auto made = make(anton, {{"title", "t"}, {"participants", json::parse(R"([{"id":4,"type":1}])")}});
  const auto id = id_of(made);
  EXPECT_EQ(data_of(get(berta, id, "43")).at("folder_id"), json::value(43));
  ASSERT_EQ(code_of(update(anton, id, {{"participants", json::array()}})), "");
  EXPECT_EQ(code_of(get(berta, id, "43")), "TSK-0046");
  EXPECT_EQ(data_of(box.get(berta, "tasks?action=updates&ignore=false&folder=43&columns=1&timestamp=" +
                                       std::to_string(stamp_of(made) - 1))),
            json::parse("[" + id + "]"));
}

TEST_F(SandboxTasks, AParticipantWhoDeletesOnlyLeaves) {
  const auto id = id_of(make(anton, {{"title", "t"}, {"participants", json::parse(R"([{"id":4,"type":1}])")}}));
  ASSERT_EQ(code_of(box.put(berta, "tasks?action=delete&timestamp=9999999999999",
                            json::parse("[{\"id\":" + id + ",\"folder\":43}]"))),
            "");
  EXPECT_EQ(code_of(get(anton, id)), "");
  EXPECT_EQ(code_of(get(berta, id, "43")), "TSK-0046");
}

TEST_F(SandboxTasks, AlarmsAreRemindersOfTheirUser) {
  const auto id =
      id_of(make(anton, {{"title", "t"}, {"alarm", kDay0}, {"participants", json::parse(R"([{"id":4,"type":1}])")}}));
  EXPECT_EQ(data_of(get(anton, id)).at("alarm"), json::value(kDay0));
  EXPECT_FALSE(data_of(get(berta, id, "43")).as_object().contains("alarm"));
  const auto due =
      data_of(box.get(anton, "reminder?action=range&timezone=UTC&end=" + std::to_string(kDay0))).as_array();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(json::serialize(due[0].at("target_id")), id);
  const auto reminder = json::serialize(due[0].at("id"));
  ASSERT_EQ(code_of(box.put(anton, "reminder?action=remindAgain&timezone=UTC&id=" + reminder,
                            json::object{{"alarm", kDay0 + 60000}})),
            "");
  EXPECT_EQ(data_of(box.put(anton, "reminder?action=delete", json::parse("[{\"id\":" + reminder + "},{\"id\":999}]"))),
            json::parse("[999]"));
  EXPECT_FALSE(data_of(get(anton, id)).as_object().contains("alarm"));
}

TEST_F(SandboxTasks, TimesOfTimedTasksFollowTheZone) {
  const auto id = id_of(box.put(anton, "tasks?action=new&timezone=Europe/Berlin",
                                json::object{{"folder_id", 33},
                                             {"start_time", kDay0 + 7'200'000},
                                             {"end_time", kDay0 + 9'000'000},
                                             {"full_time", false}}));
  const auto utc = get(anton, id);
  EXPECT_EQ(data_of(utc).at("start_time"), json::value(kDay0));
  EXPECT_EQ(data_of(utc).at("start_date"), json::value(kDay0));
}

TEST_F(SandboxTasks, AttachingTouchesTheTask) {
  const auto made = make(anton, {{"title", "t"}});
  const auto id = id_of(made);
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"json_0\"\r\n\r\n{\"folder\":33,\"attached\":" + id +
      ",\"module\":4,\"filename\":\"a.txt\"}\r\n--b\r\nContent-Disposition: form-data; name=\"file_0\"; "
      "filename=\"a.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
  box.send(anton, "POST", "/ajax/attachment?action=attach&session=" + anton.session, body,
           "multipart/form-data; boundary=b");
  const auto after = get(anton, id);
  EXPECT_EQ(data_of(after).at("number_of_attachments"), json::value(1));
  EXPECT_GT(stamp_of(after), stamp_of(made));
  EXPECT_EQ(code_of(box.get(berta, "attachment?action=all&module=4&folder=33&columns=1&attached=" + id)), "TSK-0046");
}

TEST_F(SandboxTasks, PrivateTasksInSharedFoldersAreTheCreators) {
  ASSERT_EQ(
      code_of(box.put(
          anton, "folders?action=update&id=33",
          json::parse(
              R"({"permissions":[{"entity":3,"group":false,"bits":403710016},{"entity":4,"group":false,"bits":4227330}]})"))),
      "");
  const auto hidden = id_of(make(anton, {{"title", "p"}, {"private_flag", true}}));
  const auto open = id_of(make(anton, {{"title", "o"}}));
  EXPECT_EQ(code_of(get(berta, hidden)), "TSK-0046");
  EXPECT_EQ(all(berta, "200"), json::parse(R"([["o"]])"));
  EXPECT_EQ(code_of(update(berta, open, {{"private_flag", true}})), "TSK-0043");
}

}  // namespace
}  // namespace oxb::sandbox::test
