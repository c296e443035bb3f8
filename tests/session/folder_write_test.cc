// SPDX-License-Identifier: GPL-3.0-or-later
// Making, renaming, moving, copying and deleting folders; receive folders [MS-OXCFOLD] 2.2.1, [MS-OXCSTOR] 2.2.1.3.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using replica::Special;
constexpr std::uint8_t kDelMessages = 1, kDelFolders = 4, kHard = 0x10;

class WrittenFolders : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    subtree = special(Special::ipm_subtree);
    top = client->open_folder(subtree);
  }
  Outcome<rop::CreateFolder> create(std::uint32_t parent, std::string name, bool open_existing = false,
                                    std::string comment = "") {
    rop::CreateFolder::Request request;
    request.open_existing = open_existing;
    request.name = std::move(name);
    request.comment = std::move(comment);
    return client->call<rop::CreateFolder>(request, parent);
  }
  Outcome<rop::DeleteFolder> erase(FolderId folder, std::uint8_t flags = 0) {
    return client->call<rop::DeleteFolder>({0, flags, mapi::Eid::of(folder)}, top);
  }
  Outcome<rop::MoveFolder> move(FolderId folder, std::uint32_t to, std::string name) {
    rop::MoveFolder::Request request;
    request.folder = mapi::Eid::of(folder);
    request.new_name = std::move(name);
    return client->transfer<rop::MoveFolder>(request, top, to);
  }
  Outcome<rop::CopyFolder> copy(FolderId folder, std::uint32_t to, std::string name, bool recursive = true) {
    rop::CopyFolder::Request request;
    request.folder = mapi::Eid::of(folder);
    request.new_name = std::move(name);
    request.recursive = recursive;
    return client->transfer<rop::CopyFolder>(request, top, to);
  }
  std::vector<std::string> names(FolderId parent) {
    const auto table = client->hierarchy(parent);
    client->set_columns(table, {tag::kDisplayName});
    return client->texts(table);
  }
  std::optional<FolderId> child(FolderId parent, const std::string& name) {
    std::optional<FolderId> out;
    on_queue([&] {
      const auto rows = mailbox->replica().read(
          [&](replica::ReadTx& tx) { return tx.folders_below(parent, replica::ReadTx::Depth::children); });
      for (const auto& row : *rows)
        if (row.name == name) out = row.id;
    });
    return out;
  }
  FolderId subtree;
  std::uint32_t top{};
};

TEST_F(WrittenFolders, AFolderIsMadeOnceAndOpenedAfterwards) {
  auto other = connect();
  const auto table = other.hierarchy(subtree);
  other.set_columns(table, {tag::kDisplayName});
  other.rows(table);
  const auto made = create(top, "Projects", false, "about projects");
  ASSERT_EQ(made.code, EcCode::none);
  EXPECT_FALSE(made->existed);
  EXPECT_EQ(text(client->get(made.handle, tag::kDisplayName)), "Projects");
  EXPECT_EQ(text(client->get(made.handle, tag::kComment)), "about projects");
  EXPECT_EQ(mapi::Eid::from_property(as<std::int64_t>(client->get(made.handle, tag::kFolderId))), made->folder);
  const auto notes = other.notifications();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(),
                          [](const auto& note) { return note.data.table_event == rop::TableEvent::row_added; }));
  EXPECT_EQ(create(top, "PROJECTS").code, EcCode::duplicate_name);
  const auto again = create(top, "projects", true);
  EXPECT_EQ(again.code, EcCode::none);
  EXPECT_TRUE(again->existed);
  EXPECT_FALSE(again->has_rules);
  EXPECT_FALSE(again->is_ghosted);
  EXPECT_EQ(again->folder, made->folder);
  EXPECT_EQ(mailbox->writer().calls, 1U);
}

TEST_F(WrittenFolders, ImpossibleFoldersAreNotMade) {
  EXPECT_EQ(create(top, "  ").code, EcCode::invalid_parameter);
  EXPECT_EQ(create(top, std::string(2000, 'x')).code, EcCode::invalid_parameter);
  rop::CreateFolder::Request request;
  request.name = "Odd";
  request.type = 3;
  EXPECT_EQ(client->call<rop::CreateFolder>(request, top).code, EcCode::invalid_parameter);
  EXPECT_EQ(client->call<rop::CreateFolder>(request, client->logon).code, EcCode::not_supported);
  set_rights(subtree, 0x401);
  EXPECT_EQ(create(top, "Mine").code, EcCode::access_denied);
  EXPECT_EQ(create(top, "inbox", true).code, EcCode::none) << "what is there can be opened";
  set_rights(subtree, 0x7FB);
  on_queue([&] { mailbox->writer().trouble = Errc::unavailable; });
  EXPECT_EQ(create(top, "Mine").code, EcCode::network);
}

