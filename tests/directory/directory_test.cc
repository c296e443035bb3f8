// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/directory.h"

#include "directory/entry_codec.h"
#include "directory/properties.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace oxb::directory {
namespace {

using model::ContactField, model::DirectoryEntry;
namespace tag = mapi::tag;

DirectoryEntry user(std::uint32_t id, const std::string& login, const std::string& first, const std::string& last) {
  DirectoryEntry e;
  e.id = id;
  e.login = login;
  e.display_name = first + " " + last;
  e.email = login + "@example.test";
  e.aliases = {login + ".alias@example.test"};
  e.details[ContactField::display_name] = e.display_name;
  e.details[ContactField::first_name] = first;
  e.details[ContactField::last_name] = last;
  e.details[ContactField::department] = "Sales";
  e.details[ContactField::telephone_business1] = "+49 30 1";
  e.details.id = RemoteId{std::to_string(id - 1)};
  e.details.user = RemoteId{std::to_string(id)};
  return e;
}

DirectoryEntry group(std::uint32_t id, const std::string& name, std::vector<std::uint32_t> members) {
  DirectoryEntry e;
  e.kind = DirectoryEntry::Kind::group;
  e.id = id;
  e.login = name;
  e.display_name = name;
  e.members = std::move(members);
  return e;
}

DirectoryEntry room(std::uint32_t id, const std::string& name) {
  DirectoryEntry e;
  e.kind = DirectoryEntry::Kind::resource;
  e.id = id;
  e.login = "room" + std::to_string(id);
  e.display_name = name;
  e.email = e.login + "@example.test";
  e.description = "Room with projector";
  return e;
}

std::vector<DirectoryEntry> company() {
  return {user(3, "anton", "Anton", "Alpha"),
          user(4, "berta", "Berta", "Beispiel"),
          user(5, "carl", "Carl", "Cäsar"),
          user(9, "anne", "Anne", "Äpfel"),
          user(10, "ab", "Anton", "Beispiel"),
          group(7, "Team", {3, 4, 99}),
          room(6, "Meeting Room")};
}

class DirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "oxb-directory-" + to_text(random_guid());
    directories = Directories::create(path_, installation).value();
  }
  void TearDown() override {
    directories.reset();
    std::filesystem::remove_all(path_);
  }
  std::shared_ptr<const View> view_of(std::uint32_t context, std::uint32_t caller) {
    return directories->of(context).value()->view(caller).value();
  }
  static std::vector<std::string> names(const std::vector<const Entry*>& entries) {
    std::vector<std::string> out;
    for (const auto* e : entries) out.push_back(e->data.display_name);
    return out;
  }

  std::string path_;
  Installation installation{"test"};
  std::shared_ptr<Directories> directories;
};

TEST_F(DirectoryTest, EntryCodecKeepsEverything) {
  auto entry = user(3, "anton", "Anton", "Alpha");
  entry.modified = from_unix_ms(1795355728291);
  entry.details.birthday = model::Date{1980, 2, 29};
  for (std::size_t i = 0; i < model::kContactFields; ++i) entry.details.text[i] = "text " + std::to_string(i);
  entry.details.image = model::Contact::Image{"", "/ajax/contacts/picture?x", {}, {}};
  const auto bytes = encode_entry(entry);
  const auto again = decode_entry(bytes).value();
  EXPECT_EQ(again.details.text, entry.details.text);
  EXPECT_EQ(again.details.birthday, entry.details.birthday);
  EXPECT_EQ(again.modified, entry.modified);
  EXPECT_EQ(again.aliases, entry.aliases);
  EXPECT_EQ(again.details.image->url, entry.details.image->url);
  EXPECT_EQ(again.details.id, entry.details.id);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_entry(ByteView(bytes).first(size)));
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(decode_entry(longer));
}

