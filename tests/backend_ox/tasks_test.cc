// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/ox_box.h"

#include <boost/json.hpp>

#include <algorithm>

namespace oxb::backend::ox::test {
namespace {

using model::FolderRole, model::Task;

class OxTasks : public testing::Test {
 protected:
  OxTasks() : account(box.sign_in("anton")), writer(box.client("anton")) {
    const auto folders = box.run(account->groupware().folders(soon())).value();
    tasks = folder_of(folders, FolderRole::tasks);
  }
  std::string add(json::object fields) {
    fields["folder_id"] = std::stoi(tasks.id.value);
    const auto data = box.write(writer, {"tasks", "new", {{"timezone", "UTC"}}, json::value(std::move(fields))});
    return std::to_string(data.at("id").to_number<std::int64_t>());
  }
  ItemChanges read(const model::Position& since = {}) {
    auto changes = box.run(account->groupware().changes(tasks, since, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static const Task& task(const ItemChanges& changes, std::size_t at = 0) {
    return std::get<Task>(changes.changed.at(at));
  }

  // One file on a task or contact, as the web client attaches it.
  void attach(const std::string& id, const std::string& name, const std::string& bytes) {
    net::HttpCall call;
    call.method = "POST";
    net::CookieJar jar;
    const auto session = log_in(jar);
    call.url = box.url() + "/ajax/attachment?action=attach&session=" + session;
    call.headers.set("Content-Type", "multipart/form-data; boundary=xx");
    const json::object about{
        {"folder", std::stoi(tasks.id.value)}, {"attached", std::stoi(id)}, {"module", 4}, {"filename", name}};
    call.body = to_bytes("--xx\r\nContent-Disposition: form-data; name=\"json_0\"\r\n\r\n" + json::serialize(about) +
                         "\r\n--xx\r\nContent-Disposition: form-data; name=\"file_0\"; filename=\"" + name +
                         "\"\r\nContent-Type: text/plain\r\n\r\n" + bytes + "\r\n--xx--\r\n");
    call.cookies = &jar;
    const auto response = box.run(box.http()->call(std::move(call), soon())).value();
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(as_text(response.body).find("\"error\""), std::string_view::npos) << as_text(response.body);
  }
  std::string log_in(net::CookieJar& jar) {
    net::HttpCall call;
    call.method = "POST";
    call.url = box.url() + "/ajax/login?action=login";
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    call.body = to_bytes("name=anton&password=anton-secret&client=web");
    call.cookies = &jar;
    const auto response = box.run(box.http()->call(std::move(call), soon())).value();
    return std::string(json::parse(as_text(response.body)).at("session").as_string());
  }

  Box box;
  std::shared_ptr<Account> account;
  std::shared_ptr<Session> writer;
  model::Folder tasks;
};

TEST_F(OxTasks, EveryFieldArrives) {
  const auto id =
      add({{"title", "Report"},
           {"note", "Q1"},
           {"start_time", 1806710400000},
           {"end_time", 1806796800000},
           {"full_time", true},
           {"status", 2},
           {"percent_completed", 40},
           {"priority", 3},
           {"alarm", 1806742800000},
           {"categories", "Work,Blue"},
           {"actual_duration", "90"},
           {"target_costs", 12.5},
           {"currency", "EUR"},
           {"companies", "ACME"},
           {"recurrence_type", 2},
           {"interval", 1},
           {"days", 64},
           {"participants", json::array{json::object{{"id", 4}, {"type", 1}},
                                        json::object{{"type", 5}, {"mail", "x@y.test"}, {"display_name", "X"}}}}});
  const auto changes = read();
  ASSERT_EQ(changes.changed.size(), 1U);
  const auto& t = task(changes);
  EXPECT_EQ(t.id.value, id);
  EXPECT_EQ(t.title, "Report");
  EXPECT_EQ(t.note, "Q1");
  EXPECT_TRUE(t.full_time);
  EXPECT_EQ(t.status, 2);
  EXPECT_EQ(t.percent_completed, 40);
  EXPECT_EQ(t.priority, 3);
  EXPECT_EQ(to_unix_ms(*t.alarm), 1806742800000);
  EXPECT_EQ(t.categories, (std::vector<std::string>{"Work", "Blue"}));
  EXPECT_EQ(t.actual_duration, 90);
  EXPECT_EQ(t.target_costs, "12.5");
  EXPECT_EQ(t.recurrence.type, model::TaskRecurrence::Type::weekly);
  EXPECT_EQ(t.recurrence.days, 64);
  EXPECT_EQ(t.participants.size(), 2U);
  EXPECT_EQ(t.folder, tasks.id);
}

TEST_F(OxTasks, TimesAreUtcWhateverTheUsersZoneIs) {
  add({{"title", "timed"}, {"start_time", 1806742800000}, {"end_time", 1806746400000}, {"full_time", false}});
  const auto changes = read();
  EXPECT_EQ(to_unix_ms(*task(changes).start), 1806742800000);
  EXPECT_EQ(to_unix_ms(*task(changes).end), 1806746400000);
}

TEST_F(OxTasks, AttachmentsAreNamedAndFetchedWhenAskedFor) {
  const auto a = add({{"title", "A"}}), b = add({{"title", "B"}});
  add({{"title", "without"}});
  attach(a, "a.txt", "hello");
  attach(b, "b.txt", "other");
  attach(b, "c.txt", "third");
  box.reset_counters();
  const auto changes = read();
  EXPECT_EQ(box.requests(""), 4U) << box.counters();  // two listings, and one for each task that has attachments
  ASSERT_EQ(changes.changed.size(), 3U);
  for (const auto& item : changes.changed) {
    const auto& t = std::get<Task>(item);
    if (t.id.value == a) {
      ASSERT_EQ(t.attachments.size(), 1U);
      EXPECT_EQ(t.attachments[0].name, "a.txt");
      EXPECT_EQ(t.attachments[0].size, 5U);
      EXPECT_FALSE(t.attachments[0].data);
      const auto bytes = box.run(account->groupware().attachment(tasks, t.id, t.attachments[0], soon()));
      ASSERT_TRUE(bytes) << bytes.error().what;
      EXPECT_EQ(as_text(*bytes), "hello");
    } else {
      EXPECT_EQ(t.attachments.size(), t.id.value == b ? 2U : 0U);
    }
  }
  model::FileData nothing;
  nothing.id = RemoteId{"99999"};
  EXPECT_EQ(box.run(account->groupware().attachment(tasks, RemoteId{a}, nothing, soon())).error().code,
            Errc::not_found);
}

TEST_F(OxTasks, AnAttachmentIsAChangeOfItsTask) {
  const auto a = add({{"title", "A"}});
  auto changes = read();
  attach(a, "a.txt", "hello");
  changes = read(changes.position);
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_EQ(task(changes).attachments.size(), 1U);
}

}  // namespace
}  // namespace oxb::backend::ox::test
