// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of the real test data becomes MAPI items, or is quarantined with a reason, by the converters alone.
#include "convert/appointment.h"
#include "convert/contact.h"
#include "convert/distribution_list.h"
#include "convert/message.h"
#include "convert/task.h"
#include "convert/timezone_ical.h"
#include "format/vcard/vcard.h"
#include "proto/mapi/tags.h"
#include "tests/data/files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace oxb::convert {
namespace {

using data::content_of;
using data::data_directory;

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder, std::string_view extension) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == extension) result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

PimContext context() {
  PimContext result;
  result.owner_name = "Test User";
  result.owner_email = "user@example.com";
  result.owner_addresses = {"user@example.com"};
  result.default_zone = "Europe/Berlin";
  result.now = Instant(std::chrono::hours(24 * 20'500));
  return result;
}

class Report {
 public:
  void file(const std::filesystem::path& path) {
    ++files_;
    name_ = path.filename().string();
  }
  // Every item is one of these two; both count as shown to somebody.
  void converted(const mapi::Content& content) {
    ++items_;
    EXPECT_TRUE(content.properties.has(mapi::tag::kMessageClass)) << name_;
  }
  void quarantined(const std::string& what, const std::string& reason) {
    EXPECT_FALSE(reason.empty()) << name_ << ": " << what;
    ++refused_;
  }
  void take(const char* what, const Result<mapi::Content>& content) {
    if (content) return converted(*content);
    EXPECT_NE(content.error().code, Errc::internal) << name_;
    quarantined(what, content.error().what);
  }
  std::size_t items() const { return items_; }
  std::size_t files() const { return files_; }
  std::size_t refused() const { return refused_; }

 private:
  std::string name_;
  std::size_t files_ = 0, items_ = 0, refused_ = 0;
};

bool there(const std::filesystem::path& folder) {
  if (std::filesystem::is_directory(folder)) return true;
  std::cout << "no test data in " << folder << '\n';
  return false;
}

TEST(Data, Calendars) {
  if (!there(data_directory() / "calendar")) GTEST_SKIP();
  Report report;
  for (const auto& path : files_below(data_directory() / "calendar", ".ics")) {
    report.file(path);
    const auto calendar = ical::read(content_of(path), calendar_options("Europe/Berlin"));
    if (!calendar) {
      report.quarantined("file", calendar.error().what);
      continue;
    }
    for (const auto& rejected : calendar->rejected) report.quarantined(rejected.component, rejected.reason);
    for (const auto& series : calendar->series)
      for (const auto& part : split_series(series)) report.take("VEVENT", appointment_from_event(part, context()));
    for (const auto& task : calendar->tasks) report.take("VTODO", task_from_item(task, context()));
  }
  EXPECT_GE(report.files(), 60U);
  EXPECT_GE(report.items(), 1390U);
  EXPECT_LE(report.refused(), 16U);
}

TEST(Data, Contacts) {
  if (!there(data_directory() / "contacts")) GTEST_SKIP();
  Report report;
  for (const auto& path : files_below(data_directory() / "contacts", ".vcf")) {
    report.file(path);
    const auto cards = vcard::read(content_of(path));
    if (!cards) {
      report.quarantined("file", cards.error().what);
      continue;
    }
    for (const auto& rejected : cards->rejected) report.quarantined("VCARD", rejected.reason);
    for (const auto& contact : cards->contacts) report.take("VCARD", contact_from_item(contact, context()));
    for (const auto& list : cards->lists) report.take("list", distribution_list_from_item(list, context()));
  }
  EXPECT_GE(report.files(), 8U);
  EXPECT_GE(report.items(), 10U);
  EXPECT_EQ(report.refused(), 0U);
}

// The project's own samples are for people to try: nothing of them is refused.
TEST(Data, OwnSamples) {
  const std::filesystem::path samples = OXB_SOURCE_DIR "/share/sample/pim";
  Report report;
  for (const auto& path : files_below(samples, ".ics")) {
    report.file(path);
    const auto calendar = ical::read(content_of(path), calendar_options("Europe/Berlin"));
    ASSERT_TRUE(calendar) << path;
    for (const auto& rejected : calendar->rejected) report.quarantined(rejected.component, rejected.reason);
    for (const auto& series : calendar->series) report.take("VEVENT", appointment_from_event(series, context()));
    for (const auto& task : calendar->tasks) report.take("VTODO", task_from_item(task, context()));
  }
  for (const auto& path : files_below(samples, ".vcf")) {
    report.file(path);
    const auto cards = vcard::read(content_of(path));
    ASSERT_TRUE(cards) << path;
    for (const auto& contact : cards->contacts) report.take("VCARD", contact_from_item(contact, context()));
    for (const auto& list : cards->lists) {
      EXPECT_EQ(list.members.size(), 3U);
      report.take("list", distribution_list_from_item(list, context()));
    }
  }
  EXPECT_EQ(report.files(), 7U);
  EXPECT_EQ(report.items(), 20U);
  EXPECT_EQ(report.refused(), 0U);
}

TEST(Data, Mails) {
  if (!there(data_directory() / "mail")) GTEST_SKIP();
  Report report;
  for (const auto& path : files_below(data_directory() / "mail", ".eml")) {
    report.file(path);
    const auto text = content_of(path);
    const auto content = message_from_mime(as_bytes(text), {});
    if (!content) report.converted(message_placeholder(as_bytes(text), content.error().what, {}));
    report.take("mail", content);
  }
  EXPECT_GE(report.files(), 60U);
  EXPECT_EQ(report.refused(), 0U);
}

}  // namespace
}  // namespace oxb::convert
