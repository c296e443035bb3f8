// SPDX-License-Identifier: GPL-3.0-or-later
// Writing events. A series is written as its master, then its deleted occurrences, then one changed occurrence after
// the other; the first request carries the version the whole change is based on. The server never sends mail for any
// of it.
#include "backend/ox/writer.h"
#include "format/oxjson/changes.h"
#include "format/oxjson/event.h"
#include "format/oxjson/json.h"
#include "format/oxjson/limits.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oxb::backend::ox::calendar {
namespace {

using model::DateTime, model::Event, model::Series;
using oxjson::Form;

using Parameters = std::vector<std::pair<std::string, std::string>>;

Request silent(const Context& context, std::string action, Parameters parameters, std::optional<json::value> body) {
  if (context.capabilities->has(Feature::scheduling)) {
    parameters.emplace_back("scheduling", "none");
  } else {
    parameters.emplace_back("sendInternalNotifications", "false");
  }
  parameters.emplace_back("checkConflicts", "false");
  return writing("chronos", std::move(action), std::move(parameters), std::move(body));
}

// Releases that cannot be told to be silent mail to people outside.
Result<> require_silence(const Context& context, const Event& event) {
  if (context.capabilities->has(Feature::scheduling)) return {};
  const bool outsiders = std::any_of(event.attendees.begin(), event.attendees.end(),
                                     [](const auto& attendee) { return attendee.entity.value.empty(); });
  if (outsiders) return fail(Errc::unsupported, "this release mails to external attendees by itself");
  return {};
}

// What an answer says about the events it changed.
struct Outcome {
  std::map<std::string, Event> events;  // by id
  model::Version version;               // the newest of all

  const Event* find(const RemoteId& id) const {
    const auto it = events.find(id.value);
    return it == events.end() ? nullptr : &it->second;
  }
  // The version of that event, as the answer has it.
  model::Version version_of(const RemoteId& id) const {
    const auto* event = find(id);
    return event == nullptr || event->version.value.empty() ? version : event->version;
  }
};

Result<Outcome> outcome_of(const oxjson::Answer& answer, std::string_view doing, const json::object& sent) {
  OXB_CHECK(require_written(answer, doing, sent));
  if (!answer.data.is_object()) return fail(Errc::unavailable, fmt::format("{}: no result in the answer", doing));
  const auto& data = answer.data.get_object();
  if (data.contains("conflicts")) return fail(Errc::access_denied, fmt::format("{}: a resource is taken then", doing));
  Outcome out;
  OXB_TRY(out.version, version_in(answer, doing));
  for (const auto* list : {"created", "updated"}) {
    const auto* events = data.if_contains(list);
    if (events == nullptr || !events->is_array()) continue;
    for (const auto& value : events->get_array()) {
      auto event = value.is_object() ? oxjson::event_of(value.get_object()) : fail(Errc::malformed, "event");
      if (event) out.events.insert_or_assign(event->id.value, std::move(*event));
    }
  }
  return out;
}

// The bytes of new attachments travel as parts of the request.
void add_files(Request& request, json::object& event, const std::vector<model::FileData>& files) {
  request.files = uploads_of(files);
  if (request.files.empty()) return;
  auto& list = event["attachments"];
  if (!list.is_array()) list = json::array();
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    list.get_array().push_back(json::object{{"filename", request.files[i].file_name},
                                            {"fmtType", request.files[i].mime_type},
                                            {"uri", fmt::format("cid:file_{}", i)}});
  }
}

// One signed-off change of a series after the other.
class Writing {
 public:
  Writing(Context context, model::Folder folder, RemoteId id, std::string stamp, Wait wait)
      : context_(std::move(context)),
        folder_(std::move(folder)),
        id_(std::move(id)),
        stamp_(std::move(stamp)),
        wait_(std::move(wait)) {}

  const model::Version& version() const { return version_; }
  void start_from(model::Version version) {
    version_ = std::move(version);
    stamp_ = kAnyVersion;
  }

