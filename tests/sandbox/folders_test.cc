// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions, contexts, folders and the rights on them.
#include "sandbox/folders.h"

#include "sandbox/setup.h"
#include "tests/sandbox/box.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

json::object permission(int entity, bool group, std::int64_t bits) {
  return {{"entity", entity}, {"group", group}, {"bits", bits}};
}

std::string new_folder(Box& box, Client& client, const std::string& parent, json::object folder) {
  const auto answer =
      box.put(client, "folders?action=new&folder_id=" + parent, json::object{{"folder", std::move(folder)}});
  EXPECT_EQ(code_of(answer), "") << json::serialize(answer);
  return data_of(answer).is_string() ? std::string(data_of(answer).as_string()) : "";
}

TEST(SandboxRights, LevelsAreOrderedAndThreeIsNone) {
  EXPECT_EQ(Rights::unpack(kOwnerBits).pack(), kOwnerBits);
  EXPECT_EQ(Rights::unpack(4227332).pack(), 4227332);
  EXPECT_EQ(Rights::unpack(3).pack(), 0);
  EXPECT_TRUE(Rights::unpack(2).creates());
  EXPECT_FALSE(Rights::unpack(257).creates());
  EXPECT_EQ(Rights::unpack(257).max(Rights::unpack(2)).pack(), 258);
}

TEST(SandboxSession, BelongsToOneAddress) {
  Box box;
  auto anton = box.log_in("anton");
  auto elsewhere = anton;
  elsewhere.address = "192.0.2.7";
  EXPECT_EQ(code_of(box.get(elsewhere, "folders?action=root&columns=1")), "SES-0203");
  // The foreign request ended it for everyone.
  EXPECT_EQ(code_of(box.get(anton, "folders?action=root&columns=1")), "SES-0203");
}

TEST(SandboxSession, OtherAgentIsRefusedButDoesNoHarm) {
  Box box;
  auto anton = box.log_in("anton");
  auto other = anton;
  other.user_agent = "somebody/1.0";
  EXPECT_EQ(code_of(box.get(other, "folders?action=root&columns=1")), "SES-0203");
  EXPECT_EQ(code_of(box.get(anton, "folders?action=root&columns=1")), "");
}

TEST(SandboxSession, EndsAfterAnIdleHour) {
  Box box;
  auto anton = box.log_in("anton");
  box.clock().advance(3'500'000);
  EXPECT_EQ(code_of(box.get(anton, "folders?action=root&columns=1")), "");
  box.clock().advance(3'700'000);
  EXPECT_EQ(code_of(box.get(anton, "folders?action=root&columns=1")), "SES-0203");
}

TEST(SandboxSession, OneUserHasALimit) {
  Box box;
  SessionRules rules;
  rules.per_user = 2;
  box.sandbox().sessions().set_rules(rules);
  box.log_in("anton");
  box.log_in("anton");
  Client third;
  const auto response = box.send(third, "POST", "/ajax/login?action=login",
                                 "name=anton&password=anton-secret&client=test", "application/x-www-form-urlencoded");
  EXPECT_NE(as_text(response.body).find("SES-0007"), std::string_view::npos);
}

TEST(SandboxContexts, ShareLoginNamesButNothingElse) {
  Box box;
  ASSERT_TRUE(create_context(box.sandbox(), {"second", "second.test", "oxadmin", "x"}));
  NewUser user;
  user.context = 2;
  user.login = "anton";
  user.password = "other-secret";
  user.first_name = "Antonia";
  user.last_name = "Amann";
  ASSERT_TRUE(add_user(box.sandbox(), user));
  auto first = box.log_in("anton");
  auto second = box.log_in("anton@second", "other-secret");
  auto by_mail = box.log_in("anton@second.test", "other-secret");
  EXPECT_EQ(data_of(box.get(first, "user/me")).at("display_name"), json::value("Anton Alpha"));
  EXPECT_EQ(data_of(box.get(second, "user/me")).at("display_name"), json::value("Antonia Amann"));
  EXPECT_EQ(data_of(box.get(by_mail, "user/me")).at("context_id"), json::value(2));
  // Ids begin anew in every context, and lists show one context only.
  EXPECT_EQ(data_of(box.get(second, "config/folder/calendar")), json::value("31"));
  EXPECT_EQ(data_of(box.get(first, "contacts?action=all&folder=6&columns=1")).as_array().size(), 4U);
  EXPECT_EQ(data_of(box.get(second, "contacts?action=all&folder=6&columns=1")).as_array().size(), 2U);
  const auto made =
      box.put(first, "contacts?action=new", json::object{{"folder_id", "32"}, {"display_name", "Only here"}});
  EXPECT_EQ(code_of(made), "");
  EXPECT_TRUE(data_of(box.get(second, "contacts?action=all&folder=32&columns=500")).as_array().empty());
}

