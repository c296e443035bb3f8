// SPDX-License-Identifier: GPL-3.0-or-later
// All calendar files of the real test data: each event and task becomes a MAPI item, or is refused with a reason.
#include "convert/appointment.h"
#include "convert/contact.h"
#include "convert/recurrence_series.h"
#include "convert/task.h"
#include "convert/timezone_ical.h"
#include "format/vcard/vcard.h"
#include "tests/convert_pim/support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::convert {
namespace {

std::filesystem::path data_folder(const char* name) {
  const char* root = std::getenv("OXBRIDGE_DATA");
  return std::filesystem::path(root != nullptr ? root : OXB_SOURCE_DIR "/../shared/data") / name;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PimData, EveryCalendarFileConvertsOrSaysWhyNot) {
  const auto folder = data_folder("calendar");
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no test data";
  std::size_t files = 0, items = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ics") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++files;
    const auto calendar = ical::read(content_of(entry.path()), calendar_options("Europe/Berlin"));
    ASSERT_TRUE(calendar) << calendar.error().what;
    for (const auto& rejected : calendar->rejected) {
      EXPECT_FALSE(rejected.reason.empty());
      ++refused;
      if (std::getenv("OXB_VERBOSE"))
        std::cout << entry.path().filename().string() << ": " << rejected.component << ": " << rejected.reason << '\n';
    }
    for (const auto& series : calendar->series) {
      for (const auto& part : split_series(series)) {
        const auto content = appointment_from_event(part, test_context());
        if (content) {
          ++items;
          check_content(*content);
          continue;
        }
        ++refused;
        EXPECT_NE(content.error().code, Errc::internal);
        EXPECT_FALSE(content.error().what.empty());
        if (std::getenv("OXB_VERBOSE"))
          std::cout << entry.path().filename().string() << ": " << content.error().what
                    << " rrule=" << (part.master ? part.master->recurrence_rule : "") << '\n';
      }
    }
    for (const auto& task : calendar->tasks) {
      const auto content = task_from_item(task, test_context());
      ASSERT_TRUE(content) << content.error().what;
      check_content(*content);
      ++items;
    }
  }
  EXPECT_GE(files, 50U);
  EXPECT_GT(items, 500U);
  EXPECT_LT(refused, 30U);
}

TEST(PimData, EveryCardConverts) {
  const auto folder = data_folder("contacts");
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no test data";
  std::size_t files = 0, contacts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename().string());
    ++files;
    const auto cards = vcard::read(content_of(entry.path()));
    ASSERT_TRUE(cards) << cards.error().what;
    EXPECT_TRUE(cards->rejected.empty());
    for (const auto& contact : cards->contacts) {
      const auto content = contact_from_item(contact, test_context());
      ASSERT_TRUE(content) << content.error().what;
      check_content(*content);
      ++contacts;
    }
  }
  EXPECT_GE(files, 8U);
  EXPECT_GE(contacts, 10U);
}

}  // namespace
}  // namespace oxb::convert
