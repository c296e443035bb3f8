// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/appointment.h"

#include "convert/global_object_id.h"
#include "convert/timezone_blob.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"
#include "tests/convert_pim/calendar_text.h"

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;

TEST(Appointment, ASingleEvent) {
  const auto content = appointment(R"(UID:one@example.com
DTSTART;TZID=Europe/Berlin:20260706T090000
DTEND;TZID=Europe/Berlin:20260706T103000
SUMMARY:Jour fixe
LOCATION:R 2\, Haus 1
DESCRIPTION:first\nsecond
CATEGORIES:Work,Blue
PRIORITY:1
COLOR:red
SEQUENCE:2
CREATED:20260101T080000Z
LAST-MODIFIED:20260102T080000Z
URL:https://example.com/x
GEO:48.1;11.5)");
  EXPECT_EQ(tagged<std::string>(content, tag::kMessageClass), "IPM.Appointment");
  EXPECT_EQ(tagged<std::string>(content, tag::kSubject), "Jour fixe");
  EXPECT_EQ(tagged<std::string>(content, tag::kBody), "first\r\nsecond");
  EXPECT_EQ(named<std::string>(content, lid::kLocation), "R 2, Haus 1");
  for (const auto& property : {lid::kAppointmentStartWhole, lid::kCommonStart, lid::kClipStart})
    EXPECT_EQ(time_of(content, property), instant(2026, 7, 6, 7));
  for (const auto& property : {lid::kAppointmentEndWhole, lid::kCommonEnd, lid::kClipEnd})
    EXPECT_EQ(time_of(content, property), instant(2026, 7, 6, 8, 30));
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentDuration), 90);
  EXPECT_EQ(named<bool>(content, lid::kAppointmentSubType), false);
  EXPECT_EQ(named<std::int32_t>(content, lid::kBusyStatus), 2);
  EXPECT_EQ(named<bool>(content, lid::kRecurring), false);
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentStateFlags), 0);
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 0);
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentSequence), 2);
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentColor), 1);
  EXPECT_EQ(tagged<std::int32_t>(content, tag::kImportance), 2);
  EXPECT_EQ(tagged<std::int32_t>(content, tag::kIconIndex), 0x400);
  EXPECT_EQ((named<std::vector<std::string>>(content, mapi::named::kKeywords)),
            (std::vector<std::string>{"Work", "Blue"}));
  EXPECT_EQ(named<Bytes>(content, lid::kGlobalObjectId), global_object_id("one@example.com"));
  EXPECT_EQ(named<Bytes>(content, lid::kCleanGlobalObjectId), global_object_id("one@example.com"));
  EXPECT_EQ(named<std::string>(content, mapi::named::kLocationUrl), "https://example.com/x");
  EXPECT_FALSE(tagged<std::string>(content, tag::kSentRepresentingName).empty());
  EXPECT_TRUE(content.recipients.empty()) << "recipients would make a meeting of it";
  const auto zone =
      mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionStartDisplay));
  ASSERT_TRUE(zone) << zone.error().what;
  EXPECT_EQ(zone->header.key_name, "W. Europe Standard Time");
  EXPECT_EQ(best_zone(hint_of(*zone), ""), "Europe/Berlin");
}

TEST(Appointment, BusyStatusAndPrivacy) {
  const auto with = [](std::string_view more) {
    return appointment("UID:1\nDTSTART:20260706T090000Z\nDTEND:20260706T100000Z\n" + std::string(more));
  };
  EXPECT_EQ(named<std::int32_t>(with("TRANSP:TRANSPARENT"), lid::kBusyStatus), 0);
  EXPECT_EQ(named<std::int32_t>(with("STATUS:TENTATIVE"), lid::kBusyStatus), 1);
  EXPECT_EQ(named<std::int32_t>(with("X-MICROSOFT-CDO-BUSYSTATUS:OOF"), lid::kBusyStatus), 3);
  EXPECT_EQ(named<std::int32_t>(with("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"), lid::kBusyStatus), 4);
  EXPECT_EQ(named<std::int32_t>(with("STATUS:CANCELLED"), lid::kAppointmentStateFlags), 4);
  EXPECT_EQ(named<bool>(with("CLASS:PRIVATE"), lid::kPrivate), true);
  EXPECT_EQ(tagged<std::int32_t>(with("CLASS:CONFIDENTIAL"), tag::kSensitivity), 2);
  EXPECT_EQ(named<bool>(with("CLASS:PUBLIC"), lid::kPrivate), false);
}

