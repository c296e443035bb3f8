// SPDX-License-Identifier: GPL-3.0-or-later
// Failures that other products showed in the field, as far as they concern reading: each is named after its class.
#include "tests/session/fixture.h"

#include <fmt/format.h>

namespace oxb::session {
namespace {

using rop::TableEvent;

class FieldNotes : public SessionTest {
 protected:
  std::uint32_t newest_first() {
    const auto table = client->contents(inbox);
    client->set_columns(table, {tag::kSubject, tag::kMessageDeliveryTime});
    client->sort(table, {{mapi::PropType::time, tag::kMessageDeliveryTime.id(), mapi::SortDirection::descending}});
    return table;
  }
};

// F1: a failed read is never shown as an empty folder.
TEST_F(FieldNotes, F1AFailedReadIsAnErrorNotAnEmptyFolder) {
  const auto folder = add_folder(special(replica::Special::ipm_subtree), "Remote", replica::Source::mail);
  const auto handle = client->open_folder(folder);
  for (const auto trouble : {Errc::unavailable, Errc::unauthenticated, Errc::internal, Errc::limit}) {
    on_queue([&] { mailbox->trouble = trouble; });
    EXPECT_NE(client->call<rop::GetContentsTable>({0, 1, 0}, handle).code, EcCode::none) << name(trouble);
  }
}

// F1: what was read before stays visible while the backend is away.
TEST_F(FieldNotes, F1KnownContentStaysVisibleWithoutTheBackend) {
  const auto folder = add_folder(special(replica::Special::ipm_subtree), "Remote", replica::Source::mail);
  add_mail(folder, {.subject = "known"});
  write([&](replica::WriteTx& tx) { return tx.set_folder_position(folder, "1", true); });
  on_queue([&] { mailbox->trouble = Errc::unavailable; });
  const auto open = client->call<rop::GetContentsTable>({0, 1, 0}, client->open_folder(folder));
  ASSERT_EQ(open.code, EcCode::none);
  EXPECT_EQ(open->rows, 1U);
}

// F19: counters follow at once, also those of the folder list.
TEST_F(FieldNotes, F19CountersFollowEveryChange) {
  const auto id = deliver(inbox, {.read = false});
  const auto folder = client->open_folder(inbox);
  client->subscribe(rop::kNotifyModified);
  EXPECT_EQ(as<std::int32_t>(client->get(folder, tag::kContentUnreadCount)), 1);
  client->call<rop::SetMessageReadFlag>({1, 0, 0, {}}, client->open_message(inbox, id));
  EXPECT_EQ(as<std::int32_t>(client->get(folder, tag::kContentUnreadCount)), 0);
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.flags, rop::kNotifyModified | rop::kNotifyMessage);
  EXPECT_EQ(notes[1].data.unread, 0U);
  remove(id);
  EXPECT_EQ(client->notifications().back().data.total, 0U);
}

// F20: a mail that is told twice is one row, in its place.
TEST_F(FieldNotes, F20AMailToldTwiceIsOneRow) {
  add_mail(inbox, {.subject = "old", .minute = 1});
  const auto table = newest_first();
  client->rows(table);
  const auto id = deliver(inbox, {.subject = "new", .minute = 9});
  sync::MailboxEvent again;
  again.kind = sync::MailboxEvent::Kind::message_created;
  again.folder = inbox;
  again.message = id;
  post(again);
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_added);
  EXPECT_EQ(notes[1].data.table_event, TableEvent::row_modified);
  client->call<rop::SeekRow>({}, table);
  EXPECT_EQ(client->rows(table).size(), 2U);
}

// F20: mails that arrive out of order stand in order.
TEST_F(FieldNotes, F20LateMailsStandInOrder) {
  const auto table = newest_first();
  client->rows(table);
  for (const int minute : {5, 1, 9, 3, 7, 2}) deliver(inbox, {.subject = std::to_string(minute), .minute = minute});
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"9", "7", "5", "3", "2", "1"}));
}

// F22: every row has every column, with an error where there is no value; never more rows than asked.
TEST_F(FieldNotes, F22RowsAreCompleteAndNeverTooMany) {
  for (int i = 0; i < 5; ++i) add_mail(inbox, {});
  const auto table = client->contents(inbox);
  client->set_columns(table, {tag::kSubject, tag::kFlagStatus, mapi::PropTag(0x8FFF, mapi::PropType::multi_binary),
                              mapi::PropTag(0x6FFF, mapi::PropType::floating64), tag::kMessageRecipients});
  const auto rows = client->rows(table, 3);
  ASSERT_EQ(rows.size(), 3U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.values.size(), 5U);
    EXPECT_TRUE(std::holds_alternative<std::string>(row.values[0]));
    for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(error_of(row.values[i]), kNotFound) << i;
  }
}

