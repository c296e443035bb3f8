// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the model holds survives being written as JSON and read again.
#include "format/oxjson/contact.h"
#include "format/oxjson/event.h"
#include "format/oxjson/folder.h"
#include "format/oxjson/json.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <random>

namespace oxb::oxjson {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  bool coin() { return number(0, 1) == 1; }
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  std::string text() {
    static const std::vector<std::string> kParts = {
        "a", "B", " ", "\xc3\xa4", "\xf0\x9f\x98\x80", "\"", "\\", "\n", "\t", "{", "0", "null", "</x>"};
    std::string out = "t";
    for (auto n = number(0, 6); n > 0; --n)
      out += kParts[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(kParts.size()) - 1))];
    return out;
  }
  std::string maybe() { return coin() ? text() : ""; }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    for (auto n = number(0, 3); n > 0; --n) out.push_back(text());
    return out;
  }
  std::vector<std::string> words() {  // without commas and blanks at the ends
    std::vector<std::string> out;
    for (auto n = number(0, 3); n > 0; --n) out.push_back("w" + std::to_string(number(0, 99)));
    return out;
  }
  std::optional<Instant> instant() {
    if (coin()) return {};
    return from_unix_ms(number(-2'000'000'000'000, 4'000'000'000'000));
  }
  std::optional<std::int32_t> small() {
    if (coin()) return {};
    return static_cast<std::int32_t>(number(-5, 100));
  }
  RemoteId id() { return RemoteId{std::to_string(number(1, 99999))}; }
  RemoteId maybe_id() { return coin() ? id() : RemoteId{}; }
  model::Date date() {
    return {static_cast<std::int16_t>(number(1, 9999)), static_cast<std::uint8_t>(number(1, 12)),
            static_cast<std::uint8_t>(number(1, 28))};
  }
  model::DateTime time(model::DateTime::Kind kind) {
    model::DateTime out;
    out.kind = kind;
    out.date = date();
    if (kind == model::DateTime::Kind::date) return out;
    out.hour = static_cast<std::uint8_t>(number(0, 23));
    out.minute = static_cast<std::uint8_t>(number(0, 59));
    out.second = static_cast<std::uint8_t>(number(0, 59));
    if (kind == model::DateTime::Kind::zoned) out.zone = coin() ? "Europe/Berlin" : "America/Argentina/Buenos_Aires";
    return out;
  }
  model::DateTime::Kind time_kind() { return static_cast<model::DateTime::Kind>(number(0, 3)); }
  model::Version version() { return model::Version{std::to_string(number(1, 2'000'000'000'000))}; }
  model::RawFields raw() {
    model::RawFields out;
    if (coin()) out["x-unknown"] = json::serialize(json::value(text()));
    if (coin()) out["x-more"] = R"({"a":[1,2.5E0,null,true]})";
    return out;
  }

 private:
  std::mt19937 engine_;
};

model::Attendee random_attendee(Dice& dice) {
  model::Attendee out;
  out.kind = static_cast<model::Attendee::Kind>(dice.number(0, 4));
  out.status = static_cast<model::Attendee::Status>(dice.number(0, 4));
  out.role = static_cast<model::Attendee::Role>(dice.number(0, 3));
  out.entity = dice.maybe_id();
  out.uri = "mailto:" + dice.text();
  out.email = dice.maybe();
  out.name = dice.maybe();
  out.comment = dice.maybe();
  if (dice.coin()) out.sent_by = "mailto:" + dice.text();
  out.rsvp = dice.coin();
  out.folder = dice.maybe_id();
  out.member_of = dice.texts();
  out.raw = dice.raw();
  return out;
}