// F13: all-day events are whole days of the user's zone, on days of 23 or 25 hours too, and never two days.
TEST(Appointment, F13AllDayEventsAreWholeLocalDays) {
  auto content = appointment("UID:1\nDTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260707");
  EXPECT_EQ(named<bool>(content, lid::kAppointmentSubType), true);
  EXPECT_EQ(time_of(content, lid::kAppointmentStartWhole), instant(2026, 7, 5, 22));
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 7, 6, 22));
  content = appointment("UID:1\nDTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330");  // 23 hours
  EXPECT_EQ(time_of(content, lid::kAppointmentStartWhole), instant(2026, 3, 28, 23));
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 3, 29, 22));
  content = appointment("UID:1\nDTSTART;VALUE=DATE:20261025");  // 25 hours, and no end
  EXPECT_EQ(time_of(content, lid::kAppointmentStartWhole), instant(2026, 10, 24, 22));
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 10, 25, 23));
  content =
      appointment("UID:1\nDTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260706");  // an end that is not exclusive
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 7, 6, 22));
  const auto zone =
      mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionStartDisplay));
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->header.key_name, "W. Europe Standard Time");
}

TEST(Appointment, StartAndEndInDifferentZones) {
  const auto content = appointment(R"(UID:flight
DTSTART;TZID=Europe/Berlin:20260706T100000
DTEND;TZID=America/New_York:20260706T130000)");
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 7, 6, 17));
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentDuration), 540);
  const auto end =
      mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionEndDisplay));
  EXPECT_EQ(end->header.key_name, "Eastern Standard Time");
}

// F4, F5: what identifies an event is its UID alone; moved, renamed and re-sent it stays the same item.
TEST(Appointment, F4ARescheduledEventKeepsItsIdentity) {
  const auto before = appointment("UID:m@example.com\nDTSTART:20260706T090000Z\nDTEND:20260706T100000Z\nSUMMARY:A");
  const auto after =
      appointment("UID:m@example.com\nDTSTART:20260801T120000Z\nDTEND:20260801T130000Z\nSUMMARY:B\nSEQUENCE:1");
  EXPECT_EQ(named<Bytes>(before, lid::kGlobalObjectId), named<Bytes>(after, lid::kGlobalObjectId));
  EXPECT_EQ(tagged<std::int32_t>(before, tag::kOwnerAppointmentId),
            tagged<std::int32_t>(after, tag::kOwnerAppointmentId));
}

constexpr std::string_view kMeeting = R"(UID:meeting
DTSTART:20260706T090000Z
DTEND:20260706T100000Z
SUMMARY:Plan
LOCATION:R 1
)";

model::Attendee person(std::string entity, std::string name, std::string email) {
  model::Attendee attendee;
  attendee.entity = RemoteId{std::move(entity)};
  attendee.name = std::move(name);
  attendee.email = std::move(email);
  return attendee;
}

