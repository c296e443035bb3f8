// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/common.h"

namespace oxb::model {

// Recurrence of an Open-Xchange task: its own fields, not an RRULE.
struct TaskRecurrence {
  enum class Type : std::uint8_t { none, daily, weekly, monthly, yearly } type = Type::none;
  std::int32_t interval = 1;
  std::int32_t days = 0;          // bit set, Sunday 1 ... Saturday 64; also weekday 62, weekend day 65, any day 127
  std::int32_t day_in_month = 0;  // day number, or 1 ... 5 (last) together with days
  std::int32_t month = 0;         // 0 ... 11, yearly only
  std::optional<Instant> until;
  std::optional<std::int32_t> occurrences;
  bool operator==(const TaskRecurrence&) const = default;
};

struct TaskParticipant {
  enum class Kind : std::uint8_t { user, group, resource, external } kind = Kind::user;
  enum class Confirmation : std::uint8_t { none, accepted, declined, tentative } confirmation = Confirmation::none;
  RemoteId entity;
  std::string name;
  std::string email;
  std::string message;
  bool operator==(const TaskParticipant&) const = default;
};

struct Task {
  RemoteId id;
  RemoteId folder;
  std::string uid;
  Version version;
  std::optional<Instant> created, modified;
  std::string title, note;
  std::optional<Instant> start, end;  // for full_time tasks midnight UTC of the day
  bool full_time = true;
  std::optional<std::int32_t> status;             // 1 not started, 2 in progress, 3 done, 4 waiting, 5 deferred
  std::optional<std::int32_t> percent_completed;  // 0 ... 100
  std::optional<std::int32_t> priority;           // 1 low, 2 medium, 3 high
  std::optional<Instant> date_completed;
  std::optional<Instant> alarm;
  std::optional<std::int64_t> target_duration, actual_duration;  // minutes
  std::string target_costs, actual_costs, currency;              // decimal text
  std::string trip_meter, billing_information, companies;
  std::vector<std::string> categories;
  bool secret = false;
  std::optional<std::int32_t> color_label;
  TaskRecurrence recurrence;
  std::vector<TaskParticipant> participants;
  RemoteId created_by, modified_by;
  std::string organizer;
  std::uint32_t attachment_count{};
  std::vector<FileData> attachments;
  RawFields raw;
};

}  // namespace oxb::model