  // Of the event id, or of one occurrence of it.
  Task<Result<Outcome>> update(RemoteId id, std::optional<DateTime> occurrence, json::object changes,
                               std::vector<model::FileData> files) {
    Parameters parameters = {{"folder", folder_.id.value}, {"id", id.value}, {"timestamp", stamp_}};
    if (occurrence) parameters.emplace_back("recurrenceId", oxjson::text_of_recurrence_id(*occurrence));
    auto request = silent(context_, "update", std::move(parameters), {});
    add_files(request, changes, files);
    request.body = json::value(json::object{{"event", changes}});
    OXB_CO_TRY(const auto answer, co_await context_.session->ask(std::move(request), wait_));
    OXB_CO_TRY(auto outcome, outcome_of(answer, "chronos update", changes));
    start_from(outcome.version_of(id_));
    co_return outcome;
  }

  // The answer of the caller himself, which only he may give.
  Task<Result<Outcome>> respond(model::Attendee attendee) {
    json::object answer_of_mine{{"entity", oxjson::integer_of(json::value(attendee.entity.value)).value_or(0)},
                                {"partStat", oxjson::text_of_status(attendee.status)},
                                {"comment", attendee.comment}};
    const json::object body{{"attendee", std::move(answer_of_mine)}};
    OXB_CO_TRY(const auto answer,
               co_await context_.session->ask(
                   silent(context_, "updateAttendee",
                          {{"folder", folder_.id.value}, {"id", id_.value}, {"timestamp", stamp_}}, json::value(body)),
                   wait_));
    OXB_CO_TRY(auto outcome, outcome_of(answer, "chronos updateAttendee", body));
    start_from(outcome.version_of(id_));
    co_return outcome;
  }

  // Exceptions by their own ids, other occurrences by the series and their time.
  Task<Result<>> remove(std::vector<std::pair<RemoteId, std::optional<DateTime>>> occurrences) {
    // All entries of a request have one timestamp, and each deletion makes the series newer.
    while (!occurrences.empty()) {
      const auto count = stamp_ == kAnyVersion ? occurrences.size() : 1;
      json::array body;
      for (std::size_t i = 0; i < count; ++i) {
        json::object one{{"folder", folder_.id.value}, {"id", occurrences[i].first.value}};
        if (occurrences[i].second) one["recurrenceId"] = oxjson::text_of_recurrence_id(*occurrences[i].second);
        body.push_back(std::move(one));
      }
      occurrences.erase(occurrences.begin(), occurrences.begin() + static_cast<std::ptrdiff_t>(count));
      OXB_CO_TRY(const auto answer, co_await context_.session->ask(
                                        silent(context_, "delete", {{"timestamp", stamp_}}, json::value(body)), wait_));
      OXB_CO_CHECK(take_deletions(answer));
    }
    co_return Result<>{};
  }

 private:
  Result<> take_deletions(const oxjson::Answer& answer) {
    OXB_CHECK(require_written(answer, "chronos delete"));
    if (!answer.data.is_array()) return fail(Errc::unavailable, "chronos delete: no list in the answer");
    for (const auto& value : answer.data.get_array()) {
      if (!value.is_object()) return fail(Errc::unavailable, "chronos delete: not an object");
      const auto& one = value.get_object();
      if (const auto* error = one.if_contains("error"); error != nullptr && error->is_object()) {
        OXB_TRY(const auto inner, oxjson::answer_of(*error));
        // What the series has not, or no longer, needs no deletion.
        const bool gone =
            inner.error && (inner.error->code == "CAL-4061" || oxjson::errc_of(*inner.error) == Errc::not_found);
        if (!gone) OXB_CHECK(require_written(inner, "chronos delete"));
        continue;
      }
      oxjson::Answer part;
      part.data = value;
      if (const auto* stamp = one.if_contains("timestamp")) part.timestamp = oxjson::integer_of(*stamp);
      OXB_TRY(const auto outcome, outcome_of(part, "chronos delete", {}));
      start_from(outcome.version_of(id_));
    }
    return {};
  }

  Context context_;
  model::Folder folder_;
  RemoteId id_;
  std::string stamp_;
  Wait wait_;
  model::Version version_;
};

bool has(const std::vector<DateTime>& list, const DateTime& when) {
  return std::find(list.begin(), list.end(), when) != list.end();
}

