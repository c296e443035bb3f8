// SPDX-License-Identifier: GPL-3.0-or-later
// Contacts, address books, users.
#include "format/oxjson/columns.h"
#include "tests/sandbox/box.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

class SandboxContacts : public ::testing::Test {
 protected:
  json::value make(Client& client, json::object body) {
    if (!body.contains("folder_id")) body["folder_id"] = "32";
    return box.put(client, "contacts?action=new", body);
  }
  std::string id_of(const json::value& answer) {
    EXPECT_EQ(code_of(answer), "") << json::serialize(answer);
    return data_of(answer).is_object() ? std::string(data_of(answer).at("id").as_string()) : "";
  }
  json::value get(Client& client, const std::string& id, const std::string& folder = "32") {
    return box.get(client, "contacts?action=get&timezone=UTC&id=" + id + "&folder=" + folder);
  }
  json::value update(Client& client, const std::string& id, const json::object& body,
                     std::int64_t stamp = 9999999999999) {
    return box.put(client, "contacts?action=update&folder=32&id=" + id + "&timestamp=" + std::to_string(stamp), body);
  }
  json::value updates(Client& client, std::int64_t since, const std::string& more = "") {
    return box.get(client, "contacts?action=updates&folder=32&columns=1&timestamp=" + std::to_string(since) + more);
  }
  json::value remove(Client& client, const json::value& what, std::int64_t stamp = 9999999999999) {
    return box.put(client, "contacts?action=delete&timestamp=" + std::to_string(stamp), what);
  }
  static json::object entry(const std::string& id, const std::string& folder = "32") {
    return {{"id", id}, {"folder", folder}};
  }

  Box box;
  Client anton = box.log_in("anton");
  Client berta = box.log_in("berta");
};

TEST_F(SandboxContacts, EveryTextColumnIsKeptToItsLimit) {
  for (const auto& column : oxjson::contact_columns()) {
    if (column.kind != oxjson::ColumnKind::text || column.limit == 0 || column.limit > 2000) continue;
    const bool mail = column.number >= 555 && column.number <= 557;
    std::string text = mail ? "a@" : "";
    text += std::string(column.limit - text.size(), 'x');
    const auto made = make(anton, {{column.name, text}});
    ASSERT_EQ(code_of(made), "") << column.name;
    EXPECT_EQ(data_of(get(anton, id_of(made))).at(column.name), json::value(text));
    const auto refused = make(anton, {{column.name, text + "x"}});
    EXPECT_EQ(code_of(refused), "CON-0154") << column.name;
    EXPECT_EQ(refused.at("problematic").as_array()[0].at("max_size"), json::value(column.limit));
    EXPECT_EQ(refused.at("category"), json::value(1));
  }
}

TEST_F(SandboxContacts, DatesAreWholeDays) {
  const auto id = id_of(make(anton, {{"birthday", 315532800000 + 5'000'000}, {"anniversary", -86400000}}));
  const auto answer = get(anton, id);
  EXPECT_EQ(data_of(answer).at("birthday"), json::value(315532800000));
  EXPECT_EQ(data_of(answer).at("anniversary"), json::value(-86400000));
}

TEST_F(SandboxContacts, FileAsFollowsTheDisplayName) {
  const auto id = id_of(make(anton, {{"display_name", "One"}}));
  EXPECT_EQ(data_of(get(anton, id)).at("file_as"), json::value("One"));
  ASSERT_EQ(code_of(update(anton, id, {{"display_name", "Two"}})), "");
  EXPECT_EQ(data_of(get(anton, id)).at("file_as"), json::value("Two"));
  ASSERT_EQ(code_of(update(anton, id, {{"display_name", "Three"}, {"file_as", "3"}})), "");
  EXPECT_EQ(data_of(get(anton, id)).at("file_as"), json::value("3"));
}

TEST_F(SandboxContacts, AChangedStreetDropsTheFormattedAddress) {
  const auto id = id_of(make(anton, {{"addressHome", "Weg 1\nKiel"}, {"street_home", "Weg 1"}}));
  ASSERT_EQ(code_of(update(anton, id, {{"street_home", "Weg 2"}})), "");
  EXPECT_FALSE(data_of(get(anton, id)).as_object().contains("addressHome"));
}