model::Event random_event(Dice& dice) {
  model::Event e;
  e.id = dice.id();
  e.folder = RemoteId{"cal://0/" + dice.id().value};
  e.series = dice.maybe_id();
  e.uid = dice.text();
  e.version = dice.version();
  e.sequence = static_cast<std::int32_t>(dice.number(0, 9));
  e.created = dice.instant();
  e.modified = dice.instant();
  e.summary = dice.maybe();
  e.location = dice.maybe();
  e.description = dice.maybe();
  e.description_html = dice.maybe();
  const auto kind = dice.time_kind();
  e.start = dice.time(kind);
  e.end = dice.time(kind);
  e.classification = static_cast<model::Event::Class>(dice.number(0, 2));
  e.transparent = dice.coin();
  e.status = static_cast<model::Event::Status>(dice.number(0, 3));
  if (dice.coin()) e.busy_status = "OOF";
  e.priority = dice.small();
  e.categories = dice.texts();
  e.color = dice.maybe();
  e.url = dice.maybe();
  if (dice.coin()) e.geo = "1.5;-2.25";
  if (dice.coin()) e.recurrence_rule = "FREQ=DAILY";
  if (dice.coin()) e.recurrence_id = dice.time(dice.time_kind());
  for (auto* list : {&e.deleted_occurrences, &e.changed_occurrences, &e.extra_occurrences}) {
    for (auto n = dice.number(0, 2); n > 0; --n) list->push_back(dice.time(dice.time_kind()));
  }
  if (dice.coin()) {
    e.organizer = random_attendee(dice);
    *e.organizer = model::Attendee{};
    e.organizer->role = model::Attendee::Role::chair;
    e.organizer->uri = "mailto:" + dice.text();
    e.organizer->entity = dice.maybe_id();
  }
  for (auto n = dice.number(0, 3); n > 0; --n) e.attendees.push_back(random_attendee(dice));
  for (auto n = dice.number(0, 2); n > 0; --n) {
    model::Alarm alarm;
    alarm.action = static_cast<model::Alarm::Action>(dice.number(0, 2));
    alarm.id = dice.id();
    alarm.uid = dice.maybe();
    alarm.description = dice.maybe();
    alarm.related_to = dice.maybe();
    const auto seconds = std::chrono::seconds(dice.number(-700'000, 700'000));
    switch (dice.number(0, 2)) {
      case 0:
        alarm.before_start = seconds;
        break;
      case 1:
        alarm.before_end = seconds;
        break;
      default:
        alarm.at = from_unix_ms(dice.number(0, 2'000'000'000) * 1000);
        break;
    }
    alarm.acknowledged = dice.instant();
    e.alarms.push_back(alarm);
  }
  e.flags = dice.words();
  e.raw = dice.raw();
  return e;
}

TEST(OxProperty, EventsSurvive) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Dice dice(seed);
    const auto event = random_event(dice);
    const auto text = json::serialize(json_of(event, Form::full));
    const auto again = event_of(parse(text).value().get_object());
    ASSERT_TRUE(again) << seed << text;
    EXPECT_EQ(json::serialize(json_of(*again, Form::full)), text) << seed;
    EXPECT_EQ(again->start, event.start);
    EXPECT_EQ(again->end, event.end);
    EXPECT_EQ(again->recurrence_id, event.recurrence_id);
    EXPECT_EQ(again->changed_occurrences, event.changed_occurrences);
    EXPECT_EQ(again->summary, event.summary);
    EXPECT_EQ(again->description_html, event.description_html);
    EXPECT_EQ(again->busy_status, event.busy_status);
    EXPECT_EQ(again->status, event.status);
    EXPECT_EQ(again->geo, event.geo);
    EXPECT_EQ(again->priority, event.priority);
    ASSERT_EQ(again->attendees.size(), event.attendees.size());
    for (std::size_t i = 0; i < event.attendees.size(); ++i) {
      auto read = again->attendees[i];
      read.raw.erase("partStat");  // kept where a default is spelt out
      EXPECT_EQ(read, event.attendees[i]) << seed << json::serialize(json_of(event, Form::full));
    }
    EXPECT_EQ(again->alarms, event.alarms) << seed << text;
    for (const auto& [field, raw] : event.raw) EXPECT_EQ(again->raw.at(field), raw);
    if (HasFailure()) return;
  }
}

TEST(OxProperty, ContactsAndListsSurvive) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Dice dice(seed);
    model::Contact contact;
    contact.id = dice.id();
    contact.folder = RemoteId{"con://0/" + dice.id().value};
    contact.uid = dice.maybe();
    contact.version = dice.version();
    contact.modified = from_unix_ms(std::stoll(contact.version.value));
    contact.created = dice.instant();
    for (auto& text : contact.text) text = dice.maybe();
    if (dice.coin()) contact.birthday = dice.date();
    if (dice.coin()) contact.anniversary = dice.date();
    contact.categories = dice.words();
    contact.secret = dice.coin();
    contact.default_address = dice.small();
    contact.color_label = dice.small();
    contact.user = dice.maybe_id();
    contact.created_by = dice.maybe_id();
    contact.raw = dice.raw();
    const auto text = json::serialize(json_of(contact, Form::full));
    const auto read = contact_of(parse(text).value().get_object());
    ASSERT_TRUE(read) << text;
    const auto& again = std::get<model::Contact>(*read);
    EXPECT_EQ(again.text, contact.text) << seed;
    EXPECT_EQ(again.birthday, contact.birthday);
    EXPECT_EQ(again.anniversary, contact.anniversary);
    EXPECT_EQ(again.categories, contact.categories);
    EXPECT_EQ(again.version, contact.version);
    EXPECT_EQ(again.modified, contact.modified);
    EXPECT_EQ(again.raw, contact.raw);
    EXPECT_EQ(json::serialize(json_of(again, Form::full)), text) << seed;
    // What a client sends to make the contact says the same, but for what servers compute.
    const auto sent = plain_contact_of(json_of(contact, Form::writable)).value();
    auto wanted = contact.text;
    wanted[static_cast<std::size_t>(model::ContactField::sort_name)].clear();
    EXPECT_EQ(sent.text, wanted);
    if (HasFailure()) return;

    model::DistributionList list;
    list.id = contact.id;
    list.folder = contact.folder;
    list.version = contact.version;
    list.name = dice.text();
    list.note = dice.maybe();
    for (auto n = dice.number(0, 4); n > 0; --n) {
      model::DistributionList::Member member;
      member.kind = static_cast<model::DistributionList::Member::Kind>(dice.number(0, 3));
      member.contact = dice.maybe_id();
      member.contact_folder = dice.maybe_id();
      member.name = dice.maybe();
      member.email = dice.maybe();
      list.members.push_back(member);
    }
    const auto list_read = contact_of(json_of(list, Form::full));
    ASSERT_TRUE(list_read);
    EXPECT_EQ(std::get<model::DistributionList>(*list_read).members, list.members);
    EXPECT_EQ(std::get<model::DistributionList>(*list_read).name, list.name);
  }
}

