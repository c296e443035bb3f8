// SPDX-License-Identifier: GPL-3.0-or-later
// The measure: what a real server answered. Every difference is listed in deviations.txt with its reason; a difference
// that is not listed fails, and so does a listed one that no longer occurs.
#include "tests/sandbox/contract.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::sandbox::test {
namespace {

std::filesystem::path data_directory() {
  if (const char* given = std::getenv("OXBRIDGE_DATA")) return given;
  return std::filesystem::path(OXB_SOURCE_DIR) / ".." / "shared" / "data";
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// "<entry> <reason>", an entry a line; # begins a comment.
std::map<std::string, std::string> listed_deviations() {
  std::map<std::string, std::string> out;
  std::istringstream in(read(std::filesystem::path(OXB_SOURCE_DIR) / "tests/sandbox/deviations.txt"));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto blank = line.find(' ');
    out[line.substr(0, blank)] = blank == std::string::npos ? "" : line.substr(blank + 1);
  }
  return out;
}

constexpr const char* kFiles[] = {
    "01-login-session",          "02-folders", "03-contacts",    "04-chronos",      "05-tasks",       "06-attachments",
    "07-users-groups-resources", "11-misc",    "12-more-checks", "13c-deputy-mail", "15-last-checks", "17-micro",
    "01b-session-binding",
};

// Anton's calendar, to Berta.
void share_calendar(Box& box, std::int64_t bits) {
  auto anton = box.log_in("anton");
  const json::array permissions{json::object{{"entity", 3}, {"group", false}, {"bits", 403710016}},
                                json::object{{"entity", 4}, {"group", false}, {"bits", bits}}};
  EXPECT_EQ(code_of(box.put(anton, "folders?action=update&id=31", json::object{{"permissions", permissions}})), "");
}

// There mails had been sent and an invitation accepted: three collected addresses, one event.
void exchange_mail(Box& box) {
  auto anton = box.log_in("anton");
  const auto at = [](const char* value) { return json::object{{"value", value}, {"tzid", "Europe/Berlin"}}; };
  const json::object event{
      {"summary", "Invited"}, {"startDate", at("20270415T090000")}, {"endDate", at("20270415T100000")}};
  EXPECT_EQ(code_of(box.put(anton, "chronos?action=new&folder=cal://0/31", event)), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(code_of(box.put(anton, "contacts?action=new",
                              json::object{{"folder_id", "61"}, {"display_name", "collected"}})),
              "");
  }
}

TEST(Contract, AnswersAsTheRealServerDid) {
  const auto directory = data_directory() / "ox-observed";
  if (!std::filesystem::exists(directory)) GTEST_SKIP() << "no recorded answers in " << directory;
  Box box;
  for (const auto* name : {"anton", "berta", "carl"}) box.log_in(name);
  box.sandbox().sessions().close_all();
  Replay replay(box);
  for (const auto* name : kFiles) {
    SessionRules rules;
    // The first file was recorded with these two server settings changed.
    rules.remember_user_agent = std::string_view(name).starts_with("01-");
    rules.check_address = !rules.remember_user_agent;
    box.sandbox().sessions().set_rules(rules);
    const auto entries = json::parse(read(directory / (std::string(name) + ".json")));
    box.clock().advance(1000);
    if (std::string_view(name) == "11-misc") exchange_mail(box);
    if (std::string_view(name) == "13c-deputy-mail") {
      box.add_user("dora", "Dora", "Delta", "");
      share_calendar(box, 4227332);  // there a deputy permission, which this box does not have
    }
    if (std::string_view(name) == "15-last-checks") share_calendar(box, 257);
    if (std::string_view(name) == "04-chronos") {
      // The recorded calendar had seen these once before.
      const auto& all = entries.as_array();
      replay.rehearse(json::array(all.begin(), all.begin() + 34));
    }
    replay.run(name, entries.as_array());
  }
  const auto listed = listed_deviations();
  std::set<std::string> found;
  for (const auto& difference : replay.differences()) {
    found.insert(difference.entry);
    if (!listed.contains(difference.entry)) {
      ADD_FAILURE() << difference.entry << " (" << difference.note << ") " << difference.what;
    }
  }
  for (const auto& [entry, reason] : listed) {
    EXPECT_FALSE(reason.empty()) << entry << " has no reason";
    EXPECT_TRUE(found.contains(entry)) << entry << " is listed but answers as the real server: " << reason;
  }
  EXPECT_GT(replay.compared(), 250U);
  RecordProperty("compared", static_cast<int>(replay.compared()));
}

}  // namespace
}  // namespace oxb::sandbox::test