TEST_F(SandboxContacts, EqualStampIsFreshAnOlderOneStale) {
  const auto made = make(anton, {{"display_name", "C"}});
  const auto id = id_of(made);
  EXPECT_EQ(code_of(update(anton, id, {{"note", "1"}}, stamp_of(made) - 1)), "CON-0119");
  EXPECT_EQ(code_of(update(anton, id, {{"note", "1"}}, stamp_of(made))), "");
  EXPECT_EQ(code_of(remove(anton, json::array{entry(id)}, stamp_of(made))), "CON-0119");
}

TEST_F(SandboxContacts, StampsGrowWithEveryWrite) {
  std::int64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    const auto made = make(anton, {{"display_name", "C"}});
    EXPECT_GT(stamp_of(made), last);
    last = stamp_of(made);
  }
}

TEST_F(SandboxContacts, UpdatesWithDeletionsOnlyStumbles) {
  const auto keep = make(anton, {{"display_name", "keep"}});
  const auto gone = id_of(make(anton, {{"display_name", "gone"}}));
  const auto before = stamp_of(keep);
  ASSERT_EQ(code_of(remove(anton, json::array{entry(gone)})), "");
  EXPECT_EQ(code_of(updates(anton, before)), "SVL-0011");
  EXPECT_EQ(code_of(updates(anton, before, "&ignore=false")), "SVL-0011");
  EXPECT_EQ(data_of(updates(anton, before, "&ignore=deleted")), json::array());
  // With one changed row beside it the deletion is told.
  const auto both = updates(anton, before - 1);
  EXPECT_EQ(code_of(both), "");
  EXPECT_EQ(data_of(both).as_array().back(), json::value(gone));
  const auto nothing = updates(anton, 9999999999999);
  EXPECT_EQ(data_of(nothing), json::array());
  EXPECT_EQ(stamp_of(nothing), -1);
}

TEST_F(SandboxContacts, ABatchWithOneUnknownIdDeletesNothing) {
  const auto id = id_of(make(anton, {{"display_name", "C"}}));
  EXPECT_EQ(code_of(remove(anton, json::array{entry(id), entry("99999")})), "CON-0125");
  EXPECT_EQ(code_of(get(anton, id)), "");
  EXPECT_EQ(code_of(remove(anton, json::value(entry(id)))), "");
  EXPECT_EQ(code_of(get(anton, id)), "CON-0125");
}

TEST_F(SandboxContacts, MoveLeavesATombstone) {
  const auto id = id_of(make(anton, {{"display_name", "M"}}));
  const auto keep = make(anton, {{"display_name", "K"}});
  ASSERT_EQ(code_of(update(anton, id, {{"folder_id", "61"}})), "");
  EXPECT_EQ(code_of(get(anton, id, "61")), "");
  EXPECT_EQ(code_of(get(anton, id, "32")), "CON-0125");
  EXPECT_EQ(data_of(updates(anton, stamp_of(keep) - 1)).as_array().back(), json::value(id));
  // Back again: no longer gone.
  ASSERT_EQ(code_of(box.put(anton, "contacts?action=update&folder=61&id=" + id + "&timestamp=9999999999999",
                            json::object{{"folder_id", "32"}})),
            "");
  const auto rows = data_of(updates(anton, 0)).as_array();
  EXPECT_EQ(std::find(rows.begin(), rows.end(), json::value(id)), rows.end());
}

TEST_F(SandboxContacts, PrivateOnesAreForTheirCreator) {
  ASSERT_EQ(
      code_of(box.put(
          anton, "folders?action=update&id=32",
          json::parse(
              R"({"permissions":[{"entity":3,"group":false,"bits":403710016},{"entity":4,"group":false,"bits":4227332}]})"))),
      "");
  const auto id = id_of(make(anton, {{"display_name", "P"}, {"private_flag", true}}));
  EXPECT_EQ(code_of(get(berta, id)), "CON-0125");
  EXPECT_EQ(data_of(box.get(berta, "contacts?action=all&folder=32&columns=1")), json::array());
  EXPECT_EQ(code_of(remove(berta, json::array{entry(id)})), "CON-0125");
  EXPECT_EQ(data_of(get(anton, id)).at("private_flag"), json::value(true));
}