// Of an occurrence that has no object of its own yet: what it would be without the change.
Event undisturbed(const Event& master, const Event& exception) {
  Event out = master;
  out.start = out.end = {};  // times are always named
  out.recurrence_rule.clear();
  out.extra_occurrences.clear();
  out.deleted_occurrences.clear();
  out.uid = exception.uid;
  return out;
}

json::object changes_of_new_exception(const Event& master, const Event& exception) {
  Event now = exception;
  now.recurrence_rule.clear();
  now.extra_occurrences.clear();
  return oxjson::changes_of(undisturbed(master, exception), now);
}

const Event* same_exception(const std::vector<Event>& list, const Event& wanted) {
  for (const auto& one : list) {
    const bool same = wanted.id.value.empty() ? one.recurrence_id == wanted.recurrence_id : one.id == wanted.id;
    if (same) return &one;
  }
  return nullptr;
}

// Before anything is written: a series must not be left half done for a text.
Result<> check_texts(const Series& series) {
  if (series.master)
    OXB_CHECK(oxjson::check_limits(oxjson::json_of(*series.master, Form::writable), oxjson::event_limits()));
  for (const auto& exception : series.exceptions)
    OXB_CHECK(oxjson::check_limits(oxjson::json_of(exception, Form::writable), oxjson::event_limits()));
  return {};
}

// The exceptions of `after`; those in `before` are changed, others made. latest: what answers said of them meanwhile.
Task<Result<>> write_exceptions(Writing& writing, RemoteId master_id, Series before, Series after,
                                std::map<std::string, Event> latest) {
  for (const auto& exception : after.exceptions) {
    const auto* known = same_exception(before.exceptions, exception);
    if (known == nullptr) {
      if (!exception.recurrence_id) co_return fail(Errc::invalid, "changed occurrence without its time");
      const auto changes = changes_of_new_exception(*after.master, exception);
      OXB_CO_CHECK(co_await writing.update(master_id, exception.recurrence_id, changes, exception.attachments));
      continue;
    }
    // Changes of a series reach its exceptions, so what counts is what the server has now.
    const auto newer = latest.find(known->id.value);
    const auto changes = oxjson::changes_of(newer == latest.end() ? *known : newer->second, exception);
    if (changes.empty()) continue;
    OXB_CO_CHECK(co_await writing.update(known->id, {}, changes, {}));
  }
  co_return Result<>{};
}

std::vector<std::pair<RemoteId, std::optional<DateTime>>> newly_deleted(const RemoteId& id, const Series& before,
                                                                        const Series& after) {
  std::vector<std::pair<RemoteId, std::optional<DateTime>>> out;
  for (const auto& when : after.master->deleted_occurrences) {
    if (has(before.master->deleted_occurrences, when)) continue;
    const auto it = std::find_if(before.exceptions.begin(), before.exceptions.end(),
                                 [&](const Event& one) { return one.recurrence_id == when; });
    if (it == before.exceptions.end()) {
      out.emplace_back(id, when);
    } else {
      out.emplace_back(it->id, std::nullopt);
    }
  }
  return out;
}

// Where nothing but the caller's own answer differs.
const model::Attendee* own_answer(const Context& context, const Event& before, const Event& after) {
  if (before.attendees.size() != after.attendees.size()) return nullptr;
  const model::Attendee* found = nullptr;
  for (std::size_t i = 0; i < after.attendees.size(); ++i) {
    const auto& now = after.attendees[i];
    if (before.attendees[i] == now) continue;
    auto same = now;
    same.status = before.attendees[i].status;
    same.comment = before.attendees[i].comment;
    same.raw = before.attendees[i].raw;
    if (found != nullptr || !(same == before.attendees[i])) return nullptr;
    if (now.entity.value != std::to_string(context.session->user())) return nullptr;
    found = &now;
  }
  return found;
}

// Occurrences that are no longer deleted.
bool revives(const Event& before, const Event& after) {
  return std::any_of(before.deleted_occurrences.begin(), before.deleted_occurrences.end(),
                     [&](const DateTime& when) { return !has(after.deleted_occurrences, when); });
}

