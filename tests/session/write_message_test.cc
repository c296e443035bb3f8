// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that are made, changed and saved through the mailbox's writer [MS-OXCMSG] 2.2.3.
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "tests/session/fixture.h"

#include <fmt/format.h>

namespace oxb::session {
namespace {

using mapi::PropType;
using replica::Special;
using Saved = sync::SavedMessage;

class WrittenMessages : public SessionTest {
 protected:
  const Saved& last() { return *mailbox->writer().last; }
  MessageId save_new(std::string subject = "New") {
    const auto message = client->create_message(inbox);
    EXPECT_EQ(client->set(message, {{tag::kSubject, std::move(subject)}}), EcCode::none);
    return client->save(message)->message.message();
  }
};

TEST_F(WrittenMessages, ANewMessageHasItsDefaultsAtOnce) {
  const auto message = client->create_message(inbox);
  const auto values = client->get(
      message, {tag::kMessageClass, tag::kMessageFlags, tag::kImportance, tag::kSensitivity, tag::kHasAttachments,
                tag::kDisplayTo, tag::kAccess, tag::kAccessLevel, tag::kCreatorName, tag::kMid});
  EXPECT_EQ(text(values[0]), "IPM.Note");
  EXPECT_EQ(as<std::int32_t>(values[1]), 9) << "unsent and read";
  EXPECT_EQ(as<std::int32_t>(values[2]), 1);
  EXPECT_EQ(as<std::int32_t>(values[3]), 0);
  EXPECT_FALSE(as<bool>(values[4]));
  EXPECT_EQ(text(values[5]), "");
  EXPECT_EQ(as<std::int32_t>(values[6]) & 1, 1);
  EXPECT_EQ(as<std::int32_t>(values[7]), 1);
  EXPECT_EQ(text(values[8]), "Erika Muster");
  EXPECT_EQ(error_of(values[9]), kNotFound) << "no id before it is saved";
  EXPECT_EQ(mailbox->writer().calls, 0U);
}

TEST_F(WrittenMessages, TheClassFollowsTheFolder) {
  const auto folder = special(Special::notes);
  EXPECT_EQ(text(client->get(client->create_message(folder), tag::kMessageClass)), "IPM.StickyNote");
  EXPECT_EQ(text(client->get(client->create_message(special(Special::journal)), tag::kMessageClass)), "IPM.Activity");
}

TEST_F(WrittenMessages, SavingTellsTheWriterAllAndTheTableShowsIt) {
  auto other = connect();
  const auto table = other.contents(inbox);
  other.set_columns(table, {tag::kSubject, tag::kNormalizedSubject});
  EXPECT_TRUE(other.rows(table).empty());
  other.subscribe(rop::kNotifyCreated);

  const auto message = client->create_message(inbox);
  EXPECT_EQ(client->set(message, {{tag::kSubject, std::string("RE: Lunch")}, {tag::kImportance, std::int32_t{2}}}),
            EcCode::none);
  EXPECT_EQ(text(client->get(message, tag::kNormalizedSubject)), "Lunch");
  EXPECT_EQ(text(client->get(message, tag::kSubjectPrefix)), "RE: ");
  EXPECT_EQ(client->add_recipient(message, 0, "Max", "max@example.test"), EcCode::none);
  const auto saved = client->save(message);
  ASSERT_EQ(saved.code, EcCode::none);
  EXPECT_EQ(last().id.value, 0U);
  EXPECT_EQ(last().folder, inbox);
  EXPECT_TRUE(last().is_read);
  EXPECT_TRUE(last().changed.contains(tag::kNormalizedSubject.id()));
  EXPECT_TRUE(last().recipients_changed);
  EXPECT_EQ(last().content->recipients.size(), 1U);

  bool created = false, row = false;
  for (const auto& note : other.notifications()) {
    created = created || note.data.message == saved->message;
    row = row || note.data.table_event == rop::TableEvent::row_added;
  }
  EXPECT_TRUE(created);
  EXPECT_TRUE(row);
  EXPECT_EQ(other.texts(table), std::vector<std::string>{"RE: Lunch"});

  // The same handle goes on.
  EXPECT_EQ(mapi::Eid::from_property(as<std::int64_t>(client->get(message, tag::kMid))), saved->message);
  EXPECT_EQ(client->set(message, {{tag::kNormalizedSubject, std::string("Dinner")}}), EcCode::none);
  EXPECT_EQ(text(client->get(message, tag::kSubject)), "RE: Dinner");
  EXPECT_EQ(client->save(message)->message, saved->message);
  EXPECT_EQ(last().id, saved->message.message());
  EXPECT_FALSE(last().recipients_changed);
  EXPECT_FALSE(last().changed.contains(tag::kImportance.id())) << "only what differs since the last save";
  EXPECT_EQ(other.texts(table), std::vector<std::string>{"RE: Dinner"});
}

TEST_F(WrittenMessages, OnlyWhatChangedIsNamed) {
  mapi::Content content;
  content.properties.set(tag::kBody, std::string("text"));
  content.properties.set(tag::kNativeBody, std::int32_t{1});
  content.recipients.emplace_back().properties.set(tag::kDisplayName, std::string("Max"));
  const auto id = add_mail(inbox, {.content = content});
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  const auto base = row_of(id)->change;
  EXPECT_EQ(client->set(message, {{tag::kFlagStatus, std::int32_t{2}}}), EcCode::none);
  EXPECT_EQ(
      client->call<rop::DeletePropertiesNoReplicate>({0, {tag::kComment, tag::kInternetReferences}}, message).code,
      EcCode::none);
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_EQ(last().base, base);
  EXPECT_EQ(last().changed, std::set<mapi::PropId>{tag::kFlagStatus.id()}) << "what is not there is not deleted";
  EXPECT_FALSE(last().recipients_changed);
  EXPECT_FALSE(last().attachments_changed);
  EXPECT_EQ(text(*last().content->properties.find(tag::kBody)), "text") << "all of it, as it shall be";
  EXPECT_EQ(text(*last().content->properties.find(tag::kSubject)), "Subject");
  EXPECT_EQ(last().content->recipients.size(), 1U);
}

TEST_F(WrittenMessages, NothingChangedIsNotSaved) {
  const auto message = client->open_message(inbox, add_mail(inbox, {}), rop::kOpenReadWrite);
  EXPECT_EQ(client->save(message).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().calls, 0U);
}

TEST_F(WrittenMessages, ComputedAndFixedPropertiesAreLeftAlone) {
  const auto id = add_mail(inbox, {});
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  rop::SetProperties::Request request;
  request.values.properties = {{tag::kMid, std::int64_t{7}},
                               {tag::kMessageFlags, std::int32_t{0x8}},
                               {tag::kAccess, std::int32_t{0}},
                               {tag::kComment, std::string("kept")}};
  const auto out = client->call<rop::SetProperties>(request, message);
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->problems.empty());
  client->save(message);
  EXPECT_EQ(last().changed, std::set<mapi::PropId>{tag::kComment.id()});
  EXPECT_EQ(last().id, id);
  // A value that cannot be kept is named by its place.
  request.values.properties = {{tag::kComment, std::string("x")},
                               {mapi::PropTag(0x6701, PropType::object), mapi::ObjectValue{}}};
  EXPECT_EQ(client->call<rop::SetProperties>(request, message)->problems.at(0).index, 1);
}

TEST_F(WrittenMessages, NamedAndUnknownPropertiesComeBackAsWritten) {
  const auto named = client->call<rop::GetPropertyIdsFromNames>(
      {0, rop::GetPropertyIdsFromNames::kCreate, {{mapi::set::kPublicStrings, std::string("Keywords")}}},
      client->logon);
  const mapi::PropTag keywords(named->ids.at(0), PropType::multi_string);
  const mapi::PropTag odd(0x6789, PropType::guid), list(0x678A, PropType::multi_binary);
  const auto guid = Guid::of(1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11});
  const auto message = client->create_message(inbox);
  EXPECT_EQ(client->set(message, {{keywords, std::vector<std::string>{"Red", "Blue"}},
                                  {odd, guid},
                                  {list, std::vector<Bytes>{Bytes(3), Bytes{}}}}),
            EcCode::none);
  const auto id = client->save(message)->message.message();
  auto other = connect();
  const auto values = other.get(other.open_message(inbox, id), {keywords, odd, list});
  EXPECT_EQ(as<std::vector<std::string>>(values[0]), (std::vector<std::string>{"Red", "Blue"}));
  EXPECT_EQ(as<Guid>(values[1]), guid);
  EXPECT_EQ(as<std::vector<Bytes>>(values[2]), (std::vector<Bytes>{Bytes(3), Bytes{}}));
}