TEST(SandboxContexts, MailAddressesAreUniqueInTheBox) {
  Box box;
  ASSERT_TRUE(create_context(box.sandbox(), {"second", "second.test", "oxadmin", "x"}));
  NewUser user;
  user.context = 2;
  user.login = "anton";
  user.password = "p";
  user.first_name = "A";
  user.last_name = "B";
  user.mail = "anton@example.test";
  const auto made = add_user(box.sandbox(), user);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::exists);
}

TEST(SandboxFolders, PermissionsOfAGroupReachItsMembers) {
  Box box;
  auto anton = box.log_in("anton");
  auto berta = box.log_in("berta");
  auto carl = box.log_in("carl");
  const auto id =
      new_folder(box, anton, "1",
                 {{"title", "Team"},
                  {"module", "contacts"},
                  {"permissions", json::array{permission(3, false, kOwnerBits), permission(7, true, 257)}}});
  EXPECT_EQ(data_of(box.get(berta, "folders?action=get&id=" + id)).at("own_rights"), json::value(257));
  EXPECT_EQ(data_of(box.get(berta, "folders?action=get&id=" + id)).at("type"), json::value(3));
  EXPECT_EQ(code_of(box.get(carl, "folders?action=get&id=" + id)), "FLD-0003");
}

TEST(SandboxFolders, OwnAndGroupEntryGiveTheirMaximum) {
  Box box;
  auto anton = box.log_in("anton");
  auto berta = box.log_in("berta");
  const auto id = new_folder(box, anton, "1",
                             {{"title", "Team"},
                              {"module", "contacts"},
                              {"permissions", json::array{permission(3, false, kOwnerBits), permission(4, false, 2),
                                                          permission(7, true, 257)}}});
  EXPECT_EQ(data_of(box.get(berta, "folders?action=get&id=" + id)).at("own_rights"), json::value(258));
}

TEST(SandboxFolders, OwnObjectsOnly) {
  Box box;
  auto anton = box.log_in("anton");
  auto berta = box.log_in("berta");
  const auto id =
      new_folder(box, anton, "2",
                 {{"title", "Box"},
                  {"module", "contacts"},
                  {"permissions", json::array{permission(3, false, kOwnerBits), permission(0, true, 2113666)}}});
  ASSERT_EQ(code_of(box.put(anton, "contacts?action=new", json::object{{"folder_id", id}, {"display_name", "A"}})), "");
  const auto made = box.put(berta, "contacts?action=new", json::object{{"folder_id", id}, {"display_name", "B"}});
  ASSERT_EQ(code_of(made), "");
  const auto rows = data_of(box.get(berta, "contacts?action=all&folder=" + id + "&columns=500"));
  EXPECT_EQ(rows, json::parse(R"([["B"]])"));
  EXPECT_EQ(data_of(box.get(anton, "contacts?action=all&folder=" + id + "&columns=500")).as_array().size(), 2U);
  const auto first = std::to_string(std::stoi(std::string(data_of(made).at("id").as_string())) - 1);
  EXPECT_EQ(code_of(box.get(berta, "contacts?action=get&id=" + first + "&folder=" + id)), "CON-0104");
}

TEST(SandboxFolders, CalendarsAreFlatAndSharedAddressBooksTakeNoChildren) {
  Box box;
  auto anton = box.log_in("anton");
  auto answer = box.put(anton, "folders?action=new&folder_id=31",
                        json::object{{"folder", json::object{{"title", "Sub"}, {"module", "calendar"}}}});
  EXPECT_EQ(code_of(answer), "FLD-1012");
  answer = box.put(anton, "folders?action=new&folder_id=32",
                   json::object{{"folder", json::object{{"title", "Sub"}, {"module", "tasks"}}}});
  EXPECT_EQ(code_of(answer), "FLD-1012");
}

