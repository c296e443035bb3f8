// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Recurrence data of appointments and tasks [MS-OXOCAL] 2.2.1.44. All times are minutes since 1601-01-01 in the local
// time of the series; dates are midnights.
#include "base/bytes.h"
#include "proto/mapi/blob_fields.h"

#include <cstdint>
#include <string>
#include <vector>

namespace oxb::mapi {

enum class RecurFrequency : std::uint16_t { daily = 0x200A, weekly = 0x200B, monthly = 0x200C, yearly = 0x200D };
enum class PatternType : std::uint16_t {
  day = 0,
  week = 1,
  month = 2,
  month_nth = 3,
  month_end = 4,
  hijri_month = 0xA,
  hijri_month_nth = 0xB,
  hijri_month_end = 0xC
};
enum class RecurEnd : std::uint32_t { by_date = 0x2021, after_count = 0x2022, never = 0x2023, never_old = 0xFFFF'FFFF };
constexpr std::uint32_t kNoEndDate = 0x5AE980DF;  // 4500-12-31 23:59

// [MS-OXOCAL] 2.2.1.44.1
struct RecurrencePattern {
  static constexpr std::string_view kName = "RecurrencePattern";
  std::uint16_t reader_version{0x3004}, writer_version{0x3004};
  RecurFrequency frequency{RecurFrequency::daily};
  PatternType type{PatternType::day};
  std::uint16_t calendar_type{};
  std::uint32_t first_date_time{};
  std::uint32_t period{1440};    // minutes, weeks or months
  std::uint32_t sliding_flag{};  // tasks: counted from the completion of the one before
  std::uint32_t days_of_week{};  // week, month_nth: Sunday 1 ... Saturday 64
  std::uint32_t day_of_month{};  // month, month_end
  std::uint32_t nth{};           // month_nth: 1 ... 4, 5 last
  RecurEnd end_type{RecurEnd::never};
  std::uint32_t occurrence_count{10};
  std::uint32_t first_day_of_week{};          // Sunday 0
  std::vector<std::uint32_t> deleted_dates;   // of deleted and of modified occurrences, ascending
  std::vector<std::uint32_t> modified_dates;  // where modified occurrences are now, ascending
  std::uint32_t start_date{};
  std::uint32_t end_date{kNoEndDate};

  static void describe(auto& v, auto& m) {
    v("ReaderVersion", m.reader_version);
    v("WriterVersion", m.writer_version);
    v("RecurFrequency", m.frequency);
    v("PatternType", m.type);
    v("CalendarType", m.calendar_type);
    v("FirstDateTime", m.first_date_time);
    v("Period", m.period);
    v("SlidingFlag", m.sliding_flag);
    switch (m.type) {
      case PatternType::day:
        break;
      case PatternType::week:
        v("DayOfWeek", m.days_of_week);
        break;
      case PatternType::month_nth:
      case PatternType::hijri_month_nth:
        v("DayOfWeek", m.days_of_week);
        v("N", m.nth);
        break;
      default:
        v("Day", m.day_of_month);
    }
    v("EndType", m.end_type);
    v("OccurrenceCount", m.occurrence_count);
    v("FirstDOW", m.first_day_of_week);
    v("DeletedInstanceDates", wire::counted<std::uint32_t>(m.deleted_dates));
    v("ModifiedInstanceDates", wire::counted<std::uint32_t>(m.modified_dates));
    v("StartDate", m.start_date);
    v("EndDate", m.end_date);
  }
  bool operator==(const RecurrencePattern&) const = default;
};

// [MS-OXOCAL] 2.2.1.44.2. Only the fields whose flag is set are there. Text is in the code page of the client.
struct ExceptionInfo {
  static constexpr std::uint16_t kSubject = 0x0001, kMeetingType = 0x0002, kReminderDelta = 0x0004, kReminder = 0x0008,
                                 kLocation = 0x0010, kBusyStatus = 0x0020, kAttachment = 0x0040, kSubType = 0x0080,
                                 kColor = 0x0100, kExceptionalBody = 0x0200;
  std::uint32_t start{}, end{}, original_start{};
  std::uint16_t flags{};
  std::string subject;
  std::uint32_t meeting_type{};
  std::uint32_t reminder_delta{};
  std::uint32_t reminder_set{};
  std::string location;
  std::uint32_t busy_status{};
  std::uint32_t attachment{};
  std::uint32_t sub_type{};
  std::uint32_t color{};