TEST_F(WrittenMessages, TheSecondOfTwoSaversLearnsOfTheFirst) {
  const auto id = save_new();
  auto other = connect();
  const auto mine = client->open_message(inbox, id, rop::kOpenReadWrite);
  const auto theirs = other.open_message(inbox, id, rop::kOpenReadWrite);
  client->set(mine, {{tag::kImportance, std::int32_t{2}}});
  other.set(theirs, {{tag::kImportance, std::int32_t{0}}});
  EXPECT_EQ(as<std::int32_t>(other.get(theirs, tag::kImportance)), 0) << "each sees its own until it is saved";
  EXPECT_EQ(client->save(mine).code, EcCode::none);
  EXPECT_EQ(other.save(theirs).code, EcCode::object_modified);
  EXPECT_EQ(other.save(theirs).code, EcCode::object_modified) << "a refused change is not forgotten, and not let in";
  EXPECT_EQ(other.save(theirs, rop::SaveChangesMessage::kForceSave).code, EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(client->open_message(inbox, id), tag::kImportance)), 0);
}

TEST_F(WrittenMessages, ReloadingDropsWhatWasNotSaved) {
  const auto id = save_new("As saved");
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  auto other = connect();
  const auto theirs = other.open_message(inbox, id, rop::kOpenReadWrite);
  client->set(message, {{tag::kSubject, std::string("Mine")}});
  client->add_recipient(message, 5, "Max", "max@example.test");
  other.set(theirs, {{tag::kSubject, std::string("Theirs")}});
  EXPECT_EQ(other.save(theirs).code, EcCode::none);
  EXPECT_EQ(client->save(message).code, EcCode::object_modified);
  const auto again = client->call<rop::ReloadCachedInformation>({}, message);
  EXPECT_EQ(again.code, EcCode::none);
  EXPECT_EQ(again->normalized_subject.text, "Theirs");
  EXPECT_EQ(again->recipient_count, 0);
  client->set(message, {{tag::kSubject, std::string("Mine after all")}});
  EXPECT_EQ(client->save(message).code, EcCode::none) << "based on what was reloaded";
}

