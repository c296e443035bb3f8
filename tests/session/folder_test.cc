// SPDX-License-Identifier: GPL-3.0-or-later
// Folders and store: properties, pointers, what a client may write, the small stub ROPs.
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using replica::Special;

class Folders : public SessionTest {
 protected:
  // The folder that an entry id of this store names.
  FolderId folder_of(const mapi::PropertyValue& value) {
    const auto id = mapi::parse_entry_id(as<Bytes>(value));
    if (!id || !std::holds_alternative<mapi::FolderEntryId>(*id)) return {};
    const auto& folder = std::get<mapi::FolderEntryId>(*id);
    EXPECT_EQ(folder.provider, mailbox->replica().identity().mailbox);
    EXPECT_EQ(folder.folder.replica, mailbox->replica().identity().replica);
    return FolderId{folder.folder.counter};
  }
  FolderId add_special(Special which, std::string name, std::string container_class) {
    FolderId id;
    write([&](replica::WriteTx& tx) -> Result<> {
      OXB_TRY(const auto parent, tx.special(Special::ipm_subtree));
      replica::FolderRow row;
      row.parent = parent.id;
      row.special = which;
      row.name = std::move(name);
      row.container_class = std::move(container_class);
      row.rights = 0x7FB;
      OXB_TRY(const auto put, tx.put_folder(row));
      id = put.id;
      return {};
    });
    return id;
  }
};

TEST_F(Folders, InboxAndRootPointToTheSpecialFolders) {
  const auto calendar = add_special(Special::calendar, "Kalender", "IPF.Appointment");
  const auto junk = add_special(Special::junk, "Spam", "IPF.Note");
  for (const auto which : {Special::inbox, Special::root}) {
    const auto folder = client->open_folder(special(which));
    const auto values =
        client->get(folder, {tag::kIpmAppointmentEntryId, tag::kIpmContactEntryId, tag::kAdditionalRenEntryIds,
                             tag::kFreeBusyEntryIds, tag::kIpmNoteEntryId});
    EXPECT_EQ(folder_of(values[0]), calendar);
    EXPECT_EQ(error_of(values[1]), kNotFound) << "this mailbox has no contacts folder";
    const auto more = as<std::vector<Bytes>>(values[2]);
    ASSERT_EQ(more.size(), 5U);
    EXPECT_EQ(folder_of(more[1]), special(Special::sync_issues));
    EXPECT_EQ(folder_of(more[4]), junk);
    const auto busy = as<std::vector<Bytes>>(values[3]);
    ASSERT_EQ(busy.size(), 4U);
    EXPECT_TRUE(busy[0].empty());
    EXPECT_EQ(folder_of(busy[3]), special(Special::freebusy_data));
    EXPECT_EQ(folder_of(values[4]), special(Special::notes));
  }
  const auto drafts = client->open_folder(special(Special::outbox));
  EXPECT_EQ(error_of(client->get(drafts, tag::kIpmAppointmentEntryId)), kNotFound);
}

TEST_F(Folders, MembersThatTheClientAddsToPointersStay) {
  const auto folder = client->open_folder(inbox);
  std::vector<Bytes> ids(7, Bytes{std::byte{9}});
  EXPECT_EQ(client->set(folder, {{tag::kAdditionalRenEntryIds, ids}}), EcCode::none);
  const auto more = as<std::vector<Bytes>>(client->get(folder, tag::kAdditionalRenEntryIds));
  ASSERT_EQ(more.size(), 7U);
  EXPECT_EQ(folder_of(more[1]), special(Special::sync_issues));
  EXPECT_EQ(more[6], Bytes{std::byte{9}});
}

TEST_F(Folders, EveryAnswerThatOutlookNeedsIsThere) {
  add_mail(inbox, {.read = false});
  add_mail(inbox, {});
  const auto folder = client->open_folder(inbox);
  const auto values =
      client->get(folder, {tag::kFolderId, tag::kParentFolderId, tag::kEntryId, tag::kSourceKey, tag::kParentSourceKey,
                           tag::kChangeKey, tag::kPredecessorChangeList, tag::kAccess, tag::kRights, tag::kContentCount,
                           tag::kContentUnreadCount, tag::kSubfolders, tag::kAttributeHidden, tag::kDeletedCountTotal,
                           tag::kLocalCommitTimeMax, tag::kFolderType, tag::kStoreRecordKey, tag::kMappingSignature,
                           tag::kHierarchyServer});
  EXPECT_EQ(as<std::int64_t>(values[0]), mapi::Eid::of(inbox).property());
  EXPECT_EQ(as<std::int64_t>(values[1]), mapi::Eid::of(special(Special::ipm_subtree)).property());
  EXPECT_EQ(folder_of(values[2]), inbox);
  EXPECT_EQ(as<Bytes>(values[3]).size(), 22U);
  EXPECT_EQ(as<Bytes>(values[4]).size(), 22U);
  EXPECT_EQ(as<Bytes>(values[5]).size(), 22U);
  EXPECT_EQ(as<Bytes>(values[6]).size(), 23U);
  EXPECT_EQ(as<std::int32_t>(values[7]), 0x3F);
  EXPECT_EQ(as<std::int32_t>(values[8]) & ~0x7FB, 0);
  EXPECT_EQ(as<std::int32_t>(values[9]), 2);
  EXPECT_EQ(as<std::int32_t>(values[10]), 1);
  EXPECT_FALSE(as<bool>(values[11]));
  EXPECT_FALSE(as<bool>(values[12]));
  EXPECT_EQ(as<std::int32_t>(values[13]), 0);
  EXPECT_GT(as<mapi::FileTime>(values[14]).ticks, 0U);
  EXPECT_EQ(as<std::int32_t>(values[15]), 1);
  EXPECT_EQ(as<Bytes>(values[16]).size(), 16U);
  EXPECT_NE(values[16], values[17]);
  EXPECT_EQ(error_of(values[18]), kNotFound) << "the client computes it";
}