TEST(Appointment, TheOrganizersCopyOfAMeeting) {
  auto event = *events(kMeeting).front().master;
  event.organizer = person("3", "Anna Berger", "anna@example.com");
  auto self = *event.organizer;
  self.status = model::Attendee::Status::accepted;
  auto bert = person("4", "Bert", "bert@example.com");
  bert.status = model::Attendee::Status::declined;
  auto ext = person("", "Ext", "ext@example.org");
  ext.role = model::Attendee::Role::optional;
  auto room = person("1", "Room 1", "room1@example.com");
  room.kind = model::Attendee::Kind::resource;
  room.status = model::Attendee::Status::accepted;
  auto group = person("7", "Everybody", "");
  group.kind = model::Attendee::Kind::group;
  event.attendees = {self, bert, ext, room, group};
  const auto content = *appointment_from_event({event, {}}, test_context());
  check_content(content);
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentStateFlags), 1);
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 1);
  EXPECT_EQ(named<bool>(content, lid::kFInvited), true);
  EXPECT_EQ(tagged<std::int32_t>(content, tag::kIconIndex), 0x402);
  EXPECT_EQ(named<std::string>(content, lid::kAllAttendeesString), "Bert Cole; Ext; Room 1");
  EXPECT_EQ(named<std::string>(content, lid::kToAttendeesString), "Bert Cole");
  EXPECT_EQ(named<std::string>(content, lid::kCcAttendeesString), "Ext");
  ASSERT_EQ(content.recipients.size(), 4U);
  const auto number = [&](std::size_t i, mapi::PropTag property) {
    return *content.recipients[i].properties.get<std::int32_t>(property);
  };
  EXPECT_EQ(number(0, tag::kRecipientFlags), 3);  // [MS-OXOCAL] 2.2.4.10.1: organiser
  EXPECT_EQ(number(1, tag::kRecipientFlags), 1);
  EXPECT_EQ(number(1, tag::kRecipientType), 1);
  EXPECT_EQ(number(2, tag::kRecipientType), 2);
  EXPECT_EQ(number(3, tag::kRecipientType), 3);
  EXPECT_EQ(number(1, tag::kRecipientTrackStatus), 4);
  EXPECT_EQ(number(2, tag::kRecipientTrackStatus), 0);
  EXPECT_EQ(number(3, tag::kRecipientTrackStatus), 3);
  EXPECT_EQ(*content.recipients[1].properties.get<std::string>(tag::kAddressType), "EX");
  EXPECT_EQ(*content.recipients[1].properties.get<std::string>(tag::kSmtpAddress), "bert@example.com");
  EXPECT_TRUE(std::holds_alternative<mapi::AddressBookEntryId>(
      *mapi::parse_entry_id(*content.recipients[1].properties.get<Bytes>(tag::kEntryId))));
  EXPECT_EQ(*content.recipients[2].properties.get<std::string>(tag::kAddressType), "SMTP");
}

TEST(Appointment, AnAttendeesCopyOfAMeeting) {
  auto event = *events(kMeeting).front().master;
  event.organizer = person("", "Boss", "boss@example.org");
  auto self = person("3", "Anna Berger", "anna@example.com");
  auto other = person("4", "Bert", "bert@example.com");
  other.status = model::Attendee::Status::accepted;
  event.attendees = {self, other};
  auto content = *appointment_from_event({event, {}}, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentStateFlags), 3);
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 5);
  EXPECT_EQ(named<std::int32_t>(content, lid::kBusyStatus), 1) << "tentative until answered";
  EXPECT_EQ(named<std::int32_t>(content, lid::kIntendedBusyStatus), 2);
  EXPECT_EQ(named<bool>(content, lid::kFInvited), false);
  EXPECT_EQ(tagged<std::string>(content, tag::kSentRepresentingName), "Boss");
  for (const auto& recipient : content.recipients)
    EXPECT_EQ(*recipient.properties.get<std::int32_t>(tag::kRecipientTrackStatus), 0)
        << "answers are the organiser's business";
  event.attendees[0].status = model::Attendee::Status::accepted;
  content = *appointment_from_event({event, {}}, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 3);
  EXPECT_EQ(named<std::int32_t>(content, lid::kBusyStatus), 2);
  event.attendees[0].status = model::Attendee::Status::declined;
  content = *appointment_from_event({event, {}}, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 4);
}

TEST(Appointment, AnAppointmentWithNobodyElseIsNoMeeting) {
  auto event = *events(kMeeting).front().master;
  event.organizer = person("3", "Anna Berger", "anna@example.com");
  event.attendees = {*event.organizer};
  event.flags = {"organizer", "accepted"};
  const auto content = *appointment_from_event({event, {}}, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentStateFlags), 0);
  EXPECT_TRUE(content.recipients.empty());
}

// In somebody else's calendar the copy is that person's, not the reader's.
TEST(Appointment, ASharedCalendarShowsItsOwnersCopy) {
  auto event = *events(kMeeting).front().master;
  event.organizer = person("3", "Anna Berger", "anna@example.com");
  auto bert = person("4", "Bert", "bert@example.com");
  bert.status = model::Attendee::Status::tentative;
  event.attendees = {*event.organizer, bert};
  event.calendar_user = RemoteId{"4"};
  const auto content = *appointment_from_event({event, {}}, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kAppointmentStateFlags), 3);
  EXPECT_EQ(named<std::int32_t>(content, lid::kResponseStatus), 2);
}