TEST_F(WrittenFolders, NarrowNamesAreInTheCodePageOfTheLogon) {
  rop::CreateFolder::Request request;
  request.unicode = false;
  request.name = "M\xFCnchen";
  const auto made = client->call<rop::CreateFolder>(request, top);
  EXPECT_EQ(text(client->get(made.handle, tag::kDisplayName)), "München");
}

TEST_F(WrittenFolders, NameAndKindAreChangedThroughTheWriter) {
  const auto made = create(top, "Old");
  const auto id = made->folder.folder();
  client->subscribe(rop::kNotifyModified);
  EXPECT_EQ(client->set(made.handle, {{tag::kDisplayName, std::string("New")},
                                      {tag::kContainerClass, std::string("IPF.Contact")},
                                      {tag::kComment, std::string("words")}}),
            EcCode::none);
  EXPECT_EQ(row_of(id)->name, "New");
  EXPECT_EQ(row_of(id)->container_class, "IPF.Contact");
  EXPECT_EQ(text(client->get(made.handle, tag::kComment)), "words");
  EXPECT_FALSE(client->notifications().empty());
  EXPECT_EQ(mailbox->writer().calls, 3U);
  EXPECT_EQ(client->set(made.handle, {{tag::kDisplayName, std::string("New")}}), EcCode::none) << "it is so already";
  EXPECT_EQ(mailbox->writer().calls, 3U);
  create(top, "Taken");
  EXPECT_EQ(client->set(made.handle, {{tag::kDisplayName, std::string("taken")}}), EcCode::duplicate_name);
  EXPECT_EQ(client->set(made.handle, {{tag::kDisplayName, std::string(" ")}}), EcCode::invalid_parameter);
  EXPECT_EQ(client->set(made.handle, {{tag::kAttributeHidden, true}}), EcCode::none);
  EXPECT_TRUE(row_of(id)->hidden);
}

TEST_F(WrittenFolders, AMessageInANewContactFolderIsAContact) {
  const auto made = create(top, "People");
  client->set(made.handle, {{tag::kContainerClass, std::string("IPF.Contact")}});
  EXPECT_EQ(text(client->get(client->create_message(made->folder.folder()), tag::kMessageClass)), "IPM.Contact");
}

TEST_F(WrittenFolders, SpecialFoldersAreProtected) {
  EXPECT_EQ(client->set(client->open_folder(inbox), {{tag::kDisplayName, std::string("Mine")}}), EcCode::access_denied);
  EXPECT_EQ(erase(inbox, kDelMessages | kDelFolders).code, EcCode::access_denied);
  const auto other = create(top, "Other");
  EXPECT_EQ(move(inbox, other.handle, "Inbox").code, EcCode::access_denied);
  EXPECT_EQ(mailbox->writer().calls, 1U);
  EXPECT_EQ(text(client->get(client->open_folder(inbox), tag::kDisplayName)), "Inbox");
}

TEST_F(WrittenFolders, ReadOnlyFoldersAreProtected) {
  const auto id = add_folder(subtree, "Shared");
  set_rights(id, 0x401);
  const auto folder = client->open_folder(id);
  EXPECT_EQ(client->set(folder, {{tag::kDisplayName, std::string("Mine")}}), EcCode::access_denied);
  EXPECT_EQ(create(folder, "Below").code, EcCode::access_denied);
  EXPECT_EQ(erase(id, kDelMessages | kDelFolders).code, EcCode::access_denied);
  EXPECT_EQ(move(id, client->open_folder(inbox), "Shared").code, EcCode::access_denied);
  EXPECT_EQ(copy(id, folder, "Copy").code, EcCode::folder_cycle);
  EXPECT_EQ(mailbox->writer().calls, 0U);
}

TEST_F(WrittenFolders, DeletingObeysItsFlags) {
  const auto id = add_folder(subtree, "Full");
  const auto below = add_folder(id, "Below");
  add_mail(id, {});
  EXPECT_TRUE(erase(id)->partial);
  EXPECT_TRUE(erase(id, kDelMessages)->partial);
  EXPECT_TRUE(erase(id, kDelFolders)->partial);
  EXPECT_TRUE(row_of(id));
  const auto table = client->contents(id);
  client->set_columns(table, {tag::kSubject});
  client->rows(table);
  client->subscribe(rop::kNotifyDeleted);
  const auto gone = erase(id, kDelMessages | kDelFolders | kHard);
  EXPECT_EQ(gone.code, EcCode::none);
  EXPECT_FALSE(gone->partial);
  EXPECT_EQ(mailbox->writer().removals, std::vector{sync::Writer::Removal::hard});
  EXPECT_FALSE(row_of(id));
  EXPECT_FALSE(row_of(below));
  EXPECT_FALSE(client->notifications().empty());
  EXPECT_EQ(erase(id).code, EcCode::none) << "gone already";
  const auto empty = add_folder(subtree, "Empty");
  EXPECT_FALSE(erase(empty)->partial);
  EXPECT_FALSE(row_of(empty));
  EXPECT_EQ(mailbox->writer().removals.back(), sync::Writer::Removal::soft);
}

