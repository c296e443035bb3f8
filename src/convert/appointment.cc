// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/appointment.h"

#include "base/text.h"
#include "convert/appointment_parts.h"
#include "convert/global_object_id.h"
#include "convert/timezone_blob.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace oxb::convert {
namespace detail {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using model::Attendee;
using model::Event;
using std::chrono::days;
using std::chrono::minutes;

constexpr std::int32_t kMeeting = 1, kReceived = 2, kCancelled = 4;  // PidLidAppointmentStateFlags
constexpr std::int32_t kFree = 0, kTentative = 1, kBusy = 2, kOutOfOffice = 3, kElsewhere = 4;  // PidLidBusyStatus
constexpr std::int32_t kNone = 0, kOrganized = 1, kRespondedTentative = 2, kAccepted = 3, kDeclined = 4,
                       kNotResponded = 5;  // PidLidResponseStatus

bool same_person(const Attendee& a, const Attendee& b) {
  if (!a.entity.value.empty() && a.kind == b.kind && a.entity == b.entity) return true;
  return !a.email.empty() && ascii_iequals(a.email, b.email);
}

// Whose copy of the event this is: the calendar's owner, who is not the mailbox's owner in a shared calendar.
bool is_self(const Attendee& attendee, const Event& event, const PimContext& context) {
  if (!event.calendar_user.value.empty() && event.calendar_user != context.owner_entity)
    return attendee.kind == Attendee::Kind::individual && attendee.entity == event.calendar_user;
  return is_owner(attendee, context);
}

bool has_flag(const Event& event, std::string_view flag) {
  return std::find(event.flags.begin(), event.flags.end(), flag) != event.flags.end();
}

bool is_organizer(const Event& event, const PimContext& context) {
  if (!event.organizer) return true;
  return is_self(*event.organizer, event, context) || has_flag(event, "organizer") ||
         has_flag(event, "organizer_on_behalf");
}

const Attendee* self_of(const Event& event, const PimContext& context) {
  for (const auto& attendee : event.attendees)
    if (is_self(attendee, event, context)) return &attendee;
  return nullptr;
}

std::int32_t response_of(Attendee::Status status) {
  switch (status) {
    case Attendee::Status::accepted:
      return kAccepted;
    case Attendee::Status::declined:
      return kDeclined;
    case Attendee::Status::tentative:
      return kRespondedTentative;
    default:
      return kNotResponded;
  }
}

std::int32_t response_status_of(const Event& event, const PimContext& context) {
  if (!is_meeting(event, context)) return kNone;
  if (is_organizer(event, context)) return kOrganized;
  const auto* self = self_of(event, context);
  return self == nullptr ? kNotResponded : response_of(self->status);
}

// What the organiser asks for, before the own answer.
std::int32_t intended_busy_status_of(const Event& event) {
  static constexpr std::array<std::pair<std::string_view, std::int32_t>, 5> kNames = {
      {{"FREE", kFree},
       {"TENTATIVE", kTentative},
       {"BUSY", kBusy},
       {"OOF", kOutOfOffice},
       {"WORKINGELSEWHERE", kElsewhere}}};
  for (const auto& [text, value] : kNames)
    if (ascii_iequals(event.busy_status, text)) return value;
  if (event.transparent) return kFree;
  return event.status == Event::Status::tentative ? kTentative : kBusy;
}

RecipientKind recipient_kind_of(const Attendee& attendee) {
  if (attendee.kind == Attendee::Kind::resource || attendee.kind == Attendee::Kind::room) return RecipientKind::bcc;
  const bool optional = attendee.role == Attendee::Role::optional || attendee.role == Attendee::Role::non_participant;
  return optional ? RecipientKind::cc : RecipientKind::to;
}

void append_name(std::string& list, const std::string& name) {
  if (!list.empty()) list += "; ";
  list += name;
}

// The organiser and everybody invited. Groups stand for members that the backend lists one by one.
void set_attendees(mapi::Content& content, const Event& event, const PimContext& context) {
  constexpr std::int32_t kSendable = 1, kOrganizer = 2;
  const bool own = is_organizer(event, context);
  std::string all, to, cc, bcc;
  const auto order = [&] { return static_cast<std::int32_t>(content.recipients.size()); };
  if (event.organizer) {
    auto recipient = recipient_of(person_of(*event.organizer, context), RecipientKind::to);
    recipient.properties.set(tag::kRecipientFlags, std::int32_t{kSendable | kOrganizer});
    recipient.properties.set(tag::kRecipientTrackStatus, kNone);
    recipient.properties.set(tag::kRecipientOrder, order());
    content.recipients.push_back(std::move(recipient));
  }
  for (const auto& attendee : event.attendees) {
    if (event.organizer && same_person(attendee, *event.organizer)) continue;
    const auto person = person_of(attendee, context);
    if (attendee.kind == Attendee::Kind::group && person.email.empty()) continue;
    const auto kind = recipient_kind_of(attendee);
    auto recipient = recipient_of(person, kind);
    recipient.properties.set(tag::kRecipientFlags, kSendable);
    recipient.properties.set(tag::kRecipientOrder, order());
    // Answers are known in the organiser's copy only: in the others they make Outlook report updates.
    const auto response = attendee.status == Attendee::Status::needs_action ? kNone : response_of(attendee.status);
    recipient.properties.set(tag::kRecipientTrackStatus, own ? response : kNone);
    content.recipients.push_back(std::move(recipient));
    const auto& name = person.name.empty() ? person.email : person.name;
    append_name(all, name);
    append_name(kind == RecipientKind::to ? to : kind == RecipientKind::cc ? cc : bcc, name);
  }
  put(content, lid::kAllAttendeesString, all);
  put(content, lid::kToAttendeesString, to);
  put(content, lid::kCcAttendeesString, cc);
  content.properties.set(tag::kDisplayTo, to);
  content.properties.set(tag::kDisplayCc, cc);
  content.properties.set(tag::kDisplayBcc, bcc);
}

void set_meeting(mapi::Content& content, const Event& event, const PimContext& context) {
  const bool meeting = is_meeting(event, context);
  const bool own = is_organizer(event, context);
  std::int32_t state = meeting ? kMeeting : 0;
  if (meeting && !own) state |= kReceived;
  if (event.status == Event::Status::cancelled) state |= kCancelled;
  put(content, lid::kAppointmentStateFlags, state);
  put(content, lid::kResponseStatus, response_status_of(event, context));
  put(content, lid::kFInvited, meeting && own);
  put(content, lid::kAppointmentNotAllowPropose, false);
  const auto self = owner_of(context);
  const auto organizer = event.organizer ? person_of(*event.organizer, context) : self;
  set_sender(content, organizer, organizer);
  if (!meeting) return;
  set_attendees(content, event, context);
  put(content, lid::kWhere, event.location);
  const auto* attendee = self_of(event, context);
  const bool rsvp = attendee == nullptr || attendee->rsvp || attendee->status == Attendee::Status::needs_action;
  content.properties.set(tag::kResponseRequested, rsvp);
  content.properties.set(tag::kReplyRequested, rsvp);
  if (event.modified) {
    put(content, lid::kOwnerCriticalChange, mapi::file_time(*event.modified));
    if (!own && attendee != nullptr && attendee->status != Attendee::Status::needs_action)
      put(content, lid::kAppointmentReplyTime, mapi::file_time(*event.modified));
  }
}

void set_place(mapi::Content& content, const Event& event) {
  put(content, lid::kLocation, event.location);
  put(content, lid::kAutoFillLocation, false);
  if (!event.url.empty()) put(content, mapi::named::kLocationUrl, event.url);
  const auto semicolon = event.geo.find(';');
  if (semicolon == std::string::npos) return;
  const auto number = [](std::string_view text, double& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  double latitude = 0, longitude = 0;
  const std::string_view geo = event.geo;
  if (!number(trim(geo.substr(0, semicolon)), latitude) || !number(trim(geo.substr(semicolon + 1)), longitude)) return;
  const auto name = [](std::string_view text) {
    return mapi::PropertyName{mapi::set::kPublicStrings, std::string(text)};
  };
  put(content, name("urn:schemas:calendar:geolatitude"), latitude);  // [MS-XWDCAL] 2.2.2
  put(content, name("urn:schemas:calendar:geolongitude"), longitude);
}

Result<void> set_time(mapi::Content& content, const Event& event, const EventTimes& times) {
  const auto start = mapi::file_time(times.start), end = mapi::file_time(times.end);
  for (const auto& property : {lid::kAppointmentStartWhole, lid::kCommonStart, lid::kClipStart})
    put(content, property, start);
  for (const auto& property : {lid::kAppointmentEndWhole, lid::kCommonEnd, lid::kClipEnd}) put(content, property, end);
  content.properties.set(tag::kStartDate, start);
  content.properties.set(tag::kEndDate, end);
  put(content, lid::kAppointmentDuration,
      static_cast<std::int32_t>(
          std::clamp<std::int64_t>(std::chrono::floor<minutes>(times.end - times.start).count(), 0, 0x7FFF'FFFF)));
  put(content, lid::kAppointmentSubType, event.all_day());
  const int year = date_of(std::chrono::floor<days>(times.local_start)).year;
  OXB_TRY(const auto blobs, zone_blobs(*times.zone, year, year));
  put(content, lid::kAppointmentTimeZoneDefinitionStartDisplay, blobs.display);
  OXB_TRY(const auto end_blobs, zone_blobs(*times.end_zone, year, year));
  put(content, lid::kAppointmentTimeZoneDefinitionEndDisplay, end_blobs.display);
  return {};
}

void set_identity(mapi::Content& content, const Event& event, std::optional<model::Date> instance) {
  put(content, lid::kGlobalObjectId, global_object_id(event.uid, instance));
  put(content, lid::kCleanGlobalObjectId, global_object_id(event.uid));
  put(content, lid::kIsException, instance.has_value());
  put(content, mapi::named::kCalendarUid, event.uid);
  content.properties.set(tag::kOwnerAppointmentId, owner_appointment_id(event.uid));
}

std::int32_t importance_of(const Event& event) {
  if (!event.priority || *event.priority < 1 || *event.priority > 9) return 1;
  return *event.priority < 5 ? 2 : *event.priority == 5 ? 1 : 0;
}

}  // namespace

std::int32_t color_of(std::string_view css) {
  struct Color {
    std::string_view name;
    int red, green, blue;
    std::int32_t label;  // PidLidAppointmentColor [MS-OXOCAL] 2.2.1.50
  };
  static constexpr std::array kColors = {
      Color{"red", 255, 0, 0, 1},      Color{"blue", 0, 0, 255, 2},      Color{"green", 0, 128, 0, 3},
      Color{"gray", 128, 128, 128, 4}, Color{"grey", 128, 128, 128, 4},  Color{"orange", 255, 165, 0, 5},
      Color{"cyan", 0, 255, 255, 6},   Color{"olive", 128, 128, 0, 7},   Color{"purple", 128, 0, 128, 8},
      Color{"teal", 0, 128, 128, 9},   Color{"yellow", 255, 255, 0, 10}, Color{"lime", 0, 255, 0, 3},
      Color{"navy", 0, 0, 128, 2},     Color{"magenta", 255, 0, 255, 8}, Color{"pink", 255, 192, 203, 1},
  };
  for (const auto& color : kColors)
    if (ascii_iequals(css, color.name)) return color.label;
  if (css.empty() || css.front() != '#' || (css.size() != 7 && css.size() != 4)) return 0;
  const auto bytes =
      css.size() == 7 ? from_hex(css.substr(1)) : from_hex(fmt::format("{0}{0}{1}{1}{2}{2}", css[1], css[2], css[3]));
  if (!bytes) return 0;
  const auto part = [&](std::size_t i) { return std::to_integer<int>((*bytes)[i]); };
  const auto distance = [&](const Color& color) {
    const int r = part(0) - color.red, g = part(1) - color.green, b = part(2) - color.blue;
    return r * r + g * g + b * b;
  };
  return std::min_element(kColors.begin(), kColors.end(),
                          [&](const auto& a, const auto& b) { return distance(a) < distance(b); })
      ->label;
}

bool is_meeting(const Event& event, const PimContext& context) {
  if (event.organizer && !is_organizer(event, context)) return true;
  return std::any_of(event.attendees.begin(), event.attendees.end(), [&](const Attendee& attendee) {
    if (event.organizer && same_person(attendee, *event.organizer)) return false;
    return !is_self(attendee, event, context);
  });
}

std::int32_t busy_status_of(const Event& event, const PimContext& context) {
  const auto intended = intended_busy_status_of(event);
  if (event.status == Event::Status::cancelled) return kFree;
  if (intended == kFree) return kFree;
  switch (response_status_of(event, context)) {
    case kNotResponded:
    case kRespondedTentative:
      return kTentative;
    case kDeclined:
      return kFree;
    default:
      return intended;
  }
}

Result<EventTimes> times_of(const Event& event, const PimContext& context) {
  OXB_TRY(const auto default_zone, find_zone(context.default_zone.empty() ? "Etc/UTC" : context.default_zone));
  EventTimes result;
  if (!is_valid(event.start)) return fail(Errc::malformed, "event without a valid start");
  OXB_TRY(result.zone, zone_of(event.start, default_zone));
  result.end_zone = result.zone;
  result.local_start = local_time(event.start);
  result.start = result.zone->to_utc(result.local_start);
  const bool has_end = is_valid(event.end);
  if (event.all_day()) {
    auto last = has_end ? local_day(event.end.date) : local_day(event.start.date);
    const auto first = local_day(event.start.date);
    // An all-day event never ends on the day it starts on: the end is exclusive.
    if (has_end && event.end.kind != model::DateTime::Kind::date && local_time(event.end) > LocalTime(last))
      last += days(1);
    if (last <= first) last = first + days(1);
    result.end = result.zone->to_utc(LocalTime(last));
    result.duration = last - first;
    return result;
  }
  if (!has_end) {
    result.end = result.start;
    return result;
  }
  OXB_TRY(result.end_zone, zone_of(event.end, default_zone));
  result.end = std::max(result.start, result.end_zone->to_utc(local_time(event.end)));
  result.duration =
      std::max(minutes(0), std::chrono::floor<minutes>(result.zone->to_local(result.end) - result.local_start));
  return result;
}

Result<void> set_event(mapi::Content& content, const Event& event, const EventTimes& times, const PimContext& context,
                       Form form) {
  auto& p = content.properties;
  const bool item = form == Form::item;
  p.set(tag::kMessageClass,
        std::string(item ? "IPM.Appointment" : "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"));
  set_subject(content, event.summary);
  set_body(content, event.description);
  set_categories(content, event.categories);
  set_privacy(content, event.classification == Event::Class::open ? Privacy::open : Privacy::private_item);
  set_times(content, event.created, event.modified);
  p.set(tag::kImportance, importance_of(event));
  set_place(content, event);
  OXB_CHECK(set_time(content, event, times));
  put(content, lid::kBusyStatus, busy_status_of(event, context));
  put(content, lid::kIntendedBusyStatus, intended_busy_status_of(event));
  put(content, lid::kAppointmentColor, color_of(event.color));
  put(content, lid::kAppointmentSequence, event.sequence);
  put(content, lid::kAppointmentLastSequence, event.sequence);
  if (event.modified) put(content, lid::kAppointmentSequenceTime, mapi::file_time(*event.modified));
  put(content, lid::kAppointmentAuxiliaryFlags, std::int32_t{0});
  put(content, lid::kRecurring, false);
  put(content, lid::kIsRecurring, false);
  put(content, lid::kRecurrenceType, std::int32_t{0});
  put(content, lid::kSideEffects, std::int32_t{0x171});
  set_meeting(content, event, context);
  std::optional<model::Date> instance;
  if (event.recurrence_id) {
    const auto& id = *event.recurrence_id;
    instance = id.date;
    if (id.kind == model::DateTime::Kind::utc && !event.all_day())
      instance = date_of(std::chrono::floor<days>(times.zone->to_local(TimeZone::utc()->to_utc(local_time(id)))));
  }
  set_identity(content, event, instance);
  p.set(tag::kIconIndex, std::int32_t{is_meeting(event, context) ? 0x402 : 0x400});
  for (const auto& file : event.attachments) content.attachments.push_back(file_attachment(file));
  return {};
}

}  // namespace detail

std::vector<model::Series> split_series(model::Series series) {
  std::vector<model::Series> result;
  if (series.master || series.exceptions.size() < 2) {
    result.push_back(std::move(series));
    return result;
  }
  for (auto& exception : series.exceptions) {
    model::Series one;
    one.exceptions.push_back(std::move(exception));
    result.push_back(std::move(one));
  }
  return result;
}

Result<mapi::Content> appointment_from_event(const model::Series& series, const PimContext& context) {
  if (!series.master && series.exceptions.size() != 1) return fail(Errc::invalid, "series without exactly one event");
  const auto& event = series.master ? *series.master : series.exceptions.front();
  OXB_TRY(const auto times, detail::times_of(event, context));
  mapi::Content content;
  OXB_CHECK(detail::set_event(content, event, times, context, detail::Form::item));
  const bool recurs = series.master && (!event.recurrence_rule.empty() || !event.extra_occurrences.empty());
  if (recurs) {
    OXB_CHECK(detail::set_recurrence(content, series, times, context));
  } else {
    if (series.master && !series.exceptions.empty())
      return fail(Errc::unsupported, "changed occurrences of an event that does not recur");
    const auto reminder = detail::reminder_of(event, {times.start}, times.duration, context.now);
    detail::set_reminder(content, reminder, times.start);
  }
  set_flags(content);
  return content;
}

}  // namespace oxb::convert