TEST_F(WrittenMessages, ReloadingANewMessageKeepsIt) {
  const auto message = client->create_message(inbox);
  client->set(message, {{tag::kSubject, std::string("Draft")}});
  EXPECT_EQ(client->call<rop::ReloadCachedInformation>({}, message)->normalized_subject.text, "Draft");
}

TEST_F(WrittenMessages, SaveFlagsDecideWhatFollows) {
  const auto message = client->create_message(inbox);
  EXPECT_EQ(client->save(message, rop::SaveChangesMessage::kKeepOpenReadOnly).code, EcCode::none);
  EXPECT_EQ(client->set(message, {{tag::kSubject, std::string("x")}}), EcCode::access_denied);
  EXPECT_EQ(client->save(message).code, EcCode::access_denied);
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kAccessLevel)), 0);
}

TEST_F(WrittenMessages, WhatIsGoneCannotBeSaved) {
  const auto id = save_new();
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  remove(id);
  client->set(message, {{tag::kImportance, std::int32_t{2}}});
  EXPECT_EQ(client->save(message).code, EcCode::object_deleted);
  EXPECT_EQ(client->save(message, rop::SaveChangesMessage::kForceSave).code, EcCode::object_deleted);
}

TEST_F(WrittenMessages, TroubleOfTheWriterIsNamed) {
  const std::pair<Errc, EcCode> all[] = {
      {Errc::unavailable, EcCode::network},         {Errc::quota, EcCode::store_full},
      {Errc::access_denied, EcCode::access_denied}, {Errc::not_found, EcCode::not_found},
      {Errc::invalid, EcCode::invalid_parameter},   {Errc::limit, EcCode::not_enough_memory}};
  const auto message = client->create_message(inbox);
  for (const auto& [trouble, code] : all) {
    on_queue([&, trouble = trouble] { mailbox->writer().trouble = trouble; });
    EXPECT_EQ(client->save(message).code, code) << name(trouble);
  }
  on_queue([&] { mailbox->writer().trouble.reset(); });
  EXPECT_EQ(client->save(message).code, EcCode::none) << "the draft is still there";
}