TEST(OxProperty, TasksSurvive) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Dice dice(seed);
    model::Task task;
    task.id = dice.id();
    task.folder = dice.id();
    task.uid = dice.maybe();
    task.version = dice.version();
    task.modified = from_unix_ms(std::stoll(task.version.value));
    task.created = dice.instant();
    task.title = dice.maybe();
    task.note = dice.maybe();
    task.start = dice.instant();
    task.end = dice.instant();
    task.full_time = dice.coin();
    task.status = dice.small();
    task.percent_completed = dice.small();
    task.priority = dice.small();
    task.date_completed = dice.instant();
    task.alarm = dice.instant();
    if (dice.coin()) task.target_duration = dice.number(0, 1'000'000);
    if (dice.coin()) task.actual_costs = "-9999999999.99";
    if (dice.coin()) task.target_costs = "12";
    task.currency = dice.maybe();
    task.companies = dice.maybe();
    task.categories = dice.words();
    task.secret = dice.coin();
    task.organizer = dice.maybe();
    task.recurrence.type = static_cast<model::TaskRecurrence::Type>(dice.number(0, 4));
    if (task.recurrence.type != model::TaskRecurrence::Type::none) {
      task.recurrence.interval = static_cast<std::int32_t>(dice.number(1, 9));
      task.recurrence.days = static_cast<std::int32_t>(dice.number(0, 127));
      task.recurrence.day_in_month = static_cast<std::int32_t>(dice.number(0, 31));
      if (task.recurrence.type == model::TaskRecurrence::Type::yearly)
        task.recurrence.month = static_cast<std::int32_t>(dice.number(0, 11));
      task.recurrence.until = dice.instant();
      if (dice.coin()) task.recurrence.occurrences = static_cast<std::int32_t>(dice.number(1, 99));
    }
    for (auto n = dice.number(0, 3); n > 0; --n) {
      model::TaskParticipant participant;
      participant.kind = static_cast<model::TaskParticipant::Kind>(dice.number(0, 3));
      if (participant.kind == model::TaskParticipant::Kind::user) {
        participant.confirmation = static_cast<model::TaskParticipant::Confirmation>(dice.number(0, 3));
      }
      participant.entity = dice.maybe_id();
      participant.name = dice.maybe();
      participant.email = dice.maybe();
      participant.message = dice.maybe();
      task.participants.push_back(participant);
    }
    task.raw = dice.raw();
    const auto text = json::serialize(json_of(task, Form::full));
    const auto again = task_of(parse(text).value().get_object());
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(json::serialize(json_of(*again, Form::full)), text) << seed;
    EXPECT_EQ(again->recurrence, task.recurrence) << seed;
    EXPECT_EQ(again->participants, task.participants) << seed;
    EXPECT_EQ(again->actual_costs, task.actual_costs);
    EXPECT_EQ(again->target_costs, task.target_costs);
    EXPECT_EQ(again->start, task.start);
    EXPECT_EQ(again->alarm, task.alarm);
    EXPECT_EQ(again->raw, task.raw);
    if (HasFailure()) return;
  }
}

TEST(OxProperty, EveryRightSurvives) {
  for (int folder = 0; folder < 4; ++folder) {
    for (int read = 0; read < 3; ++read) {
      for (int write = 0; write < 3; ++write) {
        for (int remove = 0; remove < 3; ++remove) {
          for (const bool admin : {false, true}) {
            const model::Rights rights{
                static_cast<model::Rights::FolderLevel>(folder), static_cast<model::Rights::ItemLevel>(read),
                static_cast<model::Rights::ItemLevel>(write), static_cast<model::Rights::ItemLevel>(remove), admin};
            EXPECT_EQ(rights_of(bits_of(rights)), rights);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace oxb::oxjson