TEST_F(Folders, FolderAndStorePropertiesPersistAndReachOtherSessions) {
  const mapi::PropTag views = tag::kFolderViewsOnly;
  auto other = connect();
  const auto heard = other.subscribe(rop::kNotifyModified);
  const auto folder = client->open_folder(inbox);
  EXPECT_EQ(client->set(folder, {{views, std::int32_t{3}},
                                 {tag::kDefaultFormName.with(mapi::PropType::string8), mapi::String8{"f\xFCr"}}}),
            EcCode::none);
  EXPECT_EQ(as<std::int32_t>(other.get(other.open_folder(inbox), views)), 3);
  EXPECT_EQ(text(client->get(folder, tag::kDefaultFormName)), "für");
  const auto notes = other.notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].handle, heard);
  EXPECT_EQ(notes[0].data.flags, rop::kNotifyModified | rop::kNotifyHasTotal | rop::kNotifyHasUnread);

  EXPECT_EQ(client->call<rop::DeleteProperties>({0, {views}}, folder).code, EcCode::none);
  EXPECT_EQ(error_of(client->get(folder, views)), kNotFound);
  EXPECT_EQ(client->set(client->logon, {{tag::kComment, std::string("mine")}}), EcCode::none);
  EXPECT_EQ(text(other.get(other.logon, tag::kComment)), "mine");
}

TEST_F(Folders, ComputedPropertiesAreIgnored) {
  const auto folder = client->open_folder(inbox);
  EXPECT_EQ(client->set(folder, {{tag::kContentCount, std::int32_t{77}}}), EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(folder, tag::kContentCount)), 0);
  const auto name = client->get(folder, tag::kDisplayName);
  EXPECT_EQ(client->set(folder, {{tag::kDisplayName, name}}), EcCode::none) << "nothing changes";
  EXPECT_EQ(client->set(folder, {{tag::kDisplayName, std::string("Other")}}), EcCode::access_denied);
  EXPECT_EQ(client->get(folder, tag::kDisplayName), name);
  EXPECT_EQ(client->set(folder, {{tag::kComment.with(mapi::PropType::multi_string), std::vector<std::string>{}}}),
            EcCode::none);
}

TEST_F(Folders, TheStoreDescribesItself) {
  const auto values =
      client->get(client->logon, {tag::kMailboxOwnerName, tag::kMailboxOwnerEntryId, tag::kSerializedReplidGuidMap,
                                  tag::kIpmSubtreeEntryId, tag::kIpmWastebasketEntryId, tag::kStoreRecordKey,
                                  tag::kOutOfOfficeState, tag::kMaximumSubmitMessageSize, tag::kEntryId});
  EXPECT_EQ(text(values[0]), "Erika Muster");
  const auto owner = mapi::parse_entry_id(as<Bytes>(values[1]));
  ASSERT_TRUE(owner);
  EXPECT_EQ(std::get<mapi::AddressBookEntryId>(*owner).dn, mailbox->owner().legacy_dn);
  const auto map = as<Bytes>(values[2]);
  ASSERT_EQ(map.size(), 18U);
  EXPECT_EQ(map[0], std::byte{1});
  EXPECT_TRUE(std::equal(map.begin() + 2, map.end(), mailbox->replica().identity().replica.bytes.begin()));
  EXPECT_EQ(folder_of(values[3]), special(Special::ipm_subtree));
  EXPECT_EQ(folder_of(values[4]), special(Special::deleted_items));
  EXPECT_EQ(as<Bytes>(values[5]).size(), 16U);
  EXPECT_FALSE(as<bool>(values[6]));
  EXPECT_GT(as<std::int32_t>(values[7]), 0);
  EXPECT_TRUE(std::holds_alternative<mapi::StoreEntryId>(*mapi::parse_entry_id(as<Bytes>(values[8]))));
}

