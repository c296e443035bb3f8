// SPDX-License-Identifier: GPL-3.0-or-later
// Series: PidLidAppointmentRecur and the exceptions [MS-OXOCAL] 2.2.1.44, 2.2.10.
#include "base/text.h"
#include "convert/appointment_parts.h"
#include "convert/global_object_id.h"
#include "convert/recurrence.h"
#include "convert/recurrence_series.h"
#include "convert/timezone_blob.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oxb::convert::detail {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using mapi::ExceptionInfo;
using model::DateTime;
using model::Event;
using std::chrono::days;
using std::chrono::minutes;

std::uint32_t minutes_of(LocalDay day) { return outlook_minutes(LocalTime(day)); }

// [MS-OXOCAL] 2.2.1.15: the end of a series without one, August 31, 4500, 23:59.
constexpr LocalTime kEndlessClipEnd = LocalTime(LocalDay(std::chrono::year(4500) / 8 / 31)) + minutes(23 * 60 + 59);

// The day of an occurrence in the zone of the series. EXDATE and RECURRENCE-ID may be written in any zone.
Result<LocalTime> wall_time(const DateTime& time, const TimeZone& zone, SeriesKind kind) {
  if (!is_valid(time)) return fail(Errc::malformed, "occurrence with a date outside the calendar");
  if (kind == SeriesKind::all_day) return LocalTime(local_day(time.date));
  if (time.kind == DateTime::Kind::date || time.kind == DateTime::Kind::floating) return local_time(time);
  OXB_TRY(const auto instant, to_instant(time, zone));
  return zone.to_local(instant);
}

Result<LocalDay> day_of(const DateTime& time, const TimeZone& zone, SeriesKind kind) {
  OXB_TRY(const auto wall, wall_time(time, zone, kind));
  return std::chrono::floor<days>(wall);
}

// A finite set of days at one time of day, as "daily" with the other days deleted: series with extra dates.
Result<mapi::RecurrencePattern> pattern_of_days(const std::set<LocalDay>& all) {
  mapi::RecurrencePattern pattern;
  pattern.frequency = mapi::RecurFrequency::daily;
  pattern.type = mapi::PatternType::day;
  pattern.period = 1440;
  pattern.start_date = minutes_of(*all.begin());
  pattern.first_date_time = first_date_time(pattern);
  pattern.end_type = mapi::RecurEnd::after_count;
  pattern.end_date = minutes_of(*all.rbegin());
  const auto count = (*all.rbegin() - *all.begin()).count() + 1;
  if (count - static_cast<std::int64_t>(all.size()) > static_cast<std::int64_t>(kMostDeletions))
    return fail(Errc::unsupported, "Outlook has no recurrence on single dates so far apart");
  pattern.occurrence_count = static_cast<std::uint32_t>(count);
  for (auto day = *all.begin(); day <= *all.rbegin(); day += days(1))
    if (!all.contains(day)) pattern.deleted_dates.push_back(minutes_of(day));
  return pattern;
}

// The days that RDATE adds, at the series' own time of day.
Result<std::set<LocalDay>> extra_days(const Event& master, const EventTimes& times, SeriesKind kind) {
  std::set<LocalDay> result;
  const auto clock = times.local_start - std::chrono::floor<days>(times.local_start);
  for (const auto& occurrence : master.extra_occurrences) {
    OXB_TRY(const auto wall, wall_time(occurrence, *times.zone, kind));
    const auto day = std::chrono::floor<days>(wall);
    if (occurrence.kind != DateTime::Kind::date && wall - day != clock)
      return fail(Errc::unsupported, "Outlook has no extra occurrences at another time of day");
    result.insert(day);
  }
  return result;
}