  static void describe(auto& v, auto& m) {
    v("StartDateTime", m.start);
    v("EndDateTime", m.end);
    v("OriginalStartDate", m.original_start);
    v("OverrideFlags", m.flags);
    if ((m.flags & kSubject) != 0) v("Subject", wire::priv(string8_twice(m.subject)));
    if ((m.flags & kMeetingType) != 0) v("MeetingType", m.meeting_type);
    if ((m.flags & kReminderDelta) != 0) v("ReminderDelta", m.reminder_delta);
    if ((m.flags & kReminder) != 0) v("ReminderSet", m.reminder_set);
    if ((m.flags & kLocation) != 0) v("Location", wire::priv(string8_twice(m.location)));
    if ((m.flags & kBusyStatus) != 0) v("BusyStatus", m.busy_status);
    if ((m.flags & kAttachment) != 0) v("Attachment", m.attachment);
    if ((m.flags & kSubType) != 0) v("SubType", m.sub_type);
    if ((m.flags & kColor) != 0) v("AppointmentColor", m.color);
  }
  bool operator==(const ExceptionInfo&) const = default;
};

// [MS-OXOCAL] 2.2.1.44.4
struct ExtendedException {
  Bytes change_highlight = Bytes(4);  // a number and whatever follows; only with WriterVersion2 0x3009 and later
  Bytes reserved1;
  std::uint32_t start{}, end{}, original_start{};  // only with a subject or location
  std::string subject, location;                   // UTF-8 here
  Bytes reserved2;
  bool operator==(const ExtendedException&) const = default;
};

// [MS-OXOCAL] 2.2.1.44.5
struct AppointmentRecurrence {
  static constexpr std::string_view kName = "AppointmentRecurrencePattern";
  RecurrencePattern pattern;
  std::uint32_t reader_version2{0x3006}, writer_version2{0x3009};
  std::uint32_t start_time_offset{}, end_time_offset{};  // minutes from midnight
  std::vector<ExceptionInfo> exceptions;
  Bytes reserved1;
  std::vector<ExtendedException> extended;  // one per exception, in the same order
  Bytes reserved2;

  static void describe(auto& v, auto& m);
  bool operator==(const AppointmentRecurrence&) const = default;
};

namespace detail {
// An ExtendedException with what decides its form.
template <class E>
struct ExtendedView {
  E& e;
  std::uint16_t flags;
  std::uint32_t version;
  static void describe(auto& v, auto& m) {
    if (m.version >= 0x3009) v("ChangeHighlight", wire::blob<std::uint32_t>(m.e.change_highlight));
    v("ReservedBlockEE1", wire::blob<std::uint32_t>(m.e.reserved1));
    if ((m.flags & (ExceptionInfo::kSubject | ExceptionInfo::kLocation)) == 0) return;
    v("StartDateTime", m.e.start);
    v("EndDateTime", m.e.end);
    v("OriginalStartDate", m.e.original_start);
    if ((m.flags & ExceptionInfo::kSubject) != 0)
      v("WideCharSubject", wire::priv(utf16_units<std::uint16_t>(m.e.subject)));
    if ((m.flags & ExceptionInfo::kLocation) != 0)
      v("WideCharLocation", wire::priv(utf16_units<std::uint16_t>(m.e.location)));
    v("ReservedBlockEE2", wire::blob<std::uint32_t>(m.e.reserved2));
  }
};

template <class M>
struct ExtendedList {
  static constexpr bool kIsAdapter = true;
  M& m;
  template <class V>
  void visit(V& v) const {
    if constexpr (V::kReads) m.extended.assign(m.exceptions.size(), {});
    if constexpr (wire::is_writer<V>) {
      if (m.extended.size() != m.exceptions.size()) return v.set_error(Errc::internal, "exceptions without twins");
    }
    if constexpr (wire::is_printer<V>) v.begin_list(m.extended.size());
    for (std::size_t i = 0; i < m.extended.size() && i < m.exceptions.size() && !v.failed(); ++i) {
      using E = std::remove_reference_t<decltype(m.extended[i])>;
      v.element(i, ExtendedView<E>{m.extended[i], m.exceptions[i].flags, m.writer_version2});
    }
    if constexpr (wire::is_printer<V>) v.end_list();
  }
};
template <class M>
ExtendedList<M> extended_list(M& m) {
  return {m};
}
}  // namespace detail

void AppointmentRecurrence::describe(auto& v, auto& m) {
  v("RecurrencePattern", m.pattern);
  v("ReaderVersion2", m.reader_version2);
  v("WriterVersion2", m.writer_version2);
  v("StartTimeOffset", m.start_time_offset);
  v("EndTimeOffset", m.end_time_offset);
  v("ExceptionInfo", wire::counted<std::uint16_t>(m.exceptions));
  v("ReservedBlock1", wire::blob<std::uint32_t>(m.reserved1));
  v("ExtendedException", detail::extended_list(m));
  v("ReservedBlock2", wire::blob<std::uint32_t>(m.reserved2));
}

Result<RecurrencePattern> decode_recurrence(ByteView bytes);  // PidLidTaskRecurrence
Result<Bytes> encode(const RecurrencePattern& pattern);
Result<AppointmentRecurrence> decode_appointment_recurrence(ByteView bytes);  // PidLidAppointmentRecur
Result<Bytes> encode(const AppointmentRecurrence& recurrence);

}  // namespace oxb::mapi