TEST_F(Folders, ReceiveFolders) {
  const auto receive = [&](const char* message_class) {
    return client->call<rop::GetReceiveFolder>({0, message_class}, client->logon);
  };
  EXPECT_EQ(receive("")->folder, mapi::Eid::of(inbox));
  EXPECT_EQ(receive("ipm.note.SMIME")->explicit_message_class, "IPM.Note");
  EXPECT_EQ(receive("IPM.Notes")->explicit_message_class, "IPM");
  EXPECT_EQ(receive("REPORT.IPM.Note.NDR")->explicit_message_class, "REPORT.IPM");
  EXPECT_EQ(receive("IPC.Microsoft")->folder, mapi::Eid::of(special(Special::root)));
  EXPECT_EQ(receive("Other")->explicit_message_class, "");
  for (const char* wrong : {".IPM", "IPM.", "IPM..Note", "IPM\x01"})
    EXPECT_EQ(receive(wrong).code, EcCode::invalid_parameter) << wrong;
  EXPECT_EQ(client->call<rop::GetReceiveFolderTable>({}, client->logon)->rows.size(), 5U);
}

TEST_F(Folders, WithoutReadRightItemsAreOutOfReach) {
  const auto id = add_special(Special::none, "Drop box", "IPF.Note");
  const auto message = add_mail(id, {.subject = "Hidden"});
  const auto set_rights = [&](std::uint32_t rights) {
    write([&](replica::WriteTx& tx) -> Result<> {
      OXB_TRY(auto row, tx.folder(id));
      row->rights = rights;
      OXB_CHECK(tx.put_folder(*row));
      return {};
    });
  };
  const auto open = [&] {
    rop::OpenMessage::Request request;
    request.message = mapi::Eid::of(message.value);
    return client->call<rop::OpenMessage>(request, client->logon).code;
  };
  EXPECT_EQ(open(), EcCode::none);
  set_rights(0x402);  // visible, items may be put there
  EXPECT_EQ(open(), EcCode::access_denied);
  const auto folder = client->open_folder(id);
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, folder).code, EcCode::access_denied);
}

TEST_F(Folders, IdsTranslateBothWays) {
  const auto& own = mailbox->replica().identity().replica;
  const auto long_term = client->call<rop::LongTermIdFromId>({0, mapi::Eid::of(inbox)}, client->logon);
  EXPECT_EQ(long_term->id, (mapi::LongTermId{own, inbox.value}));
  EXPECT_EQ(client->call<rop::IdFromLongTermId>({0, long_term->id}, client->logon)->object, mapi::Eid::of(inbox));
  const mapi::LongTermId foreign{Guid::of(1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}), 77};
  const auto id = client->call<rop::IdFromLongTermId>({0, foreign}, client->logon)->object;
  EXPECT_NE(id.replica(), 1);
  EXPECT_EQ(id.counter(), 77U);
  EXPECT_EQ(client->call<rop::LongTermIdFromId>({0, id}, client->logon)->id, foreign);
  EXPECT_EQ(client->call<rop::LongTermIdFromId>({0, mapi::Eid::of(5, 999)}, client->logon).code, EcCode::not_found);
  // The map that the client keeps names the replid as well.
  const auto map = as<Bytes>(client->get(client->logon, tag::kSerializedReplidGuidMap));
  ASSERT_EQ(map.size(), 2 * 18U);
  EXPECT_EQ(map[18], static_cast<std::byte>(id.replica()));
  EXPECT_TRUE(std::equal(map.begin() + 20, map.end(), foreign.replica.bytes.begin()));
}