TEST_F(DirectoryTest, SortedByNameWithPositions) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  std::vector<std::string> order;
  for (std::size_t i = 0; i < view->size(); ++i) {
    order.push_back(view->at(i).data.display_name);
    EXPECT_EQ(view->position_of(view->at(i).minimal_id), i);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"Anne Äpfel", "Anton Alpha", "Anton Beispiel", "Berta Beispiel",
                                             "Carl Cäsar", "Meeting Room", "Team"}));
  EXPECT_EQ(view->seek("b"), 3U);
  EXPECT_EQ(view->seek("Anton B"), 2U);
  EXPECT_EQ(view->seek(""), 0U);
  EXPECT_EQ(view->seek("zzz"), view->size());
  EXPECT_FALSE(view->position_of(0x7777));
}

TEST_F(DirectoryTest, LookUps) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  const auto* berta = view->find({EntityKind::user, 1, 4});
  ASSERT_NE(berta, nullptr);
  EXPECT_EQ(view->by_minimal_id(berta->minimal_id), berta);
  EXPECT_GE(berta->minimal_id, 0x10U);
  EXPECT_EQ(view->by_dn(berta->dn), berta);
  std::string upper = berta->dn;
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(view->by_dn(upper), berta);
  EXPECT_EQ(view->by_address("BERTA@example.test"), berta);
  EXPECT_EQ(view->by_address("smtp:berta.alias@example.test"), berta);
  EXPECT_EQ(view->by_login("Berta"), berta);
  EXPECT_EQ(view->by_address("nobody@example.test"), nullptr);
  EXPECT_EQ(view->find({EntityKind::group, 1, 4}), nullptr);
  EXPECT_EQ(view->find({EntityKind::user, 2, 4}), nullptr);
}

TEST_F(DirectoryTest, UsersGroupsAndResourcesOfOneNumberAreDifferent) {
  ASSERT_TRUE(
      directories->of(1).value()->deliver(3, {user(6, "six", "Si", "X"), group(6, "Six", {}), room(6, "Room Six")}));
  const auto view = view_of(1, 3);
  ASSERT_EQ(view->size(), 3U);
  EXPECT_NE(view->at(0).minimal_id, view->at(1).minimal_id);
  EXPECT_NE(view->at(1).minimal_id, view->at(2).minimal_id);
}

TEST_F(DirectoryTest, NameResolution) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  const auto resolve = [&](std::string_view text) { return names(view->resolve(text)); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(resolve("berta"), Names{"Berta Beispiel"});
  EXPECT_EQ(resolve("bei"), (Names{"Anton Beispiel", "Berta Beispiel"}));
  EXPECT_EQ(resolve("bei ber"), Names{"Berta Beispiel"});
  EXPECT_EQ(resolve("Beispiel, Anton"), Names{"Anton Beispiel"});
  EXPECT_EQ(resolve("caesar"), Names{});
  EXPECT_EQ(resolve("Casar"), Names{"Carl Cäsar"});  // accents do not matter
  EXPECT_EQ(resolve("apf"), Names{"Anne Äpfel"});
  EXPECT_EQ(resolve("ANTON"), Names{"Anton Alpha"});  // a login wins over beginnings
  EXPECT_EQ(resolve("an"), (Names{"Anne Äpfel", "Anton Alpha", "Anton Beispiel"}));
  EXPECT_EQ(resolve("anton alpha"), Names{"Anton Alpha"});
  EXPECT_EQ(resolve("=SMTP:berta@example.test"), Names{"Berta Beispiel"});
  EXPECT_EQ(resolve("SMTP:ber"), Names{});  // an address is never a beginning
  EXPECT_EQ(resolve("berta.alias@example.test"), Names{"Berta Beispiel"});
  EXPECT_EQ(resolve("berta.ali"), Names{"Berta Beispiel"});
  EXPECT_EQ(resolve("EX:" + view->at(1).dn), Names{"Anton Alpha"});
  EXPECT_EQ(resolve(view->at(1).dn), Names{"Anton Alpha"});
  EXPECT_EQ(resolve("meet"), Names{"Meeting Room"});
  EXPECT_EQ(resolve(""), Names{});
  EXPECT_EQ(resolve("  "), Names{});
  EXPECT_EQ(resolve(","), Names{});
  EXPECT_EQ(resolve("xyz"), Names{});
  EXPECT_EQ(view->resolve("an", 2).size(), 2U);
}

