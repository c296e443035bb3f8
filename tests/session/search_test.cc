// SPDX-License-Identifier: GPL-3.0-or-later
// Search folders [MS-OXCFOLD] 2.2.1.4, 2.2.1.5.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using mapi::PropertyRestriction;
using mapi::RelationalOperator;
using replica::Special;

class Searches : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    rop::CreateFolder::Request request;
    request.type = rop::CreateFolder::kSearch;
    request.name = "Important";
    const auto made = client->call<rop::CreateFolder>(request, client->open_folder(special(Special::finder)));
    ASSERT_EQ(made.code, EcCode::none);
    search = made->folder.folder();
    handle = made.handle;
  }
  static mapi::Restriction important() {
    PropertyRestriction restriction;
    restriction.tag = tag::kImportance;
    restriction.value = {tag::kImportance, std::int32_t{2}};
    return {restriction};
  }
  EcCode set(std::optional<mapi::Restriction> restriction, std::vector<FolderId> folders, std::uint32_t flags = 0) {
    rop::SetSearchCriteria::Request request;
    request.restriction = std::move(restriction);
    for (const auto id : folders) request.folders.push_back(mapi::Eid::of(id));
    request.flags = flags;
    return client->call<rop::SetSearchCriteria>(request, handle).code;
  }
  static mapi::PropertyBag important_bag() {
    mapi::PropertyBag bag;
    bag.set(tag::kImportance, std::int32_t{2});
    return bag;
  }
  std::vector<std::string> found() {
    const auto table = client->contents(search);
    client->set_columns(table, {tag::kSubject});
    return client->texts(table);
  }
  FolderId search;
  std::uint32_t handle{};
};

TEST_F(Searches, CriteriaAreKeptAndToldBack) {
  EXPECT_EQ(as<std::int32_t>(client->get(handle, tag::kFolderType)), 2);
  EXPECT_EQ(client->call<rop::GetSearchCriteria>({}, handle).code, EcCode::not_initialized);
  EXPECT_EQ(client->call<rop::GetSearchCriteria>({}, client->open_folder(inbox)).code, EcCode::not_search_folder);
  EXPECT_EQ(set(std::nullopt, {inbox}), EcCode::not_initialized);
  EXPECT_EQ(set(important(), {}), EcCode::not_initialized);
  EXPECT_EQ(set(important(), {search}), EcCode::search_folder_scope_violation);
  EXPECT_EQ(set(important(), {FolderId{4711}}), EcCode::not_found);
  EXPECT_EQ(set(important(), {inbox}, 0x4), EcCode::none);
  const auto got = client->call<rop::GetSearchCriteria>({}, handle);
  ASSERT_EQ(got.code, EcCode::none);
  EXPECT_EQ(got->restriction, important());
  EXPECT_EQ(got->folders, std::vector{mapi::Eid::of(inbox)});
  EXPECT_EQ(got->flags, 0x1005U) << "running, recursive, complete";
  EXPECT_EQ(set(std::nullopt, {}, 0x8), EcCode::none) << "the rest stays";
  EXPECT_EQ(client->call<rop::GetSearchCriteria>({0, true, false, false}, handle)->flags, 0x1001U);
  EXPECT_EQ(set(std::nullopt, {}, 0x1), EcCode::none);
  EXPECT_EQ(client->call<rop::GetSearchCriteria>({}, handle)->flags & 1U, 0U) << "stopped";
  EXPECT_EQ(client->call<rop::SetSearchCriteria>({}, client->open_folder(inbox)).code, EcCode::not_search_folder);
  mapi::CountRestriction count;
  count.part = mapi::NestedRestriction(important());
  EXPECT_EQ(set(mapi::Restriction{count}, {inbox}), EcCode::too_complex);
}

