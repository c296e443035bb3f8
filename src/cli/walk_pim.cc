// SPDX-License-Identifier: GPL-3.0-or-later
// The next appointments, contacts, tasks.
#include "cli/walk.h"
#include "convert/recurrence_series.h"
#include "convert/timezone_blob.h"
#include "proto/mapi/named.h"
#include "proto/mapi/recurrence.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/zone_blob.h"

#include <algorithm>

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;

constexpr std::size_t kMostItems = 5000;  // read of one calendar
constexpr std::size_t kShown = 8;
constexpr std::size_t kBlobBytes = 256 * 1024;
constexpr auto kAhead = std::chrono::days(366);

std::string text_of(const PropertyBag& bag, PropTag tag) {
  if (const auto* text = bag.get<std::string>(tag)) return *text;
  return {};
}
template <class T>
T value_of(const PropertyBag& bag, PropTag tag, T otherwise = {}) {
  const auto* value = bag.get<T>(tag);
  return value ? *value : otherwise;
}
Eid id_of(const PropertyBag& row) { return Eid::from_property(value_of<std::int64_t>(row, tag::kMid)); }

// The named properties that a list of appointments needs.
struct AppointmentTags {
  PropTag start, end, location, all_day, recurring, recur, busy;
};
Result<AppointmentTags> appointment_tags(MapiClient& mailbox) {
  const std::vector<mapi::Lid> lids = {
      lid::kAppointmentStartWhole, lid::kAppointmentEndWhole, lid::kLocation, lid::kAppointmentSubType, lid::kRecurring,
      lid::kAppointmentRecur,      lid::kBusyStatus};
  std::vector<mapi::PropertyName> names(lids.begin(), lids.end());
  std::vector<mapi::PropType> types;
  for (const auto& each : lids) types.push_back(each.type);
  OXB_TRY(const auto ids, mailbox.property_ids(names, types));
  return AppointmentTags{ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6]};
}

struct Upcoming {
  std::string when;  // as shown
  std::string sort;  // as compared
  std::string subject, location, recurrence;
};

std::string day_and_time(convert::LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::weekday weekday{std::chrono::sys_days(day.time_since_epoch())};
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
  return fmt::format("{} {:04}-{:02}-{:02} {:02}:{:02}", kDays[weekday.c_encoding()], static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), minutes / 60,
                     minutes % 60);
}

convert::LocalTime local_now() {
  // The wall clock of this machine is close enough to that of a series to choose what comes next.
  const auto now = std::chrono::floor<std::chrono::seconds>(system_clock().now());
  const std::time_t seconds = now.time_since_epoch().count();
  std::tm fields{};
  localtime_r(&seconds, &fields);
  return convert::LocalTime(std::chrono::seconds(seconds + fields.tm_gmtoff));
}

// The next occurrence of a series on its own wall clock; nothing when it is over.
Result<std::optional<Upcoming>> next_of_series(ByteView blob, bool all_day) {
  OXB_TRY(const auto series, mapi::decode_appointment_recurrence(blob));
  const auto now = local_now();
  OXB_TRY(const auto next, convert::occurrences(series, now, now + kAhead, 1));
  if (next.empty()) return std::optional<Upcoming>();
  Upcoming out;
  out.sort = day_and_time(next[0].start).substr(4);
  out.when = day_and_time(next[0].start);
  if (all_day) out.when = out.when.substr(0, 14) + " all day";
  out.recurrence = convert::recurrence_in_words(series);
  return std::optional<Upcoming>(std::move(out));
}

}  // namespace

void Walk::show_appointments() {
  const auto calendar = special_folder(tag::kIpmAppointmentEntryId);
  report_.heading("Next appointments");
  const auto found = calendar ? next_appointments(*calendar) : Result<std::string>(tl::unexpected(calendar.error()));
  report_.heading("");
  report_.step("Calendar", found);
}

Result<std::string> Walk::next_appointments(Eid folder) {
  OXB_TRY(const auto tags, appointment_tags(*mailbox_));
  OXB_TRY(const auto handle, mailbox_->open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kMid, tag::kSubject, tags.start, tags.end, tags.location, tags.all_day, tags.recurring};
  query.order = {{mapi::PropType::time, tags.start.id(), mapi::SortDirection::ascending}};
  query.most = kMostItems;
  OXB_TRY(const auto rows, mailbox_->contents(handle, query));
  mailbox_->release(handle);
  const auto now = system_clock().now();
  std::vector<Upcoming> all;
  std::size_t series = 0;
  for (const auto& row : rows.rows) {
    const bool all_day = value_of<bool>(row, tags.all_day);
    std::optional<Upcoming> next;
    if (value_of<bool>(row, tags.recurring)) {
      ++series;
      OXB_TRY(const auto opened, mailbox_->open_message(folder, id_of(row), {tags.recur}));
      const auto* known = opened.properties.get<Bytes>(tags.recur);
      Bytes blob;
      if (known)
        blob = *known;
      else {
        OXB_TRY(blob, mailbox_->stream(opened.handle, tags.recur, kBlobBytes));
      }
      mailbox_->release(opened.handle);
      auto decoded = next_of_series(blob, all_day);
      if (!decoded) return tl::unexpected(std::move(decoded).error().in("recurrence of an appointment"));
      next = std::move(*decoded);
    } else if (const auto* end = row.get<mapi::FileTime>(tags.end); end && mapi::instant(*end) > now) {
      const auto start = mapi::instant(value_of<mapi::FileTime>(row, tags.start, *end));
      next.emplace();
      next->when = local_time_text(start);
      next->sort = next->when.substr(4);
      if (all_day) next->when = next->when.substr(0, 14) + " all day";
    }
    if (!next) continue;
    next->subject = text_of(row, tag::kSubject);
    next->location = text_of(row, tags.location);
    all.push_back(std::move(*next));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.sort < b.sort; });
  boost::json::array list;
  for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
    const auto& each = all[i];
    list.push_back(
        {{"when", each.when}, {"subject", each.subject}, {"location", each.location}, {"recurrence", each.recurrence}});
    report_.line(fmt::format("{:<22} {}{}", each.when, printable(each.subject, 60),
                             each.location.empty() ? "" : " (" + printable(each.location, 40) + ")"));
    if (!each.recurrence.empty()) report_.line(fmt::format("{:<22} {}", "", printable(each.recurrence, 160)));
  }
  report_.data()["appointments"] = std::move(list);
  return fmt::format("{} items, {} of them series; {} to come", rows.total, series, all.size());
}