// Where the rule does not name the day of DTSTART, what happens then is undefined (RFC 5545 3.8.5.3): the series begins
// with the rule's first day, unless that very first occurrence was changed, so that it must have been one.
Result<mapi::RecurrencePattern> pattern_of(const model::Series& series, const EventTimes& times, SeriesKind kind) {
  const auto& master = *series.master;
  const auto first = std::chrono::floor<days>(times.local_start);
  OXB_TRY(auto extra, extra_days(master, times, kind));
  std::optional<mapi::RecurrencePattern> pattern;
  if (!master.recurrence_rule.empty()) {
    OXB_TRY(const auto rule, parse_recurrence_rule(master.recurrence_rule));
    auto made = pattern_from_rule(rule, times.local_start, *times.zone, kind);
    if (made)
      pattern = std::move(*made);
    else if (made.error().code != Errc::invalid)
      return tl::unexpected(std::move(made).error());
  }
  if (!pattern) {  // single dates, or a rule that ended before it began
    extra.insert(first);
    return pattern_of_days(extra);
  }
  bool starts_off_rule = false;
  for (const auto& exception : series.exceptions) {
    if (pattern->start_date == minutes_of(first) || !exception.recurrence_id) continue;
    OXB_TRY(const auto original, day_of(*exception.recurrence_id, *times.zone, kind));
    starts_off_rule = starts_off_rule || original == first;
  }
  if (extra.empty() && !starts_off_rule) return *pattern;
  OXB_TRY(const auto last, last_pattern_day(*pattern));
  const auto end = last.value_or(LocalDay(std::chrono::year(kHorizonYear) / 12 / 31));
  OXB_TRY(const auto regular, occurrence_days(*pattern, first, end, kMostOccurrences));
  std::set<LocalDay> all(regular.begin(), regular.end());
  const bool nothing_new = std::includes(all.begin(), all.end(), extra.begin(), extra.end());
  if (nothing_new && (!starts_off_rule || !last)) return *pattern;
  if (!last) return fail(Errc::unsupported, "Outlook has no extra occurrences beside an endless series");
  all.insert(extra.begin(), extra.end());
  if (starts_off_rule) all.insert(first);
  auto united = pattern_of_days(all);
  if (!united && nothing_new) return *pattern;
  return united;
}

// Of `wanted`, the days on which the pattern (deleted days included) has an occurrence.
Result<std::set<LocalDay>> known_days(const mapi::RecurrencePattern& pattern, const std::set<LocalDay>& wanted) {
  std::set<LocalDay> found;
  if (wanted.empty()) return found;
  OXB_TRY(auto all, PatternDays::create(pattern));
  while (const auto day = all.next()) {
    if (*day > *wanted.rbegin()) break;
    if (wanted.contains(*day)) found.insert(*day);
  }
  return found;
}

struct Exception {
  const Event* event = nullptr;
  EventTimes times;
  LocalTime start, end;  // on the wall clock of the series
  LocalTime original_start;
  Reminder reminder;
};

std::string code_page_text(const std::string& text) {
  auto bytes = code_page_from_utf8(text, 1252);
  return bytes ? std::move(*bytes) : std::string();
}

void describe_exception(const Exception& exception, const Event& master, const Reminder& usual,
                        const PimContext& context, ExceptionInfo& info, mapi::ExtendedException& extended) {
  const auto& event = *exception.event;
  info.start = extended.start = outlook_minutes(exception.start);
  info.end = extended.end = outlook_minutes(exception.end);
  info.original_start = extended.original_start = outlook_minutes(exception.original_start);
  if (event.summary != master.summary) {
    info.flags |= ExceptionInfo::kSubject;
    info.subject = code_page_text(event.summary);
    extended.subject = event.summary;
  }
  if (event.location != master.location) {
    info.flags |= ExceptionInfo::kLocation;
    info.location = code_page_text(event.location);
    extended.location = event.location;
  }
  if (exception.reminder.usual_delta != usual.usual_delta) {
    info.flags |= ExceptionInfo::kReminder;
    info.reminder_set = exception.reminder.usual_delta ? 1 : 0;
    if (exception.reminder.usual_delta) {
      info.flags |= ExceptionInfo::kReminderDelta;
      info.reminder_delta = static_cast<std::uint32_t>(exception.reminder.delta);
    }
  }
  const auto busy = busy_status_of(event, context);
  if (busy != busy_status_of(master, context)) {
    info.flags |= ExceptionInfo::kBusyStatus;
    info.busy_status = static_cast<std::uint32_t>(busy);
  }
  if (event.all_day() != master.all_day()) {
    info.flags |= ExceptionInfo::kSubType;
    info.sub_type = event.all_day() ? 1 : 0;
  }
  if (!event.attachments.empty()) {
    info.flags |= ExceptionInfo::kAttachment;
    info.attachment = 1;
  }
  if (color_of(event.color) != color_of(master.color)) {
    info.flags |= ExceptionInfo::kColor;
    info.color = static_cast<std::uint32_t>(color_of(event.color));
  }
  if (event.description != master.description) info.flags |= ExceptionInfo::kExceptionalBody;
}