TEST_F(Searches, TheTableIsLive) {
  const auto deep = add_folder(inbox, "Deep");
  add_mail(inbox, {.subject = "plain"});
  const auto first = add_mail(inbox, {.subject = "first", .more = important_bag()});
  add_mail(deep, {.subject = "deep", .more = important_bag()});
  EXPECT_TRUE(found().empty()) << "no criteria yet";
  EXPECT_EQ(set(important(), {inbox}), EcCode::none);
  EXPECT_EQ(found(), std::vector<std::string>{"first"});
  const auto table = client->contents(search);
  client->set_columns(table, {tag::kSubject});
  client->rows(table);
  client->subscribe(rop::kNotifySearchComplete);
  EXPECT_EQ(set(std::nullopt, {}, 0x4), EcCode::none);
  auto notes = client->notifications();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(),
                          [](const auto& note) { return note.data.table_event == rop::TableEvent::changed; }));
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [&](const auto& note) {
    return note.data.type() == rop::kNotifySearchComplete && note.data.folder == mapi::Eid::of(search);
  }));
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"first", "deep"}));
  EXPECT_EQ(set(std::nullopt, {}, 0x4), EcCode::none);
  EXPECT_TRUE(client->notifications().empty()) << "the same again restarts nothing";

  deliver(deep, {.subject = "new", .more = important_bag()});
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, rop::TableEvent::row_added);
  EXPECT_EQ(notes[0].data.row.folder, mapi::Eid::of(search));
  deliver(deep, {.subject = "dull"});
  EXPECT_TRUE(client->notifications().empty());
  change(first, {{tag::kImportance, std::int32_t{0}}});
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, rop::TableEvent::row_deleted);
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"deep", "new"}));
}

TEST_F(Searches, WhatIsFoundCanBeOpenedMovedAndDeleted) {
  const auto id = add_mail(inbox, {.subject = "found", .read = false, .more = important_bag()});
  set(important(), {inbox});
  EXPECT_EQ(found().size(), 1U);
  EXPECT_EQ(row_of(search)->total, 1U);
  EXPECT_EQ(row_of(search)->unread, 1U);
  EXPECT_EQ(client
                ->call<rop::OpenMessage>({0, 1, rop::kLogonCodePage, mapi::Eid::of(search), 1, mapi::Eid::of(id)},
                                         client->logon)
                .code,
            EcCode::none);
  const auto target = add_folder(special(Special::ipm_subtree), "Target");
  rop::MoveCopyMessages::Request move;
  move.messages = {mapi::Eid::of(id)};
  move.copy = true;
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(move, handle, client->open_folder(target)).code, EcCode::none);
  EXPECT_EQ(row_of(target)->total, 1U);
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(move, client->open_folder(inbox), handle).code,
            EcCode::search_folder);
  rop::DeleteMessages::Request remove;
  remove.messages = {mapi::Eid::of(id)};
  EXPECT_EQ(client->call<rop::DeleteMessages>(remove, handle).code, EcCode::none);
  EXPECT_FALSE(row_of(id));
  EXPECT_TRUE(found().empty());
  rop::CreateMessage::Request create;
  create.folder = mapi::Eid::of(search);
  EXPECT_EQ(client->call<rop::CreateMessage>(create, client->logon).code, EcCode::not_supported);
  EXPECT_EQ(client->call<rop::EmptyFolder>({}, handle).code, EcCode::search_folder);
}

TEST_F(Searches, SearchFoldersAreRenamedAndDeletedHere) {
  set(important(), {inbox});
  EXPECT_EQ(client->set(handle, {{tag::kDisplayName, std::string("Urgent")},
                                 {tag::kContainerClass, std::string("IPF.Task")},
                                 {tag::kExtendedFolderFlags, Bytes(4)}}),
            EcCode::none);
  EXPECT_EQ(row_of(search)->name, "Urgent");
  EXPECT_EQ(row_of(search)->container_class, "IPF.Task");
  EXPECT_EQ(row_of(search)->source, replica::Source::search);
  const auto finder = client->open_folder(special(Special::finder));
  const auto table = client->contents(search);
  client->set_columns(table, {tag::kSubject});
  client->rows(table);
  EXPECT_EQ(client->call<rop::DeleteFolder>({0, 0, mapi::Eid::of(search)}, finder).code, EcCode::none);
  EXPECT_FALSE(row_of(search));
  EXPECT_TRUE(client->rows(table).empty()) << "a table over it does no harm";
  EXPECT_EQ(mailbox->writer().calls, 0U);
}

}  // namespace
}  // namespace oxb::session