json::object master_changes(const Event& before, const Event& after) {
  auto out = oxjson::changes_of(before, after);
  if (!revives(before, after)) return out;
  json::array dates;
  for (const auto& when : after.deleted_occurrences) {
    if (has(before.deleted_occurrences, when)) dates.emplace_back(oxjson::text_of_recurrence_id(when));
  }
  out["deleteExceptionDates"] = std::move(dates);
  return out;
}

Task<Result<Written>> update_lone(Context context, model::Folder folder, Series before, Series after, Wait wait) {
  if (before.exceptions.empty()) co_return fail(Errc::invalid, "series without events");
  const auto id = before.exceptions.front().id;
  auto version = before.exceptions.front().version;
  for (const auto& exception : after.exceptions) {
    const auto* known = same_exception(before.exceptions, exception);
    if (known == nullptr) co_return fail(Errc::invalid, "an occurrence of a series that is not here");
    OXB_CO_TRY(auto stamp, stamp_of(known->version));
    Writing writing(context, folder, known->id, std::move(stamp), wait);
    if (const auto* answer = own_answer(context, *known, exception)) {
      OXB_CO_CHECK(co_await writing.respond(*answer));
    } else {
      const auto changes = oxjson::changes_of(*known, exception);
      if (changes.empty()) continue;
      OXB_CO_CHECK(co_await writing.update(known->id, {}, changes, {}));
    }
    if (known->id == id) version = writing.version();
  }
  co_return Written{id, std::move(version)};
}

Request remove_request(const Context& context, const model::Folder& folder, const RemoteId& id, std::string stamp) {
  return silent(context, "delete", {{"timestamp", std::move(stamp)}},
                json::value(json::array{json::value(json::object{{"folder", folder.id.value}, {"id", id.value}})}));
}

// The rest of a new series: what its master could not say.
Task<Result<model::Version>> complete_new(Context context, model::Folder folder, Event made, Series wanted, Wait wait) {
  Writing writing(context, folder, made.id, kAnyVersion, wait);
  writing.start_from(made.version);
  Series now{made, {}};
  OXB_CO_CHECK(co_await writing.remove(newly_deleted(made.id, now, wanted)));
  OXB_CO_CHECK(co_await write_exceptions(writing, made.id, std::move(now), std::move(wanted), {}));
  co_return writing.version();
}

}  // namespace

Task<Result<Written>> create(Context context, model::Folder folder, Series series, Wait wait) {
  if (!series.master) co_return fail(Errc::invalid, "an occurrence of a series that is not here");
  OXB_CO_CHECK(check_texts(series));
  OXB_CO_CHECK(require_silence(context, *series.master));
  auto body = oxjson::json_of(*series.master, Form::writable);
  auto request = silent(context, "new", {{"folder", folder.id.value}}, {});
  add_files(request, body, series.master->attachments);
  request.body = json::value(body);
  OXB_CO_TRY(const auto answer, co_await context.session->ask(std::move(request), wait));
  OXB_CO_TRY(const auto outcome, outcome_of(answer, "chronos new", body));
  const auto made = std::find_if(outcome.events.begin(), outcome.events.end(),
                                 [](const auto& entry) { return !entry.second.recurrence_id; });
  if (made == outcome.events.end()) co_return fail(Errc::unavailable, "chronos new: no event in the answer");
  const auto id = made->second.id;
  auto version = co_await complete_new(context, folder, made->second, std::move(series), wait);
  if (!version) {
    if (!is_unknown(version.error()))
      OXB_CO_CHECK(co_await context.session->ask(remove_request(context, folder, id, kAnyVersion), wait));
    co_return tl::unexpected(std::move(version).error());
  }
  co_return Written{id, std::move(*version)};
}