// F24: attachments are part of the item.
TEST(Appointment, F24AttachmentsAreKept) {
  const auto content = appointment(R"(UID:1
DTSTART:20260706T090000Z
DTEND:20260706T100000Z
ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=notes.txt:aGVsbG8=
ATTACH;FMTTYPE=application/pdf:https://example.com/files/agenda.pdf?x=1)");
  ASSERT_EQ(content.attachments.size(), 2U);
  EXPECT_EQ(*content.attachments[0].properties.get<Bytes>(tag::kAttachDataBinary), to_bytes("hello"));
  EXPECT_EQ(*content.attachments[0].properties.get<std::string>(tag::kAttachLongFilename), "notes.txt");
  EXPECT_EQ(*content.attachments[1].properties.get<std::string>(tag::kAttachLongFilename), "agenda.pdf");
  EXPECT_EQ(*content.attachments[1].properties.get<std::string>(tag::kAttachLongPathname),
            "https://example.com/files/agenda.pdf?x=1");
  EXPECT_EQ(tagged<bool>(content, tag::kHasAttachments), true);
}

// F32: names and texts of all scripts, and files that are not UTF-8.
TEST(Appointment, F32TextIsNotDamaged) {
  auto content = appointment("UID:1\nDTSTART:20260706T090000Z\nSUMMARY:Grüße 東京 🎉\nLOCATION:Zürich");
  EXPECT_EQ(tagged<std::string>(content, tag::kSubject), "Grüße 東京 🎉");
  content = appointment(
      "UID:1\nDTSTART:20260706T090000Z\nSUMMARY:Gr\xFC\xDF"
      "e");
  EXPECT_EQ(tagged<std::string>(content, tag::kSubject), "Grüße");
}

TEST(Appointment, AnInvitationToOneOccurrenceIsASingleAppointment) {
  const auto all = events(R"(UID:series
RECURRENCE-ID;TZID=Europe/Berlin:20260713T090000
DTSTART;TZID=Europe/Berlin:20260713T110000
DTEND;TZID=Europe/Berlin:20260713T120000
SUMMARY:Just this one)");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all.front().master);
  const auto content = *appointment_from_event(all.front(), test_context());
  check_content(content);
  EXPECT_EQ(named<bool>(content, lid::kRecurring), false);
  EXPECT_EQ(named<bool>(content, lid::kIsException), true);
  EXPECT_EQ(named<Bytes>(content, lid::kGlobalObjectId), global_object_id("series", model::Date{2026, 7, 13}));
  EXPECT_EQ(named<Bytes>(content, lid::kCleanGlobalObjectId), global_object_id("series"));
  model::Series two{std::nullopt, {all.front().exceptions.front(), all.front().exceptions.front()}};
  EXPECT_FALSE(appointment_from_event(two, test_context()));
  EXPECT_EQ(split_series(two).size(), 2U);
}

TEST(Appointment, Reminders) {
  const auto with = [](std::string_view alarm, std::string_view start) {
    return appointment("UID:1\nDTSTART:" + std::string(start) + "\nDURATION:PT1H\n" + std::string(alarm));
  };
  const std::string quarter = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nEND:VALARM";
  auto content = with(quarter, "20260706T090000Z");
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), true);
  EXPECT_EQ(named<std::int32_t>(content, lid::kReminderDelta), 15);
  EXPECT_EQ(time_of(content, lid::kReminderTime), instant(2026, 7, 6, 9));
  EXPECT_EQ(time_of(content, lid::kReminderSignalTime), instant(2026, 7, 6, 8, 45));
  content = with(quarter, "20260101T090000Z");
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), false) << "past events do not ring";
  content = with("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nACKNOWLEDGED:20260706T084600Z\nEND:VALARM",
                 "20260706T090000Z");
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), false) << "dismissed";
  content = with("BEGIN:VALARM\nACTION:EMAIL\nTRIGGER:-PT15M\nEND:VALARM", "20260706T090000Z");
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), false) << "mails are the backend's";
  content = with("BEGIN:VALARM\nACTION:AUDIO\nTRIGGER;RELATED=END:-PT90M\nEND:VALARM", "20260706T090000Z");
  EXPECT_EQ(named<std::int32_t>(content, lid::kReminderDelta), 30);
}

TEST(Appointment, WhatIsNoEventIsRefused) {
  EXPECT_FALSE(appointment_from_event({}, test_context()));
  model::Event event;
  event.start.date = {2026, 2, 30};
  auto refused = appointment_from_event({event, {}}, test_context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::malformed);
  event.start = zoned(2026, 1, 1, 9, 0, "Mars/Olympus");
  refused = appointment_from_event({event, {}}, test_context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_found);
}

}  // namespace
}  // namespace oxb::convert