// [MS-OXOCAL] 2.2.10.1, 2.2.10.2
Result<mapi::Attachment> exception_attachment(const Exception& exception, const Event& master, const TimeZone& zone,
                                              const PimContext& context) {
  const auto& event = *exception.event;
  auto embedded = std::make_shared<mapi::Content>();
  OXB_CHECK(set_event(*embedded, event, exception.times, context, Form::exception));
  set_reminder(*embedded, exception.reminder, exception.times.start);
  set_flags(*embedded);
  const auto replaced = mapi::file_time(zone.to_utc(exception.original_start));
  put(*embedded, lid::kExceptionReplaceTime, replaced);
  put(*embedded, lid::kIsException, true);
  put(*embedded, lid::kGlobalObjectId,
      global_object_id(master.uid, date_of(std::chrono::floor<days>(exception.original_start))));
  put(*embedded, lid::kCleanGlobalObjectId, global_object_id(master.uid));
  put(*embedded, lid::kFExceptionalBody, event.description != master.description);
  put(*embedded, lid::kFExceptionalAttendees, event.attendees != master.attendees);
  mapi::Attachment result;
  auto& p = result.properties;
  p.set(tag::kAttachMethod, std::int32_t{5});  // afEmbeddedMessage
  p.set(tag::kAttachmentHidden, true);
  p.set(tag::kAttachmentFlags, std::int32_t{2});  // afException
  p.set(tag::kAttachFlags, std::int32_t{0});
  p.set(tag::kAttachmentLinkId, std::int32_t{0});
  p.set(tag::kAttachEncoding, Bytes());
  p.set(tag::kRenderingPosition, std::int32_t{-1});
  p.set(tag::kDisplayName, std::string("Untitled"));
  // The wall clock of the series, as if it were UTC.
  p.set(tag::kExceptionStartTime, mapi::file_time(TimeZone::utc()->to_utc(exception.start)));
  p.set(tag::kExceptionEndTime, mapi::file_time(TimeZone::utc()->to_utc(exception.end)));
  p.set(tag::kExceptionReplaceTime, replaced);
  result.embedded = std::move(embedded);
  return result;
}

struct Changes {
  std::vector<Exception> exceptions;  // by their new start
  std::set<LocalDay> deleted;         // of deleted and of changed occurrences
};

Result<Changes> changes_of(const model::Series& series, const mapi::RecurrencePattern& pattern, const EventTimes& times,
                           const PimContext& context, SeriesKind kind) {
  const auto& master = *series.master;
  Changes result;
  std::set<LocalDay> wanted;
  for (const auto& deleted : master.deleted_occurrences) {
    OXB_TRY(const auto day, day_of(deleted, *times.zone, kind));
    wanted.insert(day);
  }
  const auto clock = times.local_start - std::chrono::floor<days>(times.local_start);
  std::set<LocalDay> originals;
  for (const auto& event : series.exceptions) {
    if (!event.recurrence_id) return fail(Errc::malformed, "changed occurrence that does not say which one it is");
    OXB_TRY(const auto day, day_of(*event.recurrence_id, *times.zone, kind));
    wanted.insert(day);
    if (event.status == Event::Status::cancelled) continue;  // a deleted occurrence, in iTIP's words
    if (!originals.insert(day).second) return fail(Errc::malformed, "two changed occurrences in the place of one");
    Exception exception;
    exception.event = &event;
    OXB_TRY(exception.times, times_of(event, context));
    exception.start = times.zone->to_local(exception.times.start);
    exception.end = times.zone->to_local(exception.times.end);
    exception.original_start = LocalTime(day) + clock;
    exception.reminder = reminder_of(event, {exception.times.start}, exception.times.duration, context.now);
    result.exceptions.push_back(std::move(exception));
  }
  OXB_TRY(result.deleted, known_days(pattern, wanted));
  for (const auto day : originals)
    if (!result.deleted.contains(day)) return fail(Errc::unsupported, "changed occurrence that the rule does not have");
  std::stable_sort(result.exceptions.begin(), result.exceptions.end(),
                   [](const Exception& a, const Exception& b) { return a.start < b.start; });
  return result;
}

void fill_dates(mapi::RecurrencePattern& pattern, const Changes& changes) {
  std::set<std::uint32_t> deleted(pattern.deleted_dates.begin(), pattern.deleted_dates.end());
  for (const auto day : changes.deleted) deleted.insert(minutes_of(day));
  pattern.deleted_dates.assign(deleted.begin(), deleted.end());
  for (const auto& exception : changes.exceptions)
    pattern.modified_dates.push_back(minutes_of(std::chrono::floor<days>(exception.start)));
  std::sort(pattern.modified_dates.begin(), pattern.modified_dates.end());
}

std::int32_t recurrence_type_of(const mapi::RecurrencePattern& pattern) {
  switch (pattern.frequency) {
    case mapi::RecurFrequency::daily:
      return 1;
    case mapi::RecurFrequency::weekly:
      return 2;
    case mapi::RecurFrequency::monthly:
      return 3;
    default:
      return 4;
  }
}