TEST_F(WrittenMessages, WhatWasSavedIsShownWhenItCannotBeReadAgain) {
  const auto message = client->create_message(inbox);
  client->set(message, {{tag::kBody, std::string("text")}});
  EXPECT_EQ(client->save(message).code, EcCode::none);
  on_queue([&] { mailbox->trouble = Errc::unavailable; });
  EXPECT_EQ(text(client->get(message, tag::kBody)), "text");
}

TEST_F(WrittenMessages, RightsAreCheckedBeforeTheWriter) {
  constexpr std::uint32_t kRead = 0x401, kOwnOnly = 0x401 | 0x02 | 0x08 | 0x10;
  const auto folder = add_folder(special(Special::ipm_subtree), "Shared");
  const auto theirs = add_mail(folder, {});
  mapi::PropertyBag mine;
  on_queue([&] { mine.set(tag::kCreatorEntryId, Bytes()); });
  set_rights(folder, kRead);
  rop::CreateMessage::Request create;
  create.folder = mapi::Eid::of(folder);
  EXPECT_EQ(client->call<rop::CreateMessage>(create, client->logon).code, EcCode::access_denied);
  rop::OpenMessage::Request open;
  open.message = mapi::Eid::of(theirs);
  open.mode = rop::kOpenReadWrite;
  EXPECT_EQ(client->call<rop::OpenMessage>(open, client->logon).code, EcCode::access_denied);
  const auto message = client->open_message(folder, theirs, rop::kOpenBestAccess);
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kAccess)), 2);
  EXPECT_EQ(client->set(message, {{tag::kImportance, std::int32_t{2}}}), EcCode::access_denied);
  EXPECT_EQ(client->call<rop::RemoveAllRecipients>({}, message).code, EcCode::access_denied);
  EXPECT_EQ(client->call<rop::CreateAttachment>({}, message).code, EcCode::access_denied);
  const auto table = client->contents(folder);
  client->set_columns(table, {tag::kAccess});
  EXPECT_EQ(as<std::int32_t>(client->rows(table).at(0).values[0]), 2);

  set_rights(folder, kOwnOnly);
  const auto own = client->create_message(folder);
  const auto id = client->save(own)->message.message();
  EXPECT_EQ(client->call<rop::OpenMessage>(open, client->logon).code, EcCode::access_denied) << "somebody else's";
  const auto again = client->open_message(folder, id, rop::kOpenReadWrite);
  EXPECT_EQ(as<std::int32_t>(client->get(again, tag::kAccess)), 7);
  EXPECT_EQ(mailbox->writer().calls, 1U);
}

// ---- recipients ----

TEST_F(WrittenMessages, RecipientRowsAreReplacedAddedAndDeletedById) {
  const auto message = client->create_message(inbox);
  client->add_recipient(message, 10, "Ten", "ten@example.test", 2);
  client->add_recipient(message, 2, "Two", "two@example.test");
  client->add_recipient(message, 7, "Seven", "seven@example.test", 3);
  client->add_recipient(message, 2, "Other two", "other@example.test");
  rop::ModifyRecipients::Request erase;
  erase.rows.push_back({7, 0, std::nullopt});
  erase.rows.push_back({99, 0, std::nullopt});
  EXPECT_EQ(client->call<rop::ModifyRecipients>(erase, message).code, EcCode::none);
  const auto rows = client->call<rop::ReadRecipients>({0, 0, 0}, message)->rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].row_id, 2U);
  EXPECT_EQ(rows[0].row->display_name, "Other two");
  EXPECT_EQ(rows[1].row_id, 10U);
  EXPECT_EQ(rows[1].type, 2);
  EXPECT_EQ(client->call<rop::ReadRecipients>({0, 3, 0}, message)->rows.at(0).row_id, 10U) << "ids may have holes";
  EXPECT_EQ(text(client->get(message, tag::kDisplayTo)), "Other two");
  EXPECT_EQ(text(client->get(message, tag::kDisplayCc)), "Ten");
  EXPECT_EQ(client->call<rop::RemoveAllRecipients>({}, message).code, EcCode::none);
  EXPECT_EQ(client->call<rop::ReadRecipients>({0, 0, 0}, message).code, EcCode::not_found);
  EXPECT_EQ(text(client->get(message, tag::kDisplayTo)), "");
}