void Walk::show_contacts() {
  const auto folder = special_folder(tag::kIpmContactEntryId);
  report_.heading("Contacts");
  const auto found = folder ? first_contacts(*folder) : Result<std::string>(tl::unexpected(folder.error()));
  report_.heading("");
  report_.step("Contacts", found);
}

Result<std::string> Walk::first_contacts(Eid folder) {
  OXB_TRY(const auto ids, mailbox_->property_ids({lid::kEmail1EmailAddress, lid::kFileUnder},
                                                 {mapi::PropType::string, mapi::PropType::string}));
  OXB_TRY(const auto handle, mailbox_->open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kDisplayName,
                   tag::kCompanyName,
                   tag::kBusinessTelephoneNumber,
                   tag::kMobileTelephoneNumber,
                   tag::kMessageClass,
                   ids[0],
                   ids[1]};
  query.order = {{mapi::PropType::string, tag::kDisplayName.id(), mapi::SortDirection::ascending}};
  query.most = kShown;
  OXB_TRY(const auto rows, mailbox_->contents(handle, query));
  mailbox_->release(handle);
  boost::json::array list;
  for (const auto& row : rows.rows) {
    auto name = text_of(row, tag::kDisplayName);
    if (name.empty()) name = text_of(row, ids[1]);
    auto phone = text_of(row, tag::kBusinessTelephoneNumber);
    if (phone.empty()) phone = text_of(row, tag::kMobileTelephoneNumber);
    std::string line = printable(name, 40);
    for (const auto& part : {text_of(row, ids[0]), phone, text_of(row, tag::kCompanyName)})
      if (!part.empty()) line += ", " + printable(part, 60);
    list.push_back({{"name", name},
                    {"email", text_of(row, ids[0])},
                    {"phone", phone},
                    {"company", text_of(row, tag::kCompanyName)}});
    report_.line(line);
  }
  report_.data()["contacts"] = std::move(list);
  return fmt::format("{} of {} shown", rows.rows.size(), rows.total);
}

void Walk::show_tasks() {
  const auto folder = special_folder(tag::kIpmTaskEntryId);
  report_.heading("Tasks");
  const auto found = folder ? open_tasks(*folder) : Result<std::string>(tl::unexpected(folder.error()));
  report_.heading("");
  report_.step("Tasks", found);
}

Result<std::string> Walk::open_tasks(Eid folder) {
  OXB_TRY(const auto ids,
          mailbox_->property_ids(
              {lid::kTaskStatus, lid::kPercentComplete, lid::kTaskDueDate, lid::kTaskComplete},
              {mapi::PropType::integer32, mapi::PropType::floating64, mapi::PropType::time, mapi::PropType::boolean}));
  OXB_TRY(const auto handle, mailbox_->open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kSubject, ids[0], ids[1], ids[2], ids[3]};
  query.most = kShown;
  OXB_TRY(const auto rows, mailbox_->contents(handle, query));
  mailbox_->release(handle);
  boost::json::array list;
  for (const auto& row : rows.rows) {
    const bool done = value_of<bool>(row, ids[3]);
    const auto percent = static_cast<int>(value_of<double>(row, ids[1]) * 100 + 0.5);
    // Due dates are local midnights stored as if they were UTC [MS-OXOTASK] 2.2.2.2.5.
    const auto* due = row.get<mapi::FileTime>(ids[2]);
    const auto due_text = due ? mapi::time_text(*due).substr(0, 10) : std::string();
    list.push_back({{"subject", text_of(row, tag::kSubject)}, {"done", done}, {"percent", percent}, {"due", due_text}});
    report_.line(fmt::format("[{}] {}{}{}", done ? "x" : " ", printable(text_of(row, tag::kSubject), 70),
                             due_text.empty() ? "" : ", due " + due_text,
                             !done && percent != 0 ? fmt::format(", {} %", percent) : ""));
  }
  report_.data()["tasks"] = std::move(list);
  return fmt::format("{} of {} shown", rows.rows.size(), rows.total);
}

}  // namespace oxb::cli