TEST_F(Folders, NamedPropertiesAreMappedForEver) {
  const auto ids_of = [&](std::vector<mapi::PropertyName> names, std::uint8_t flags) {
    return client->call<rop::GetPropertyIdsFromNames>({0, flags, std::move(names)}, client->logon);
  };
  const mapi::PropertyName unknown{mapi::set::kCommon, std::uint32_t{0x9999}};
  const mapi::PropertyName tagged{mapi::set::kMapi, std::uint32_t{0x37}};
  const mapi::PropertyName header{mapi::set::kInternetHeaders, std::string("X-Thing")};
  auto out = ids_of({unknown, tagged}, 0);
  EXPECT_EQ(out.code, EcCode::warn_with_errors);
  out = ids_of({unknown, tagged, header}, rop::GetPropertyIdsFromNames::kCreate);
  ASSERT_EQ(out.code, EcCode::none);
  const auto ids = out->ids;
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_GE(ids[0], 0x8001);
  EXPECT_EQ(ids[1], 0x37);
  EXPECT_EQ(ids_of({unknown, tagged, {mapi::set::kInternetHeaders, std::string("x-thing")}}, 0)->ids, ids);
  const auto names =
      client->call<rop::GetNamesFromPropertyIds>({0, {ids[0], 0x37, ids[2], 0xFFF0}}, client->logon)->names;
  ASSERT_EQ(names.size(), 4U);
  EXPECT_EQ(names[0], unknown);
  EXPECT_EQ(names[1], tagged);
  EXPECT_EQ(names[2], (mapi::PropertyName{mapi::set::kInternetHeaders, std::string("x-thing")}));
  EXPECT_FALSE(names[3]);
  const auto all = ids_of({}, 0)->ids;
  EXPECT_NE(std::find(all.begin(), all.end(), ids[0]), all.end());

  const mapi::PropTag property(ids[0], mapi::PropType::integer32);
  const auto folder = client->open_folder(inbox);
  EXPECT_EQ(client->set(folder, {{property, std::int32_t{1}}}), EcCode::none);
  const auto named = client->call<rop::QueryNamedProperties>({0, 0, std::nullopt}, folder);
  EXPECT_EQ(named->ids, std::vector<mapi::PropId>{ids[0]});
  EXPECT_TRUE(client->call<rop::QueryNamedProperties>({0, 0, mapi::set::kTask}, folder)->ids.empty());
}

TEST_F(Folders, ExistingFoldersAreOpenedByCreate) {
  const auto subtree = special(Special::ipm_subtree);
  const auto known = add_folder(subtree, "Größe");
  rop::CreateFolder::Request request;
  request.name = "GRÖßE";
  request.open_existing = true;
  const auto out = client->call<rop::CreateFolder>(request, client->open_folder(subtree));
  ASSERT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->existed);
  EXPECT_EQ(out->folder, mapi::Eid::of(known));
  request.open_existing = false;
  EXPECT_EQ(client->call<rop::CreateFolder>(request, client->open_folder(subtree)).code, EcCode::duplicate_name);
}

TEST_F(Folders, UnknownFoldersAreNotFound) {
  EXPECT_EQ(client->call<rop::OpenFolder>({0, 1, mapi::Eid::of(99999), 0}, client->logon).code, EcCode::not_found);
  EXPECT_EQ(client->call<rop::OpenFolder>({0, 1, mapi::Eid::of(inbox.value, 7), 0}, client->logon).code,
            EcCode::not_found);
}

TEST_F(Folders, PermissionsAndRules) {
  const auto folder = client->open_folder(inbox);
  const auto permissions = client->call<rop::GetPermissionsTable>({0, 1, 0}, folder).handle;
  client->set_columns(permissions, {tag::kMemberId, tag::kMemberName, tag::kMemberRights, tag::kEntryId});
  const auto rows = client->rows(permissions);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(as<std::int64_t>(rows[0].values[0]), 0);
  EXPECT_EQ(as<std::int64_t>(rows[1].values[0]), -1);
  EXPECT_EQ(text(rows[1].values[1]), "Anonymous");
  EXPECT_EQ(text(rows[2].values[1]), "Erika Muster");
  EXPECT_FALSE(as<Bytes>(rows[2].values[3]).empty());
  const auto rules = client->call<rop::GetRulesTable>({0, 1, 0}, folder).handle;
  client->set_columns(rules, {tag::kRuleId, tag::kRuleName});
  EXPECT_TRUE(client->rows(rules).empty());
}

TEST_F(Folders, SmallAnswersOfAPrivateStore) {
  EXPECT_EQ(client->call<rop::GetStoreState>({}, client->logon).code, EcCode::not_implemented);
  EXPECT_FALSE(client->call<rop::PublicFolderIsGhosted>({0, mapi::Eid::of(inbox)}, client->logon)->is_ghosted);
  EXPECT_TRUE(client->call<rop::GetPerUserLongTermIds>({}, client->logon)->ids.empty());
  EXPECT_EQ(client->call<rop::GetPerUserGuid>({}, client->logon).code, EcCode::not_found);
  EXPECT_TRUE(client->call<rop::ReadPerUserInformation>({}, client->logon)->finished);
  EXPECT_EQ(client->call<rop::WritePerUserInformation>({}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::GetAddressTypes>({}, client->logon)->types, (std::vector<std::string>{"EX", "SMTP"}));
  EXPECT_EQ(client->call<rop::GetTransportFolder>({}, client->logon)->folder, mapi::Eid::of(special(Special::outbox)));
  EXPECT_EQ(client->call<rop::OptionsData>({}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::GetOwningServers>({0, mapi::Eid::of(inbox)}, client->logon).code, EcCode::not_supported);
  EXPECT_EQ(client->call<rop::GetSearchCriteria>({}, client->open_folder(inbox)).code, EcCode::not_search_folder);
}

}  // namespace
}  // namespace oxb::session