TEST_F(WrittenMessages, EveryFormOfRecipientGetsTypeAddressAndEntryId) {
  namespace flag = mapi::recipient_flag;
  using mapi::RecipientAddress;
  const auto message = client->create_message(inbox);
  rop::ModifyRecipients::Request request;
  request.columns = {tag::kSmtpAddress, tag::kRecipientOrder};
  const auto add = [&](mapi::RecipientRow row) {
    request.rows.push_back({static_cast<std::uint32_t>(request.rows.size()), 1, std::move(row)});
  };
  const auto of = [](RecipientAddress type) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(type) | flag::kUnicode);
  };
  mapi::RecipientRow own;
  own.flags = of(RecipientAddress::x500) | flag::kDisplayName;
  own.x500_dn = mailbox->owner().legacy_dn;
  own.display_name = "Me";
  add(own);
  mapi::RecipientRow other = own;
  other.x500_dn = "/o=Other/cn=somebody";
  other.column_count = 2;
  other.properties.values = {std::string("somebody@example.test"), std::int32_t{3}};
  add(other);
  mapi::RecipientRow known = own;
  known.x500_dn = "/o=Oxbridge/cn=known";
  on_queue([&] { mailbox->addresses["/o=Oxbridge/cn=known"] = "known@example.test"; });
  mapi::RecipientRow smtp;
  smtp.flags = of(RecipientAddress::smtp) | flag::kEmailAddress | flag::kNonRich;
  smtp.email_address = "max@example.test";
  add(smtp);
  mapi::RecipientRow one_off;
  one_off.flags = of(RecipientAddress::none) | flag::kOutOfStandard | flag::kEmailAddress;
  one_off.address_type = "FAXG3";
  one_off.email_address = "Max@+49 1";
  add(one_off);
  mapi::RecipientRow untyped;
  untyped.flags = of(RecipientAddress::none) | flag::kEmailAddress;
  untyped.email_address = "plain@example.test";
  add(untyped);
  mapi::RecipientRow list;
  list.flags = of(RecipientAddress::personal_dl_1) | flag::kDisplayName;
  list.entry_id = Bytes(4, std::byte{1});
  list.search_key = Bytes(5, std::byte{2});
  list.display_name = "List";
  add(list);
  mapi::RecipientRow narrow;
  narrow.flags = static_cast<std::uint16_t>(RecipientAddress::smtp) | flag::kEmailAddress | flag::kDisplayName;
  narrow.email_address = "umlaut@example.test";
  narrow.display_name = "M\xFCller";
  add(narrow);
  add(known);
  ASSERT_EQ(client->call<rop::ModifyRecipients>(request, message).code, EcCode::none);
  ASSERT_EQ(client->save(message).code, EcCode::none);
  const auto& all = last().content->recipients;
  ASSERT_EQ(all.size(), 8U);
  const auto get = [&](std::size_t i, mapi::PropTag t) {
    const auto* value = all[i].properties.get<std::string>(t);
    return value != nullptr ? *value : std::string("-");
  };
  EXPECT_EQ(get(0, tag::kAddressType), "EX");
  EXPECT_EQ(get(0, tag::kSmtpAddress), "erika@example.test") << "the owner is known here";
  EXPECT_EQ(get(1, tag::kSmtpAddress), "somebody@example.test") << "from the columns";
  EXPECT_EQ(*all[1].properties.get<std::int32_t>(tag::kRecipientOrder), 3);
  EXPECT_EQ(get(2, tag::kAddressType), "SMTP");
  EXPECT_EQ(get(2, tag::kDisplayName), "max@example.test");
  EXPECT_FALSE(*all[2].properties.get<bool>(tag::kSendRichInfo));
  EXPECT_EQ(get(3, tag::kAddressType), "FAXG3");
  EXPECT_EQ(get(3, tag::kSmtpAddress), "-");
  EXPECT_EQ(get(4, tag::kAddressType), "SMTP") << "what looks like one is one";
  EXPECT_EQ(*all[5].properties.get<Bytes>(tag::kEntryId), list.entry_id);
  EXPECT_EQ(get(6, tag::kDisplayName), "Müller");
  EXPECT_EQ(get(7, tag::kSmtpAddress), "known@example.test") << "from the address book";
  for (const auto& recipient : all) {
    EXPECT_FALSE(recipient.properties.get<Bytes>(tag::kEntryId)->empty());
    EXPECT_TRUE(recipient.properties.has(tag::kSearchKey));
  }
  const auto parsed = mapi::parse_entry_id(*all[2].properties.get<Bytes>(tag::kEntryId));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<mapi::OneOffEntryId>(*parsed).email_address, "max@example.test");
}