TEST_F(DirectoryTest, GroupMembersAreThoseTheCallerSees) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  const auto* team = view->find({EntityKind::group, 1, 7});
  EXPECT_EQ(names(view->members(*team)), (std::vector<std::string>{"Anton Alpha", "Berta Beispiel"}));
  EXPECT_EQ(names(view->groups_of(*view->find({EntityKind::user, 1, 4}))), std::vector<std::string>{"Team"});
  EXPECT_TRUE(view->groups_of(*view->find({EntityKind::user, 1, 5})).empty());
}

TEST_F(DirectoryTest, EveryCallerSeesWhatHisOwnSessionReturned) {
  const auto directory = directories->of(1).value();
  ASSERT_TRUE(directory->deliver(3, company()));
  EXPECT_TRUE(view_of(1, 4)->empty());  // nothing was delivered for this user
  auto mine = user(5, "carl", "Carl", "Cäsar");
  mine.details[ContactField::telephone_business1].clear();  // a field that this user may not see
  ASSERT_TRUE(directory->deliver(4, {mine, user(4, "berta", "Berta", "Beispiel")}));
  const auto narrow = view_of(1, 4);
  EXPECT_EQ(narrow->size(), 2U);
  EXPECT_EQ(narrow->by_address("anton@example.test"), nullptr);
  EXPECT_TRUE(narrow->resolve("anton").empty());
  EXPECT_TRUE(narrow->find({EntityKind::user, 1, 5})->data.details[ContactField::telephone_business1].empty());
  EXPECT_EQ(view_of(1, 3)->find({EntityKind::user, 1, 5})->data.details[ContactField::telephone_business1], "+49 30 1");
  // The next delivery replaces everything.
  ASSERT_TRUE(directory->deliver(4, {}));
  EXPECT_TRUE(view_of(1, 4)->empty());
  EXPECT_EQ(view_of(1, 3)->size(), 7U);
  ASSERT_TRUE(directory->forget(3));
  EXPECT_TRUE(view_of(1, 3)->empty());
  EXPECT_FALSE(directory->delivered(3).value());
  EXPECT_TRUE(directory->delivered(4).value());
}

TEST_F(DirectoryTest, ContextsShareNothing) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  ASSERT_TRUE(directories->of(2).value()->deliver(3, {user(3, "anton", "Other", "Anton")}));
  EXPECT_EQ(view_of(2, 3)->size(), 1U);
  EXPECT_EQ(view_of(2, 3)->at(0).data.display_name, "Other Anton");
  EXPECT_NE(view_of(2, 3)->at(0).dn, view_of(1, 3)->find({EntityKind::user, 1, 3})->dn);
  EXPECT_EQ(view_of(2, 3)->by_dn(view_of(1, 3)->at(0).dn), nullptr);
}

TEST_F(DirectoryTest, SurvivesARestartWithTheSameIds) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto before = view_of(1, 3);
  directories.reset();
  directories = Directories::create(path_, installation).value();
  const auto after = view_of(1, 3);
  ASSERT_EQ(before->size(), after->size());
  for (std::size_t i = 0; i < before->size(); ++i) {
    EXPECT_EQ(before->at(i).minimal_id, after->at(i).minimal_id);
    EXPECT_EQ(before->at(i).dn, after->at(i).dn);
    EXPECT_EQ(encode_entry(before->at(i).data), encode_entry(after->at(i).data));
  }
  for (const auto& file : std::filesystem::directory_iterator(path_)) {
    struct stat status {};
    ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U) << file.path();
  }
}

TEST_F(DirectoryTest, ANewerSchemaIsRefused) {
  const auto file = path_ + "/newer";
  {
    const auto sql = Sqlite::open(file).value();
    ASSERT_TRUE(sql->exec("PRAGMA user_version = 99"));
  }
  EXPECT_EQ(Directory::open(file, installation, 1).error().code, Errc::unsupported);
}