TEST_F(SandboxContacts, ReadersMayNotWrite) {
  ASSERT_EQ(
      code_of(box.put(
          anton, "folders?action=update&id=32",
          json::parse(
              R"({"permissions":[{"entity":3,"group":false,"bits":403710016},{"entity":4,"group":false,"bits":257}]})"))),
      "");
  const auto id = id_of(make(anton, {{"display_name", "C"}}));
  EXPECT_EQ(code_of(get(berta, id)), "");
  EXPECT_EQ(code_of(update(berta, id, {{"note", "x"}})), "CON-0176");
  EXPECT_EQ(code_of(remove(berta, json::array{entry(id)})), "CON-0169");
  EXPECT_EQ(code_of(make(berta, {{"display_name", "D"}})), "CON-0112");
}

TEST_F(SandboxContacts, PicturesComeAndGo) {
  const auto id =
      id_of(make(anton, {{"display_name", "P"}, {"image1", "iVBORw0KGgo="}, {"image1_content_type", "image/png"}}));
  const auto answer = get(anton, id);
  EXPECT_EQ(data_of(answer).at("number_of_images"), json::value(1));
  const std::string url(data_of(answer).at("image1_url").as_string());
  const auto picture = box.send(anton, "GET", url + "&session=" + anton.session);
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(to_hex(picture.body), "89504e470d0a1a0a");
  ASSERT_EQ(code_of(update(anton, id, {{"image1", nullptr}})), "");
  EXPECT_EQ(box.send(anton, "GET", url + "&session=" + anton.session).status, 404);
  EXPECT_EQ(code_of(make(anton, {{"image1", "no base64!"}})), "CON-0158");
}

TEST_F(SandboxContacts, PicturesOfOthersNeedTheRightToRead) {
  const auto id = id_of(make(anton, {{"display_name", "P"}, {"image1", "iVBORw0KGgo="}}));
  EXPECT_EQ(box.send(berta, "GET",
                     "/ajax/contacts/picture?action=get&contact_id=" + id + "&folder_id=32&session=" + berta.session)
                .status,
            404);
}

TEST_F(SandboxContacts, ListMembersFollowTheirContacts) {
  const auto member = id_of(make(anton, {{"display_name", "Old"}, {"email1", "old@x.test"}}));
  const auto list = id_of(
      make(anton,
           {{"display_name", "L"},
            {"mark_as_distributionlist", true},
            {"distribution_list", json::array{json::object{{"id", member}, {"folder_id", "32"}, {"mail_field", 1}}}}}));
  ASSERT_EQ(code_of(update(anton, member, {{"display_name", "New"}, {"email1", "new@x.test"}})), "");
  auto members = data_of(get(anton, list)).at("distribution_list").as_array();
  EXPECT_EQ(members[0].at("mail"), json::value("new@x.test"));
  ASSERT_EQ(code_of(remove(anton, json::array{entry(member)})), "");
  members = data_of(get(anton, list)).at("distribution_list").as_array();
  EXPECT_EQ(members[0].at("mail_field"), json::value(0));
  EXPECT_FALSE(members[0].as_object().contains("id"));
}

TEST_F(SandboxContacts, AddressBooksHaveNoUpdatesAndContactsNoComposites) {
  EXPECT_EQ(code_of(box.get(anton, "addressbooks?action=updates&folder=con://0/32&columns=1&timestamp=0")), "SVL-0021");
  EXPECT_EQ(code_of(box.get(anton, "contacts?action=all&folder=con://0/32&columns=1")), "CON-2011");
  EXPECT_EQ(code_of(box.get(anton, "addressbooks?action=all&folder=con://0/32&columns=1")), "");
}