Task<Result<Written>> update(Context context, model::Folder folder, Series before, Series after, Wait wait) {
  OXB_CO_CHECK(check_texts(after));
  if (before.master.has_value() != after.master.has_value())
    co_return fail(Errc::invalid, "a series cannot get or lose its master");
  if (!before.master) co_return co_await update_lone(context, folder, std::move(before), std::move(after), wait);
  OXB_CO_CHECK(require_silence(context, *after.master));
  const auto id = before.master->id;
  OXB_CO_TRY(auto stamp, stamp_of(before.master->version));
  Writing writing(context, folder, id, std::move(stamp), wait);
  std::map<std::string, Event> latest;
  if (const auto* answer = own_answer(context, *before.master, *after.master)) {
    OXB_CO_TRY(auto outcome, co_await writing.respond(*answer));
    latest = std::move(outcome.events);
    after.master->attendees = before.master->attendees;
  }
  if (const auto changes = master_changes(*before.master, *after.master); !changes.empty()) {
    OXB_CO_TRY(auto outcome, co_await writing.update(id, {}, changes, {}));
    latest = std::move(outcome.events);
  }
  OXB_CO_CHECK(co_await writing.remove(newly_deleted(id, before, after)));
  const auto is_deleted = [&](const Event& one) {
    return one.recurrence_id && has(after.master->deleted_occurrences, *one.recurrence_id);
  };
  std::erase_if(after.exceptions, is_deleted);
  const auto unchanged = before.master->version;
  OXB_CO_CHECK(co_await write_exceptions(writing, id, std::move(before), std::move(after), std::move(latest)));
  co_return Written{id, writing.version().value.empty() ? unchanged : writing.version()};
}

Task<Result<Written>> change_files(Context context, model::Folder folder, Series series, FileChanges changes,
                                   Wait wait) {
  if (!series.master && series.exceptions.empty()) co_return fail(Errc::invalid, "series without events");
  const auto& event = series.master ? *series.master : series.exceptions.front();
  if (changes.empty()) co_return Written{event.id, event.version};
  OXB_CO_TRY(auto stamp, stamp_of(event.version));
  // The list that is sent is what remains.
  json::array kept;
  for (const auto& file : event.attachments) {
    if (std::find(changes.remove.begin(), changes.remove.end(), file.id) == changes.remove.end())
      kept.emplace_back(oxjson::json_of(file));
  }
  Writing writing(context, folder, event.id, std::move(stamp), wait);
  OXB_CO_CHECK(co_await writing.update(event.id, {}, {{"attachments", std::move(kept)}}, std::move(changes.add)));
  co_return Written{event.id, writing.version()};
}

Task<Result<std::vector<Result<>>>> remove(Context context, model::Folder folder, std::vector<Written> items,
                                           Wait wait) {
  std::vector<Request> requests;
  for (const auto& item : items) {
    OXB_CO_TRY(auto stamp, stamp_of(item.version));
    requests.push_back(remove_request(context, folder, item.id, std::move(stamp)));
  }
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  std::vector<Result<>> out;
  for (const auto& answer : answers) {
    auto result = require_written(answer, "chronos delete");
    const auto* list = answer.data.is_array() ? &answer.data.get_array() : nullptr;
    if (result && (list == nullptr || list->size() != 1 || !list->front().is_object()))
      co_return fail(Errc::unavailable, "chronos delete: no list in the answer");
    const auto* error = result ? list->front().get_object().if_contains("error") : nullptr;
    if (error != nullptr && error->is_object()) {
      OXB_CO_TRY(const auto inner, oxjson::answer_of(*error));
      result = require_written(inner, "chronos delete");
    }
    if (!result && result.error().code == Errc::not_found) result = Result<>{};
    out.push_back(std::move(result));
  }
  co_return out;
}

Task<Result<std::vector<Result<Written>>>> move(Context context, model::Folder from, std::vector<Written> items,
                                                model::Folder to, Wait wait) {
  std::vector<Request> requests;
  for (const auto& item : items) {
    OXB_CO_TRY(auto stamp, stamp_of(item.version));
    requests.push_back(silent(context, "move",
                              {{"folder", from.id.value},
                               {"id", item.id.value},
                               {"targetFolder", to.id.value},
                               {"timestamp", std::move(stamp)}},
                              {}));
  }
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  std::vector<Result<Written>> out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto outcome = outcome_of(answers[i], "chronos move", {});
    if (outcome) {
      out.emplace_back(Written{items[i].id, outcome->version});
    } else {
      out.emplace_back(tl::unexpected(outcome.error()));
    }
  }
  co_return out;
}

}  // namespace oxb::backend::ox::calendar