Result<void> set_series_zone(mapi::Content& content, const EventTimes& times, int first_year,
                             std::optional<int> last_year, Instant now) {
  const int this_year = date_of(std::chrono::floor<days>(times.zone->to_local(now))).year;
  const int effective = std::clamp(this_year, first_year, std::max(first_year, last_year.value_or(9999)));
  OXB_TRY(const auto blobs, zone_blobs(*times.zone, first_year, effective));
  put(content, lid::kTimeZoneStruct, blobs.time_zone_struct);
  put(content, lid::kAppointmentTimeZoneDefinitionRecur, blobs.recur);
  put(content, lid::kAppointmentTimeZoneDefinitionStartDisplay, blobs.display);
  put(content, lid::kTimeZoneDescription, describe_zone(*times.zone, times.start));
  return {};
}

// The occurrences that are still to come, for the reminder.
Result<std::vector<Instant>> coming_starts(const mapi::AppointmentRecurrence& series, const TimeZone& zone,
                                           Instant now) {
  const auto from = zone.to_local(now) - days(1);
  OXB_TRY(const auto list, occurrences(series, from, from + days(3660), 16));
  std::vector<Instant> starts;
  for (const auto& one : list)
    if (!one.changed) starts.push_back(zone.to_utc(one.start));  // changed ones have reminders of their own
  return starts;
}

}  // namespace

Result<void> set_recurrence(mapi::Content& content, const model::Series& series, const EventTimes& times,
                            const PimContext& context) {
  const auto& master = *series.master;
  const auto kind = master.all_day() ? SeriesKind::all_day : SeriesKind::timed;
  mapi::AppointmentRecurrence recurrence;
  OXB_TRY(recurrence.pattern, pattern_of(series, times, kind));
  auto& pattern = recurrence.pattern;
  OXB_TRY(const auto changes, changes_of(series, pattern, times, context, kind));
  fill_dates(pattern, changes);
  const auto first_day = std::chrono::floor<days>(from_outlook_minutes(pattern.start_date));
  const auto clock = std::chrono::floor<minutes>(times.local_start - std::chrono::floor<days>(times.local_start));
  recurrence.start_time_offset = static_cast<std::uint32_t>(clock.count());
  recurrence.end_time_offset = static_cast<std::uint32_t>((clock + times.duration).count());

  const Reminder usual = reminder_of(master, {}, times.duration, context.now);
  for (const auto& exception : changes.exceptions) {
    auto& info = recurrence.exceptions.emplace_back();
    auto& extended = recurrence.extended.emplace_back();
    describe_exception(exception, master, usual, context, info, extended);
    OXB_TRY(auto attachment, exception_attachment(exception, master, *times.zone, context));
    content.attachments.push_back(std::move(attachment));
  }
  OXB_TRY(auto blob, mapi::encode(recurrence));
  put(content, lid::kAppointmentRecur, std::move(blob));
  put(content, lid::kRecurring, true);
  put(content, lid::kIsRecurring, true);
  put(content, lid::kRecurrenceType, recurrence_type_of(pattern));
  put(content, lid::kRecurrencePattern, recurrence_in_words(recurrence, context.locale));
  content.properties.set(tag::kIconIndex, std::int32_t{is_meeting(master, context) ? 0x403 : 0x401});

  // The first occurrence stands for the series; DTSTART need not be one.
  const auto start = times.zone->to_utc(LocalTime(first_day) + clock);
  const auto end = times.zone->to_utc(LocalTime(first_day) + clock + times.duration);
  for (const auto& property : {lid::kAppointmentStartWhole, lid::kCommonStart})
    put(content, property, mapi::file_time(start));
  for (const auto& property : {lid::kAppointmentEndWhole, lid::kCommonEnd})
    put(content, property, mapi::file_time(end));
  content.properties.set(tag::kStartDate, mapi::file_time(start));
  content.properties.set(tag::kEndDate, mapi::file_time(end));
  OXB_TRY(const auto last_day, last_pattern_day(pattern));
  put(content, lid::kClipStart, mapi::file_time(times.zone->to_utc(LocalTime(first_day))));
  put(content, lid::kClipEnd,
      mapi::file_time(last_day ? times.zone->to_utc(LocalTime(*last_day)) : TimeZone::utc()->to_utc(kEndlessClipEnd)));
  std::optional<int> last_year;
  if (last_day) last_year = date_of(*last_day).year;
  OXB_CHECK(set_series_zone(content, times, date_of(first_day).year, last_year, context.now));
  OXB_TRY(const auto starts, coming_starts(recurrence, *times.zone, context.now));
  set_reminder(content, reminder_of(master, starts, times.duration, context.now), start);
  return {};
}

}  // namespace oxb::convert::detail