TEST(SandboxFolders, DeletingTakesSubfoldersAndLeavesTombstones) {
  Box box;
  auto anton = box.log_in("anton");
  const auto parent = new_folder(box, anton, "1", {{"title", "P"}, {"module", "contacts"}});
  const auto child = new_folder(box, anton, parent, {{"title", "C"}, {"module", "contacts"}});
  const auto since = stamp_of(box.get(anton, "folders?action=get&id=" + child));
  EXPECT_EQ(data_of(box.put(anton, "folders?action=delete&timestamp=9999999999999", json::array{json::value(parent)})),
            json::array());
  const auto updates =
      data_of(box.get(anton, "folders?action=updates&columns=1&timestamp=" + std::to_string(since))).as_array();
  EXPECT_NE(std::find(updates.begin(), updates.end(), json::value(parent)), updates.end());
  EXPECT_NE(std::find(updates.begin(), updates.end(), json::value(child)), updates.end());
  EXPECT_EQ(code_of(box.get(anton, "folders?action=get&id=" + child)), "FLD-0008");
}

TEST(SandboxFolders, MoveNeedsAFreeNameAndNoCircle) {
  Box box;
  auto anton = box.log_in("anton");
  const auto a = new_folder(box, anton, "1", {{"title", "A"}, {"module", "contacts"}});
  const auto b = new_folder(box, anton, a, {{"title", "B"}, {"module", "contacts"}});
  EXPECT_EQ(code_of(box.put(anton, "folders?action=update&id=" + a, json::object{{"folder_id", b}})), "FLD-1012");
  EXPECT_EQ(code_of(box.put(anton, "folders?action=update&id=" + b, json::object{{"folder_id", "1"}})), "");
  EXPECT_EQ(data_of(box.get(anton, "folders?action=get&id=" + b)).at("folder_id"), json::value("1"));
  EXPECT_EQ(code_of(box.put(anton, "folders?action=update&id=31", json::object{{"folder_id", a}})), "FLD-0021");
}

TEST(SandboxFolders, UnsubscribedOnesAreListedOnDemandOnly) {
  Box box;
  auto anton = box.log_in("anton");
  const auto id = new_folder(box, anton, "1", {{"title", "Quiet"}, {"module", "tasks"}});
  ASSERT_EQ(code_of(box.put(anton, "folders?action=update&id=" + id, json::object{{"subscribed", false}})), "");
  const auto visible = json::serialize(box.get(anton, "folders?action=allVisible&content_type=tasks&columns=1"));
  const auto all = json::serialize(box.get(anton, "folders?action=allVisible&content_type=tasks&columns=1&all=1"));
  EXPECT_EQ(visible.find('"' + id + '"'), std::string::npos);
  EXPECT_NE(all.find('"' + id + '"'), std::string::npos);
}

TEST(SandboxMultiple, EntriesSeeWhatEarlierOnesDid) {
  Box box;
  auto anton = box.log_in("anton");
  const auto answers =
      box.put(anton, "multiple?continue=true",
              json::array{json::object{{"module", "contacts"},
                                       {"action", "new"},
                                       {"data", json::object{{"folder_id", "32"}, {"display_name", "N"}}}},
                          json::object{{"module", "contacts"}, {"action", "all"}, {"folder", "32"}, {"columns", "500"}},
                          json::object{{"module", "nothing"}, {"action", "all"}},
                          json::object{{"module", "contacts"}, {"action", "get"}, {"id", 99}, {"folder", 32}}});
  ASSERT_EQ(answers.as_array().size(), 4U);
  EXPECT_EQ(data_of(answers.as_array()[1]), json::parse(R"([["N"]])"));
  EXPECT_EQ(code_of(answers.as_array()[2]), "SVL-0007");
  EXPECT_EQ(code_of(answers.as_array()[3]), "CON-0125");
}

}  // namespace
}  // namespace oxb::sandbox::test