TEST_F(DirectoryTest, ManyCallersInTurn) {
  const auto directory = directories->of(1).value();
  for (std::uint32_t caller = 1; caller <= 150; ++caller)
    ASSERT_TRUE(directory->deliver(caller, {user(3, "anton", "A", "B")}));
  for (std::uint32_t caller = 1; caller <= 150; ++caller) EXPECT_EQ(directory->view(caller).value()->size(), 1U);
}

TEST_F(DirectoryTest, TheMinimumPropertySet) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  for (std::size_t i = 0; i < view->size(); ++i) {
    const auto bag = properties_of(view->at(i), {"gateway.example.test"});
    for (const auto required : {tag::kEntryId, tag::kInstanceKey, tag::kRecordKey, tag::kSearchKey, tag::kObjectType,
                                tag::kDisplayType, tag::kDisplayTypeEx, tag::kMappingSignature, tag::kAddressType,
                                tag::kEmailAddress, tag::kAccount, tag::kDisplayName, tag::kTransmittableDisplayName,
                                tag::kAddressBookObjectGuid, tag::kTemplateId, tag::kSendRichInfo}) {
      EXPECT_TRUE(bag.has(required)) << std::hex << required.value << " " << view->at(i).data.display_name;
    }
  }
  const auto* berta = view->by_login("berta");
  const auto bag = properties_of(*berta, {"gateway.example.test"});
  EXPECT_EQ(*bag.get<std::int32_t>(tag::kObjectType), 6);
  EXPECT_EQ(*bag.get<std::int32_t>(tag::kDisplayTypeEx), 0x40000000);
  EXPECT_EQ(*bag.get<std::string>(tag::kSmtpAddress), "berta@example.test");
  EXPECT_EQ(*bag.get<std::string>(tag::kGivenName), "Berta");
  EXPECT_EQ(*bag.get<std::string>(tag::kDepartmentName), "Sales");
  EXPECT_EQ(*bag.get<std::vector<std::string>>(tag::kAddressBookProxyAddresses),
            (std::vector<std::string>{"SMTP:berta@example.test", "smtp:berta.alias@example.test"}));
  EXPECT_NE(bag.get<std::string>(tag::kAddressBookHomeMessageDatabase)->find("cn=gateway.example.test"),
            std::string::npos);
  const auto& key = *bag.get<Bytes>(tag::kSearchKey);
  EXPECT_EQ(as_text(key).substr(0, 3), "EX:");
  EXPECT_EQ(key.back(), std::byte{0});

  const auto team = properties_of(*view->find({EntityKind::group, 1, 7}), {"g"});
  EXPECT_EQ(*team.get<std::int32_t>(tag::kObjectType), 8);
  EXPECT_EQ(*team.get<std::int32_t>(tag::kDisplayType), 1);
  const auto meeting_room = properties_of(*view->find({EntityKind::resource, 1, 6}), {"g"});
  EXPECT_EQ(*meeting_room.get<std::int32_t>(tag::kDisplayTypeEx), 0x40000007);
  EXPECT_EQ(*meeting_room.get<std::string>(tag::kComment), "Room with projector");
}

TEST_F(DirectoryTest, EntryIdsLeadBack) {
  ASSERT_TRUE(directories->of(1).value()->deliver(3, company()));
  const auto view = view_of(1, 3);
  for (std::size_t i = 0; i < view->size(); ++i) EXPECT_EQ(entry_by_id(*view, entry_id_of(view->at(i))), &view->at(i));
  mapi::OneOffEntryId one_off;
  one_off.email_address = "berta@example.test";
  EXPECT_EQ(entry_by_id(*view, mapi::to_bytes(mapi::EntryId(one_off))), view->by_login("berta"));
  EXPECT_EQ(entry_by_id(*view, to_bytes("nonsense")), nullptr);
  EXPECT_EQ(entry_by_id(*view_of(1, 4), entry_id_of(view->at(0))), nullptr);
}

}  // namespace
}  // namespace oxb::directory
