// SPDX-License-Identifier: GPL-3.0-or-later
// Notifications [MS-OXCNOTIF]: objects, counts, table rows, overflow, waiting.
#include "proto/mapi/row.h"
#include "tests/session/fixture.h"

#include <boost/asio/use_future.hpp>

namespace oxb::session {
namespace {

using rop::TableEvent;

class Notifications : public SessionTest {
 protected:
  std::uint32_t watch(std::vector<mapi::SortOrder> orders = {}, std::uint8_t flags = 0) {
    const auto table = client->contents(inbox, flags);
    client->set_columns(table, {tag::kSubject});
    client->sort(table, std::move(orders));
    client->rows(table);
    return table;
  }
  static mapi::SortOrder newest_first() {
    return {mapi::PropType::time, tag::kMessageDeliveryTime.id(), mapi::SortDirection::descending};
  }
  std::string subject_in(const rop::NotificationData& data) {
    // Flag byte, then the subject as UTF-16.
    EXPECT_GT(data.row_data.size(), 2U);
    std::string out;
    for (std::size_t i = 1; i + 2 < data.row_data.size(); i += 2) out.push_back(static_cast<char>(data.row_data[i]));
    return out;
  }
};

TEST_F(Notifications, NewMailIsToldAsMailAsObjectAndInTheCounts) {
  const auto heard =
      client->subscribe(rop::kNotifyNewMail | rop::kNotifyCreated | rop::kNotifyModified | rop::kNotifyDeleted);
  const auto id = deliver(inbox, {.read = false});
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 3U);
  for (const auto& note : notes) EXPECT_EQ(note.handle, heard);
  EXPECT_EQ(notes[0].data.flags, rop::kNotifyNewMail | rop::kNotifyMessage);
  EXPECT_EQ(notes[0].data.message, mapi::Eid::of(id));
  EXPECT_EQ(notes[0].data.message_class, "IPM.Note");
  EXPECT_EQ(notes[1].data.flags, rop::kNotifyCreated | rop::kNotifyMessage);
  EXPECT_EQ(notes[1].data.folder, mapi::Eid::of(inbox));
  EXPECT_EQ(notes[2].data.flags, rop::kNotifyModified | rop::kNotifyHasTotal | rop::kNotifyHasUnread);
  EXPECT_EQ(notes[2].data.total, 1U);
  EXPECT_EQ(notes[2].data.unread, 1U);
  EXPECT_TRUE(client->notifications().empty());
}

// A folder that is listed for the first time fills its tables; that is no news for who waits for new items.
TEST_F(Notifications, WhatWasThereBeforeIsNotTold) {
  const auto table = watch({newest_first()});
  client->subscribe(rop::kNotifyNewMail | rop::kNotifyCreated);
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::message_created;
  event.folder = inbox;
  event.message = add_mail(inbox, {});
  event.found = true;
  post(event);
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].handle, table);
}

TEST_F(Notifications, SubscriptionsHearTheirTypesAndScopeOnly) {
  client->subscribe(rop::kNotifyDeleted);
  rop::RegisterNotification::Request request;
  request.types = rop::kNotifyCreated;
  request.folder = mapi::Eid::of(special(replica::Special::outbox));
  client->call<rop::RegisterNotification>(request, client->logon);
  const auto id = deliver(inbox, {});
  EXPECT_TRUE(client->notifications().empty());
  request.types = rop::kNotifyModified;
  request.folder = mapi::Eid::of(inbox);
  request.message = mapi::Eid::of(id);
  const auto one = client->call<rop::RegisterNotification>(request, client->logon).handle;
  deliver(inbox, {});
  EXPECT_TRUE(client->notifications().empty());
  change(id, {{tag::kImportance, std::int32_t{2}}});
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].handle, one);
  client->release(one);
  change(id, {{tag::kImportance, std::int32_t{1}}});
  EXPECT_TRUE(client->notifications().empty());
}