// F23: a message without a delivery time is as visible as any other, at the end of "newest first".
TEST_F(FieldNotes, F23MessagesWithoutTimesAreVisible) {
  add_mail(inbox, {.subject = "timed", .minute = 1});
  write([&](replica::WriteTx& tx) -> Result<> {
    replica::WriteTx::MessageChange change;
    change.row.folder = inbox;
    change.row.remote.value = "without";
    change.row.properties.set(tag::kSubject, std::string("without"));
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    static_cast<void>(put);
    return {};
  });
  const auto table = newest_first();
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"timed", "without"}));
}

// F29: one message whose content cannot be had does not disturb its folder.
TEST_F(FieldNotes, F29OneBadMessageLeavesTheFolderUsable) {
  const auto good = add_mail(inbox, {.subject = "good", .minute = 2});
  const auto bad = add_mail(inbox, {.subject = "bad", .minute = 1});
  on_queue([&] { mailbox->contents.erase(bad); });
  const auto table = newest_first();
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"good", "bad"}));
  rop::OpenMessage::Request request;
  request.message = mapi::Eid::of(bad);
  EXPECT_EQ(client->call<rop::OpenMessage>(request, client->logon).code, EcCode::not_found);
  EXPECT_NE(client->open_message(inbox, good), rop::kNoHandle);
}

// F33: a busy backend is "try later", neither "gone" nor "changed by somebody else".
TEST_F(FieldNotes, F33ABusyBackendIsTryLater) {
  const auto id = add_mail(inbox, {.read = false});
  const auto message = client->open_message(inbox, id);
  on_queue([&] { mailbox->trouble = Errc::unavailable; });
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>({1, 0, 0, {}}, message).code, EcCode::network);
  on_queue([&] { mailbox->trouble.reset(); });
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>({1, 0, 0, {}}, message).code, EcCode::none);
}

// A search for words finds them in HTML mails too, where their content is at hand.
TEST_F(FieldNotes, SearchLooksIntoHtmlBodies) {
  mapi::Content content;
  content.properties.set(tag::kNativeBody, std::int32_t{3});
  content.properties.set(tag::kInternetCodepage, std::int32_t{65001});
  content.properties.set(tag::kHtml, to_bytes("<p>the <b>needle</b> is here</p>"));
  const auto id = add_mail(inbox, {.subject = "hit"});
  add_mail(inbox, {.subject = "miss"});
  write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(const auto kept, tx.put_content(id, content));
    return kept ? Result<>{} : fail(Errc::internal, "content");
  });
  const auto table = client->contents(inbox);
  client->set_columns(table, {tag::kSubject});
  client->restrict(table,
                   {mapi::ContentRestriction{
                       mapi::kSubstring, mapi::kIgnoreCase, tag::kBody, {tag::kBody, std::string("Needle is")}}});
  EXPECT_EQ(client->texts(table), std::vector<std::string>{"hit"});
}

// The folder of an open table is deleted: the client is told to look again, and finds nothing.
TEST_F(FieldNotes, ATableOfADeletedFolderBecomesEmpty) {
  const auto parent = special(replica::Special::ipm_subtree);
  const auto folder = add_folder(parent, "Temporary");
  add_mail(folder, {});
  const auto handle = client->open_folder(folder);
  const auto table = client->call<rop::GetContentsTable>({0, 1, 0}, handle).handle;
  client->set_columns(table, {tag::kSubject});
  EXPECT_EQ(client->rows(table).size(), 1U);
  write([&](replica::WriteTx& tx) { return tx.remove_folder(folder); });
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::folder_deleted;
  event.folder = folder;
  event.parent = parent;
  post(event);
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::changed);
  EXPECT_EQ(client->call<rop::QueryPosition>({}, table)->denominator, 0U);
  EXPECT_EQ(client->call<rop::GetPropertiesSpecific>({0, 0, 1, {tag::kDisplayName}}, handle).code,
            EcCode::object_deleted);
}

// Code pages that cannot carry PtypString8 are replaced, not obeyed.
TEST_F(FieldNotes, UnusableCodePagesFallBack) {
  for (const std::uint32_t page : {1200U, 0U, 54321U, 65001U}) {
    Client other(loop, Context::create(mailbox, {}, {.code_page = page}));
    other.log_on(mailbox->owner().legacy_dn);
    const auto name = other.get(other.logon, tag::kDisplayName.with(mapi::PropType::string8));
    EXPECT_EQ(text(name), "Erika Muster") << page;
  }
}

}  // namespace
}  // namespace oxb::session