TEST_F(WrittenMessages, OtherColumnsOfRecipientsComeBack) {
  const auto message = client->create_message(inbox);
  client->add_recipient(message, 0, "Max", "max@example.test");
  rop::ModifyRecipients::Request request;
  request.columns = {mapi::PropTag(0x6710, PropType::integer32)};
  mapi::RecipientRow row;
  row.flags = static_cast<std::uint16_t>(mapi::RecipientAddress::smtp) | mapi::recipient_flag::kEmailAddress;
  row.email_address = "eva@example.test";
  row.column_count = 1;
  row.properties.values = {std::int32_t{42}};
  request.rows.push_back({1, 0x81, row});
  client->call<rop::ModifyRecipients>(request, message);
  const auto id = client->save(message)->message;
  rop::OpenMessage::Request open;
  open.message = id;
  const auto header = client->call<rop::OpenMessage>(open, client->logon);
  ASSERT_EQ(header->recipients.size(), 2U);
  const auto& columns = header->recipient_columns;
  const auto at = std::find(columns.begin(), columns.end(), request.columns[0]) - columns.begin();
  ASSERT_LT(at, std::ssize(columns));
  EXPECT_EQ(as<std::int32_t>(header->recipients[1].row->properties.values[static_cast<std::size_t>(at)]), 42);
  EXPECT_EQ(header->recipients[1].type, 0x81) << "the flags of the type too";
}

TEST_F(WrittenMessages, RecipientsAreBounded) {
  ContextLimits limits;
  limits.recipients = 3;
  auto small = connect(limits);
  const auto message = small.create_message(inbox);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(small.add_recipient(message, i, "x", "x@example.test"), EcCode::none);
  EXPECT_EQ(small.add_recipient(message, 3, "x", "x@example.test"), EcCode::not_enough_memory);
  EXPECT_EQ(small.add_recipient(message, 1, "y", "y@example.test"), EcCode::none);
}

TEST_F(WrittenMessages, UnsavedChangesAreBoundedByTheContext) {
  ContextLimits limits;
  limits.written_bytes = 100'000;
  auto small = connect(limits);
  const auto first = small.create_message(inbox);
  const auto second = small.create_message(inbox);
  const mapi::PropTag blob(0x6711, PropType::binary);
  EXPECT_EQ(small.set(first, {{blob, Bytes(30'000)}}), EcCode::none);
  EXPECT_EQ(small.set(second, {{blob, Bytes(30'000)}}), EcCode::none);
  EXPECT_EQ(small.set(first, {{blob.with(PropType::binary), Bytes(30'000)}}), EcCode::none) << "replaced, not added";
  EXPECT_EQ(small.write_stream(second, mapi::PropTag(0x6712, PropType::binary), Bytes(30'000)),
            EcCode::not_enough_memory)
      << "a stream and its value count both";
  EXPECT_EQ(small.save(first).code, EcCode::none);
  EXPECT_EQ(small.write_stream(second, mapi::PropTag(0x6712, PropType::binary), Bytes(30'000)), EcCode::none);
  small.release(second);
  const auto third = small.create_message(inbox);
  EXPECT_EQ(small.write_stream(third, blob, Bytes(45'000)), EcCode::none) << "released drafts give back their room";
}

}  // namespace
}  // namespace oxb::session