TEST_F(Notifications, RowsAreAnnouncedAtTheirPlace) {
  const auto middle = add_mail(inbox, {.subject = "middle", .minute = 5});
  const auto last = add_mail(inbox, {.subject = "last", .minute = 1});
  const auto table = watch({newest_first()});
  const auto first = deliver(inbox, {.subject = "first", .minute = 9});
  const auto between = deliver(inbox, {.subject = "between", .minute = 3});
  auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].handle, table);
  EXPECT_EQ(notes[0].data.flags, rop::kNotifyTableModified | rop::kNotifyMessage);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_added);
  EXPECT_EQ(notes[0].data.row.message, mapi::Eid::of(first));
  EXPECT_TRUE(notes[0].data.insert_after.message.is_zero());
  EXPECT_EQ(subject_in(notes[0].data), "first");
  EXPECT_EQ(notes[1].data.row.message, mapi::Eid::of(between));
  EXPECT_EQ(notes[1].data.insert_after.message, mapi::Eid::of(middle));

  change(last, {{tag::kMessageDeliveryTime, time_of(8)}});
  remove(middle);
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_modified);
  EXPECT_EQ(notes[0].data.insert_after.message, mapi::Eid::of(first));
  EXPECT_EQ(notes[1].data.table_event, TableEvent::row_deleted);
  EXPECT_EQ(notes[1].data.row.message, mapi::Eid::of(middle));
  EXPECT_EQ(client->texts(table), (std::vector<std::string>{"first", "last", "between"}));
}

TEST_F(Notifications, RestrictedTablesHearWhatEntersAndLeaves) {
  const auto id = add_mail(inbox, {.subject = "a", .read = false});
  const auto table = client->contents(inbox);
  client->set_columns(table, {tag::kSubject});
  client->restrict(table, {mapi::BitMaskRestriction{false, tag::kMessageFlags, 1}});
  EXPECT_EQ(client->rows(table).size(), 1U);
  deliver(inbox, {.subject = "read already", .read = true});
  EXPECT_TRUE(client->notifications().empty());
  rop::SetReadFlags::Request request;
  client->call<rop::SetReadFlags>(request, client->open_folder(inbox));
  auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_deleted);
  EXPECT_EQ(notes[0].data.row.message, mapi::Eid::of(id));
  request.flags = rop::kReadFlagClear;
  request.messages = {mapi::Eid::of(id)};
  client->call<rop::SetReadFlags>(request, client->open_folder(inbox));
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_added);
}

TEST_F(Notifications, TablesThatNobodyAskedAreSilent) {
  const auto silent = watch({}, rop::kTableNoNotifications);
  const auto unread = client->contents(inbox);
  client->set_columns(unread, {tag::kSubject});
  deliver(inbox, {});
  EXPECT_TRUE(client->notifications().empty());
  EXPECT_EQ(client->rows(unread).size(), 1U);
  client->call<rop::SeekRow>({}, silent);
  deliver(inbox, {});
  EXPECT_EQ(client->notifications().size(), 1U) << "queried once, told from then on";
}

TEST_F(Notifications, HierarchyTablesShowNewCounts) {
  const auto table = client->hierarchy(special(replica::Special::ipm_subtree));
  client->set_columns(table, {tag::kDisplayName, tag::kContentCount});
  client->rows(table);
  deliver(inbox, {});
  auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].handle, table);
  EXPECT_EQ(notes[0].data.flags, rop::kNotifyTableModified) << "folders are not messages";
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_modified);
  EXPECT_EQ(notes[0].data.row.folder, mapi::Eid::of(inbox));
  const auto folder = add_folder(special(replica::Special::ipm_subtree), "AAA first");
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::folder_created;
  event.folder = folder;
  event.parent = special(replica::Special::ipm_subtree);
  post(event);
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_added);
  EXPECT_TRUE(notes[0].data.insert_after.folder.is_zero());
}