TEST_F(WrittenFolders, MovingRenamesAndRefusesCycles) {
  const auto id = add_folder(subtree, "One");
  const auto below = add_folder(id, "Two");
  const auto target = create(top, "Target");
  client->subscribe(rop::kNotifyMoved);
  EXPECT_EQ(move(id, client->open_folder(below), "x").code, EcCode::folder_cycle);
  EXPECT_EQ(move(id, client->open_folder(id), "x").code, EcCode::folder_cycle);
  EXPECT_EQ(move(id, target.handle, "Moved").code, EcCode::none);
  EXPECT_EQ(row_of(id)->parent, target->folder.folder());
  EXPECT_EQ(row_of(id)->name, "Moved");
  EXPECT_EQ(client->notifications().size(), 1U);
  add_folder(subtree, "Moved");
  EXPECT_EQ(move(id, top, "").code, EcCode::duplicate_name) << "its own name, which is taken there";
  EXPECT_EQ(move(id, rop::kNoHandle, "x").code, EcCode::dst_null_object);
  EXPECT_EQ(move(FolderId{4711}, target.handle, "x").code, EcCode::not_found);
  set_rights(target->folder.folder(), 0x401);
  EXPECT_EQ(move(below, target.handle, "x").code, EcCode::access_denied);
}

TEST_F(WrittenFolders, CopiesAreNewFoldersWithNewMessages) {
  const auto id = add_folder(subtree, "One");
  const auto below = add_folder(id, "Two");
  const auto mail = add_mail(id, {.subject = "first"});
  add_mail(below, {.subject = "second"});
  EXPECT_EQ(copy(id, top, "Copy").code, EcCode::none);
  const auto copied = child(subtree, "Copy");
  ASSERT_TRUE(copied);
  EXPECT_NE(*copied, id);
  EXPECT_EQ(names(*copied), std::vector<std::string>{"Two"});
  EXPECT_EQ(row_of(*copied)->total, 1U);
  EXPECT_TRUE(row_of(mail));
  EXPECT_EQ(copy(id, top, "Flat", false).code, EcCode::none);
  EXPECT_TRUE(names(*child(subtree, "Flat")).empty());
  EXPECT_EQ(copy(id, client->open_folder(below), "x").code, EcCode::folder_cycle);
  EXPECT_EQ(copy(id, top, "Copy").code, EcCode::duplicate_name);
  EXPECT_EQ(copy(inbox, top, "Inbox copy").code, EcCode::none) << "special ones may be copied";
  EXPECT_EQ(row_of(*child(subtree, "Inbox copy"))->special, Special::none);
}

TEST_F(WrittenFolders, ReceiveFoldersAreKept) {
  const auto id = add_folder(subtree, "Robots");
  const auto get = [&](std::string name) {
    return client->call<rop::GetReceiveFolder>({0, std::move(name)}, client->logon);
  };
  const auto set = [&](std::string name, mapi::Eid folder) {
    return client->call<rop::SetReceiveFolder>({0, folder, std::move(name)}, client->logon).code;
  };
  EXPECT_EQ(set("IPM.Note.Robot", mapi::Eid::of(id)), EcCode::none);
  EXPECT_EQ(get("ipm.note.robot.Metal")->folder, mapi::Eid::of(id));
  EXPECT_EQ(get("IPM.Note.Robots")->folder, mapi::Eid::of(inbox)) << "a prefix ends at a dot";
  const auto rows = client->call<rop::GetReceiveFolderTable>({}, client->logon)->rows;
  EXPECT_EQ(rows.size(), 6U);
  EXPECT_EQ(set("", mapi::Eid::of(id)), EcCode::none);
  EXPECT_EQ(get("")->folder, mapi::Eid::of(id));
  EXPECT_EQ(set("", mapi::Eid{}), EcCode::error) << "somewhere it has to go";
  EXPECT_EQ(set("IPM", mapi::Eid::of(id)), EcCode::access_denied);
  EXPECT_EQ(set("report.ipm", mapi::Eid::of(id)), EcCode::access_denied);
  EXPECT_EQ(set("IPM..Note", mapi::Eid::of(id)), EcCode::invalid_parameter);
  EXPECT_EQ(set("IPM.Other", mapi::Eid::of(4711)), EcCode::not_found);
  EXPECT_EQ(set("IPM.Note.Robot", mapi::Eid{}), EcCode::none);
  EXPECT_EQ(get("IPM.Note.Robot")->folder, mapi::Eid::of(inbox));
  erase(id, kDelMessages | kDelFolders);
  EXPECT_EQ(get("")->folder, mapi::Eid::of(inbox)) << "the folder is gone";
}

}  // namespace
}  // namespace oxb::session
