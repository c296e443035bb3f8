// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/ox_box.h"

#include <boost/json.hpp>

#include <algorithm>

namespace oxb::backend::ox::test {
namespace {

using model::ContactField, model::FolderRole;
using sandbox::Fault, sandbox::FaultKind;

class OxContacts : public testing::Test {
 protected:
  OxContacts() : account(box.sign_in("anton")), writer(box.client("anton")) {
    const auto folders = box.run(account->groupware().folders(soon())).value();
    contacts = folder_of(folders, FolderRole::contacts);
    collected = folder_of(folders, FolderRole::collected_addresses);
    plain = contacts.id.value.substr(8);
  }

  std::string add(json::object fields) {
    fields["folder_id"] = plain;
    const auto data = box.write(writer, {"contacts", "new", {{"timezone", "UTC"}}, json::value(std::move(fields))});
    return std::string(data.at("id").as_string());
  }
  void remove(const std::string& id) {
    const json::array body{json::object{{"id", id}, {"folder", plain}}};
    box.write(writer, {"contacts", "delete", {{"timestamp", "9999999999999"}}, json::value(body)});
  }
  void update(const std::string& id, json::object fields) {
    box.write(writer, {"contacts",
                       "update",
                       {{"id", id}, {"folder", plain}, {"timestamp", "9999999999999"}},
                       json::value(std::move(fields))});
  }
  ItemChanges read(const model::Position& since = {}) {
    auto changes = box.run(account->groupware().changes(contacts, since, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static const model::Contact& contact(const ItemChanges& changes, std::size_t at) {
    return std::get<model::Contact>(changes.changed.at(at));
  }
  static std::vector<std::string> ids(const ItemChanges& changes) {
    std::vector<std::string> out;
    for (const auto& item : changes.changed) out.push_back(id_of(item).value);
    std::sort(out.begin(), out.end());
    return out;
  }

  Box box;
  std::shared_ptr<Account> account;
  std::shared_ptr<Session> writer;
  model::Folder contacts, collected;
  std::string plain;
};

TEST_F(OxContacts, AnEmptyFolderIsReadAndPolled) {
  auto changes = read();
  EXPECT_TRUE(changes.complete);
  EXPECT_TRUE(changes.changed.empty());
  changes = read(changes.position);
  EXPECT_FALSE(changes.complete);
  EXPECT_TRUE(changes.changed.empty());
  const auto id = add({{"display_name", "First"}});
  changes = read(changes.position);
  EXPECT_EQ(ids(changes), std::vector<std::string>{id});
}

TEST_F(OxContacts, EveryFieldArrives) {
  json::object fields{{"display_name", "Meier, Anna"}, {"first_name", "Anna"},     {"last_name", "Meier"},
                      {"email1", "anna@ext.test"},     {"birthday", 315532800000}, {"categories", "A,B"},
                      {"note", "line1\nline2"},        {"busines_categorie", "x"}, {"userfield20", "uf20"},
                      {"addressHome", "Weg 1"},        {"color_label", 3}};
  const auto id = add(fields);
  const auto changes = read();
  ASSERT_EQ(changes.changed.size(), 1U);
  const auto& c = contact(changes, 0);
  EXPECT_EQ(c.id.value, id);
  EXPECT_EQ(c.folder, contacts.id);
  EXPECT_EQ(c[ContactField::first_name], "Anna");
  EXPECT_EQ(c[ContactField::email1], "anna@ext.test");
  EXPECT_EQ(c[ContactField::note], "line1\nline2");
  EXPECT_EQ(c[ContactField::business_category], "x");
  EXPECT_EQ(c[ContactField::userfield20], "uf20");
  EXPECT_EQ(c[ContactField::address_home], "Weg 1");
  EXPECT_EQ(c.birthday, (model::Date{1980, 1, 1}));
  EXPECT_EQ(c.categories, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(c.color_label, 3);
  EXPECT_FALSE(c.version.value.empty());
}

TEST_F(OxContacts, DistributionListsKeepMembers) {
  const auto anna = add({{"display_name", "Anna"}, {"email1", "anna@ext.test"}});
  add({{"display_name", "List"},
       {"mark_as_distributionlist", true},
       {"distribution_list",
        json::array{json::object{{"id", anna}, {"folder_id", plain}, {"mail_field", 1}},
                    json::object{{"display_name", "Ext"}, {"mail", "e@y.test"}, {"mail_field", 0}}}}});
  const auto changes = read();
  ASSERT_EQ(changes.changed.size(), 2U);
  const model::DistributionList* list = nullptr;
  for (const auto& item : changes.changed) {
    if (const auto* found = std::get_if<model::DistributionList>(&item)) list = found;
  }
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->members.size(), 2U);
  EXPECT_EQ(list->members[0].contact_folder, contacts.id);
  // A list changes with its members, and names their folder in the same way whichever module is asked.
  update(anna, {{"email1", "new@ext.test"}});
  const auto later = read(changes.position);
  ASSERT_EQ(later.changed.size(), 2U);
  for (const auto& item : later.changed) {
    const auto* found = std::get_if<model::DistributionList>(&item);
    if (found == nullptr) continue;
    ASSERT_EQ(found->members.size(), 2U);
    EXPECT_EQ(found->members[0].email, "new@ext.test");
    EXPECT_EQ(found->members[0].contact_folder, contacts.id);
  }
}

TEST_F(OxContacts, DeltasBringChangesAndTombstones) {
  const auto a = add({{"display_name", "A"}}), b = add({{"display_name", "B"}}), c = add({{"display_name", "C"}});
  auto changes = read();
  EXPECT_EQ(changes.changed.size(), 3U);
  update(b, {{"note", "new"}});
  remove(a);
  changes = read(changes.position);
  EXPECT_FALSE(changes.complete);
  EXPECT_EQ(ids(changes), std::vector<std::string>{b});
  EXPECT_EQ(changes.deleted, std::vector<RemoteId>{RemoteId{a}});
  changes = read(changes.position);
  EXPECT_TRUE(changes.changed.empty());
  (void)c;
}

TEST_F(OxContacts, OnlyDeletionsSinceTheLastReading) {
  // `updates` fails on such a folder (SVL-0011) unless the question goes back to an object that still exists.
  const auto a = add({{"display_name", "A"}}), b = add({{"display_name", "B"}});
  auto changes = read();
  remove(a);
  box.reset_counters();
  changes = read(changes.position);
  EXPECT_EQ(changes.deleted, std::vector<RemoteId>{RemoteId{a}});
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_EQ(box.requests(""), 1U) << box.counters();
  (void)b;
}

TEST_F(OxContacts, TheNewestObjectIsDeleted) {
  const auto a = add({{"display_name", "A"}}), b = add({{"display_name", "B"}});
  auto changes = read();
  remove(b);
  changes = read(changes.position);
  EXPECT_EQ(changes.deleted, std::vector<RemoteId>{RemoteId{b}});
  EXPECT_TRUE(changes.changed.empty());
  // The older one is the anchor now.
  box.reset_counters();
  const auto c = add({{"display_name", "C"}});
  changes = read(changes.position);
  EXPECT_EQ(ids(changes), std::vector<std::string>{c});
  (void)a;
}

TEST_F(OxContacts, EverythingIsDeleted) {
  const auto a = add({{"display_name", "A"}});
  auto changes = read();
  remove(a);
  changes = read(changes.position);
  EXPECT_TRUE(changes.complete);
  EXPECT_TRUE(changes.changed.empty());
  const auto b = add({{"display_name", "B"}});
  changes = read(changes.position);
  EXPECT_EQ(ids(changes), std::vector<std::string>{b});
}

TEST_F(OxContacts, AMovedContactLeavesItsFolder) {
  const auto a = add({{"display_name", "A"}});
  add({{"display_name", "stays"}});
  auto changes = read();
  update(a, {{"folder_id", collected.id.value.substr(8)}});
  changes = read(changes.position);
  EXPECT_EQ(changes.deleted, std::vector<RemoteId>{RemoteId{a}});
  const auto there = box.run(account->groupware().changes(collected, {}, soon())).value();
  EXPECT_EQ(ids(there), std::vector<std::string>{a});
}

TEST_F(OxContacts, ExistingAndItems) {
  const auto a = add({{"display_name", "A"}}), b = add({{"display_name", "B"}});
  remove(a);
  auto& groupware = account->groupware();
  const std::vector<RemoteId> asked = {RemoteId{a}, RemoteId{b}, RemoteId{"99999"}};
  EXPECT_EQ(box.run(groupware.existing(contacts, asked, soon())).value(), std::vector<RemoteId>{RemoteId{b}});
  EXPECT_TRUE(box.run(groupware.existing(collected, {RemoteId{b}}, soon())).value().empty());
  const auto items = box.run(groupware.items(contacts, asked, soon())).value();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].error().code, Errc::not_found);
  EXPECT_EQ(std::get<model::Contact>(*items[1])[ContactField::display_name], "B");
  EXPECT_EQ(items[2].error().code, Errc::not_found);
}

TEST_F(OxContacts, ManyContactsInFewRequests) {
  for (int i = 0; i < 40; ++i) add({{"display_name", "C" + std::to_string(i)}});
  box.reset_counters();
  EXPECT_EQ(read().changed.size(), 40U);
  EXPECT_EQ(box.requests(""), 2U) << box.counters();
}

TEST_F(OxContacts, BatchesAreBounded) {
  auto options = box.options();
  options.rows = 7;
  const auto backend = make_backend(box.loop().executor(), box.http(), options);
  const auto who = credentials("anton", "anton-secret");
  const auto small = box.run(backend->sign_in(who, soon())).value();
  for (int i = 0; i < 20; ++i) add({{"display_name", "C" + std::to_string(i)}});
  box.reset_counters();
  const auto changes = box.run(small->groupware().changes(contacts, {}, soon())).value();
  EXPECT_EQ(changes.changed.size(), 20U);
  EXPECT_EQ(box.requests(""), 4U) << box.counters();
}

TEST_F(OxContacts, Pictures) {
  const auto id = add(
      {{"display_name", "A"},
       {"image1", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},
       {"image1_content_type", "image/png"}});
  const auto changes = read();
  const auto& c = contact(changes, 0);
  ASSERT_TRUE(c.image);
  EXPECT_EQ(c.image->mime_type, "image/png");
  EXPECT_FALSE(c.image->data);
  const auto bytes = box.run(account->groupware().picture(contacts, c, soon()));
  ASSERT_TRUE(bytes) << bytes.error().what;
  EXPECT_EQ(as_text(*bytes).substr(1, 3), "PNG");
  model::Contact nobody;
  nobody.id = RemoteId{"99999"};
  EXPECT_EQ(box.run(account->groupware().picture(contacts, nobody, soon())).error().code, Errc::not_found);
  (void)id;
}

TEST_F(OxContacts, FailedAnswersAreErrorsNeverEmptyLists) {
  add({{"display_name", "A"}});
  const auto first = read();
  for (const auto kind : {FaultKind::status, FaultKind::drop_before, FaultKind::truncate, FaultKind::error}) {
    for (const bool delta : {false, true}) {
      Fault fault;
      fault.kind = kind;
      fault.status = 503;
      fault.code = "CON-0100";
      box.fault(fault);
      const auto result =
          box.run(account->groupware().changes(contacts, delta ? first.position : model::Position{}, soon()));
      EXPECT_FALSE(result) << static_cast<int>(kind) << delta;
      EXPECT_FALSE(box.run(account->groupware().folders(soon())));
      EXPECT_FALSE(box.run(account->groupware().existing(contacts, {RemoteId{"1"}}, soon())));
      EXPECT_FALSE(box.run(account->address_book().entries(soon())));
      box.clear_faults();
    }
  }
  EXPECT_TRUE(box.run(account->groupware().changes(contacts, first.position, soon())));
}

TEST_F(OxContacts, ForgottenTombstonesMeanACompleteListing) {
  add({{"display_name", "A"}});
  const auto first = read();
  box.clock().advance(std::chrono::hours(24 * 70));
  EXPECT_FALSE(read(first.position).complete);
  box.clock().advance(std::chrono::hours(24 * 15));
  const auto late = read(first.position);
  EXPECT_TRUE(late.complete);
  EXPECT_EQ(late.changed.size(), 1U);
  EXPECT_FALSE(read(late.position).complete);
}

TEST_F(OxContacts, AnUnreadablePositionMeansACompleteListing) {
  for (const auto* text : {"x", "1", "1/2", "1/2/3/4", "-"}) {
    EXPECT_TRUE(read(model::Position{text}).complete) << text;
  }
}

TEST_F(OxContacts, WhatAnotherUserMayNotSee) {
  const auto berta = box.sign_in("berta");
  const auto result = box.run(berta->groupware().changes(contacts, {}, soon()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::access_denied);
}

// Seen, but not to be read: the server refuses each question about the contents, so that none is asked.
TEST_F(OxContacts, AFolderThatIsOnlyVisibleHasNothingInIt) {
  const auto share = [&](int bits) {
    const json::array permissions{{{"entity", 3}, {"group", false}, {"bits", 403710016}},
                                  {{"entity", 4}, {"group", false}, {"bits", bits}}};
    const json::object body{{"folder", json::object{{"permissions", permissions}}}};
    box.write(writer, {"folders", "update", {{"id", contacts.id.value}}, json::value(body)});
  };
  share(1);
  const auto id = add({{"display_name", "A"}});
  const auto berta = box.sign_in("berta");
  auto& groupware = berta->groupware();
  auto folders = box.run(groupware.folders(soon())).value();
  const auto* shared = find_folder(folders, contacts.id.value);
  ASSERT_NE(shared, nullptr);
  box.reset_counters();
  const auto nothing = box.run(groupware.changes(*shared, {}, soon())).value();
  EXPECT_TRUE(nothing.complete);
  EXPECT_TRUE(nothing.changed.empty());
  EXPECT_TRUE(box.run(groupware.existing(*shared, {RemoteId{id}}, soon())).value().empty());
  EXPECT_EQ(box.run(groupware.items(*shared, {RemoteId{id}}, soon())).value().at(0).error().code, Errc::not_found);
  EXPECT_EQ(box.requests(""), 0U) << box.counters();
  share(257);
  folders = box.run(groupware.folders(soon())).value();
  shared = find_folder(folders, contacts.id.value);
  ASSERT_NE(shared, nullptr);
  EXPECT_EQ(box.run(groupware.changes(*shared, nothing.position, soon())).value().changed.size(), 1U);
}

TEST_F(OxContacts, SharedFoldersShowUpWithTheirOwner) {
  const json::object body{
      {"folder",
       json::object{{"permissions", json::array{json::object{{"entity", 3}, {"group", false}, {"bits", 403710016}},
                                                json::object{{"entity", 4}, {"group", false}, {"bits", 257}}}}}}};
  box.write(writer, {"folders", "update", {{"id", contacts.id.value}}, json::value(body)});
  add({{"display_name", "A"}});
  const auto berta = box.sign_in("berta");
  const auto folders = box.run(berta->groupware().folders(soon())).value();
  const auto* shared = find_folder(folders, contacts.id.value);
  ASSERT_NE(shared, nullptr);
  EXPECT_EQ(shared->scope, model::FolderScope::shared);
  EXPECT_EQ(shared->owner.value, "3");
  EXPECT_EQ(shared->owner_name, "Anton Alpha");
  EXPECT_EQ(shared->own_rights.read, model::Rights::ItemLevel::all);
  EXPECT_EQ(shared->own_rights.write, model::Rights::ItemLevel::none);
  EXPECT_EQ(shared->role, FolderRole::none);
  EXPECT_TRUE(shared->parent.value.empty());
  EXPECT_EQ(box.run(berta->groupware().changes(*shared, {}, soon())).value().changed.size(), 1U);
}

TEST(OxFolders, OwnDefaultFoldersHaveTheirRoles) {
  Box box;
  const auto account = box.sign_in("anton");
  const auto folders = box.run(account->groupware().folders(soon())).value();
  const auto calendar = folder_of(folders, FolderRole::calendar);
  EXPECT_TRUE(calendar.id.value.starts_with("cal://0/"));
  EXPECT_EQ(calendar.own_rights, model::full_rights());
  EXPECT_EQ(folder_of(folders, FolderRole::contacts).kind, model::FolderKind::contacts);
  EXPECT_EQ(folder_of(folders, FolderRole::tasks).kind, model::FolderKind::tasks);
  EXPECT_EQ(folder_of(folders, FolderRole::collected_addresses).parent, folder_of(folders, FolderRole::contacts).id);
  EXPECT_TRUE(folder_of(folders, FolderRole::contacts).has_subfolders);
  EXPECT_FALSE(folder_of(folders, FolderRole::birthdays).supports_changes);
  EXPECT_EQ(folder_of(folders, FolderRole::global_address_book).scope, model::FolderScope::everyone);
  EXPECT_EQ(box.requests(""), 3U);
}

TEST(OxAddressBook, UsersGroupsAndResources) {
  Box box;
  const auto account = box.sign_in("anton");
  box.reset_counters();
  const auto entries = box.run(account->address_book().entries(soon())).value();
  EXPECT_EQ(box.requests(""), 1U);
  const auto find = [&](model::DirectoryEntry::Kind kind, std::uint32_t id) -> const model::DirectoryEntry* {
    for (const auto& entry : entries) {
      if (entry.kind == kind && entry.id == id) return &entry;
    }
    return nullptr;
  };
  const auto* berta = find(model::DirectoryEntry::Kind::user, 4);
  ASSERT_NE(berta, nullptr);
  EXPECT_EQ(berta->login, "berta");
  EXPECT_EQ(berta->email, "berta@example.test");
  EXPECT_EQ(berta->aliases, std::vector<std::string>{"berta.alias@example.test"});
  EXPECT_EQ(berta->details[ContactField::department], "Sales");
  const auto* team = find(model::DirectoryEntry::Kind::group, 7);
  ASSERT_NE(team, nullptr);
  EXPECT_EQ(team->members, (std::vector<std::uint32_t>{3, 4}));
  const auto* room = find(model::DirectoryEntry::Kind::resource, 6);
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(room->email, "room1@example.test");
  const auto other = box.sign_in("anton@second");
  const auto others = box.run(other->address_book().entries(soon())).value();
  EXPECT_FALSE(others.empty());
  for (const auto& entry : others) {
    EXPECT_EQ(entry.email.find("example.test"), std::string::npos);
  }
}

}  // namespace
}  // namespace oxb::backend::ox::test