TEST_F(Notifications, GroupsTellTheirHeadersToo) {
  add_mail(inbox, {.subject = "a", .sender = "Anna"});
  const auto table = client->contents(inbox);
  client->set_columns(table, {tag::kSubject, tag::kSentRepresentingName});
  client->sort(table, {{mapi::PropType::string, tag::kSentRepresentingName.id(), mapi::SortDirection::ascending}}, 1,
               1);
  client->rows(table);
  const auto id = deliver(inbox, {.subject = "b", .sender = "Anna"});
  auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_modified);
  EXPECT_FALSE(notes[0].data.row.message.is_own()) << "the header's count";
  EXPECT_EQ(notes[1].data.table_event, TableEvent::row_added);
  EXPECT_EQ(notes[1].data.row.message, mapi::Eid::of(id));
  const auto other = deliver(inbox, {.subject = "c", .sender = "Bert"});
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_added);
  EXPECT_EQ(notes[1].data.table_event, TableEvent::row_added);
  remove(other);
  notes = client->notifications();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::row_deleted);
  EXPECT_EQ(notes[0].data.row.message, mapi::Eid::of(other));
  EXPECT_EQ(notes[1].data.table_event, TableEvent::row_deleted);
}

TEST_F(Notifications, ManyChangesAtOnceAreOneTableChanged) {
  const auto table = watch();
  std::vector<sync::MailboxEvent> events;
  for (int i = 0; i < 300; ++i) {
    sync::MailboxEvent event;
    event.kind = sync::MailboxEvent::Kind::message_created;
    event.folder = inbox;
    event.message = add_mail(inbox, {});
    events.push_back(event);
  }
  on_queue([&] { mailbox->post(events); });
  const auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, TableEvent::changed);
  deliver(inbox, {});
  EXPECT_TRUE(client->notifications().empty()) << "until the client has read the table again";
  client->call<rop::SeekRow>({}, table);
  EXPECT_EQ(client->call<rop::QueryPosition>({}, table)->denominator, 301U);
  deliver(inbox, {});
  EXPECT_EQ(client->notifications().size(), 1U);
}

TEST_F(Notifications, AFullQueueEndsInTableChanged) {
  ContextLimits limits;
  limits.queued_notifications = 5;
  client = std::make_unique<Client>(connect(limits));
  const auto table = watch();
  for (int i = 0; i < 20; ++i) deliver(inbox, {});
  std::vector<rop::Notify::Response> notes = client->notifications();
  ASSERT_EQ(notes.size(), 6U);
  EXPECT_EQ(notes.back().data.table_event, TableEvent::changed);
  EXPECT_EQ(notes.back().handle, table);
}

TEST_F(Notifications, WhatDoesNotFitIsPending) {
  watch();
  for (int i = 0; i < 50; ++i) deliver(inbox, {.subject = std::string(200, 's')});
  const auto answer = client->send({}, {}, 2000);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rops.size(), 1U);
  EXPECT_EQ(answer->rops[0].id, rop::Pending::kId);
  EXPECT_EQ(client->notifications().size(), 50U);
}

TEST_F(Notifications, WaitingEndsWithTheNextEventAndIsNeverLost) {
  EXPECT_FALSE(client->wait_for_events(std::chrono::milliseconds(0)));
  client->subscribe(rop::kNotifyNewMail);
  auto waiting =
      boost::asio::co_spawn(loop.executor(), client->context()->wait_for_events(Wait::upto(std::chrono::seconds(30))),
                            boost::asio::use_future);
  deliver(inbox, {});
  EXPECT_TRUE(waiting.get());
  EXPECT_TRUE(client->wait_for_events(std::chrono::milliseconds(0))) << "what was queued before counts";
  EXPECT_EQ(client->notifications().size(), 1U);
  EXPECT_FALSE(client->wait_for_events(std::chrono::milliseconds(0)));
  CancelSource cancel;
  cancel.cancel();
  EXPECT_FALSE(loop.run(client->context()->wait_for_events(Wait::upto(std::chrono::seconds(30), cancel.token()))));
}

TEST_F(Notifications, SessionsThatAreGoneHearNothing) {
  client->subscribe(rop::kNotifyNewMail);
  client.reset();
  on_queue([&] { EXPECT_TRUE(mailbox->listeners_.empty()); });
  deliver(inbox, {});
}

}  // namespace
}  // namespace oxb::session