TEST_F(SandboxContacts, UserEntriesAreTheirOwners) {
  EXPECT_EQ(code_of(box.put(anton, "contacts?action=update&id=3&folder=6&timestamp=9999999999999",
                            json::object{{"note", "x"}})),
            "CON-0176");
  EXPECT_EQ(code_of(box.put(anton, "contacts?action=update&id=2&folder=6&timestamp=9999999999999",
                            json::object{{"email1", "other@example.test"}})),
            "CON-0173");
  EXPECT_EQ(code_of(box.put(anton, "contacts?action=update&id=2&folder=6&timestamp=9999999999999",
                            json::object{{"note", "x"}})),
            "");
  EXPECT_EQ(data_of(box.get(berta, "user?action=get&id=3")).at("note"), json::value("x"));
  EXPECT_EQ(code_of(make(anton, {{"folder_id", "6"}, {"display_name", "x"}})), "CON-0112");
}

TEST_F(SandboxContacts, TimesFollowTheZoneOfTheRequest) {
  const auto id = id_of(make(anton, {{"display_name", "T"}}));
  const auto utc =
      data_of(box.get(anton, "contacts?action=get&folder=32&timezone=UTC&id=" + id)).at("last_modified").as_int64();
  const auto own = data_of(box.get(anton, "contacts?action=get&folder=32&id=" + id)).at("last_modified").as_int64();
  EXPECT_EQ(own - utc, 3'600'000);  // Europe/Berlin in November
  EXPECT_EQ(data_of(box.get(anton, "contacts?action=get&folder=32&id=" + id)).at("last_modified_utc").as_int64(), utc);
}

TEST_F(SandboxContacts, SearchLanguage) {
  make(anton, {{"first_name", "Anna"}, {"last_name", "Meier"}, {"company", "ACME"}, {"email1", "anna@acme.test"}});
  make(anton, {{"first_name", "Bernd"}, {"last_name", "Meinert"}, {"company", "Other"}});
  const auto find = [&](const char* filter) {
    return data_of(box.put(anton, "contacts?action=advancedSearch&columns=501&sort=501&order=asc",
                           json::object{{"filter", json::parse(filter)}, {"folders", json::array{"32"}}}));
  };
  EXPECT_EQ(find(R"(["=",{"field":"last_name"},"Mei*"])"), json::parse(R"([["Anna"],["Bernd"]])"));
  EXPECT_EQ(find(R"(["and",["=",{"field":"last_name"},"mei*"],["not",["=",{"field":"company"},"ACME"]]])"),
            json::parse(R"([["Bernd"]])"));
  EXPECT_EQ(find(R"(["isNull",{"field":"email1"}])"), json::parse(R"([["Bernd"]])"));
  EXPECT_EQ(code_of(box.put(anton, "contacts?action=advancedSearch&columns=1", json::parse(R"({"filter":["or"]})"))),
            "");
  EXPECT_EQ(code_of(box.put(anton, "contacts?action=advancedSearch&columns=1", json::parse(R"({"filter":["~",1,2]})"))),
            "SVL-0004");
}

// Each parameter that module user does not know becomes one more element of its rows; `multiple` adds four.
TEST(SandboxUsers, UnknownParametersBecomeElements) {
  Box box;
  auto anton = box.log_in("anton");
  const auto row = [](const json::value& answer) { return data_of(answer).at(0).get_array(); };
  EXPECT_EQ(row(box.get(anton, "user?action=all&columns=1,500&timezone=UTC")).size(), 2U);
  const json::array wanted{2, "Context Admin", nullptr};
  EXPECT_EQ(row(box.get(anton, "user?action=all&columns=1,500&colour=blue")), wanted);
  const json::object call{{"module", "user"}, {"action", "all"}, {"columns", "1"}, {"timezone", "UTC"}};
  const auto answers = box.put(anton, "multiple?continue=true", json::array{call});
  EXPECT_EQ(row(answers.at(0)), (json::array{2, nullptr, nullptr, nullptr, nullptr}));
}

}  // namespace
}  // namespace oxb::sandbox::test
