// SPDX-License-Identifier: GPL-3.0-or-later
// Calendar folders. The server delivers masters and exceptions as objects of their own; the gateway wants whole series.
#include "backend/ox/writer.h"
#include "format/oxjson/event.h"
#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace oxb::backend::ox::calendar {
namespace {

using model::Event, model::Series;

constexpr std::string_view kTooMany = "CAL-5072";

// 1900 ... 2200; a series that never ends is inside any part of it.
constexpr std::int64_t kFirst = -2'208'988'800'000, kLast = 7'258'118'400'000;
constexpr std::size_t kMostRanges = 4096;

std::string range_text(std::int64_t ms) {
  const auto date = oxjson::date_from_ms(ms).value_or(model::Date{2200, 1, 1});
  const auto seconds = (ms - oxjson::ms_from_date(date)) / 1000;
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", date.year, date.month, date.day, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

// Everything an answer said about events, put together series by series.
class Collection {
 public:
  // The key of an item: the series, or the event itself.
  static std::string key(const Event& event) {
    return event.series.value.empty() ? event.id.value : event.series.value;
  }

  Result<> add(const json::value& value) {
    if (!value.is_object()) return fail(Errc::unavailable, "chronos: event is not an object");
    auto event = oxjson::event_of(value.get_object());
    if (event) {
      const auto id = event->id.value;
      events_.insert_or_assign(id, std::move(*event));
      return {};
    }
    oxjson::Reader in(value.get_object());
    const auto id = in.text("id"), series = in.text("seriesId");
    if (id.empty()) return fail(Errc::unavailable, "chronos: event without id");
    broken_.insert(series.empty() ? id : series);
    reason_ = event.error().what;
    return {};
  }
  Result<> add_all(std::span<const json::value> values) {
    for (const auto& value : values) OXB_CHECK(add(value));
    return {};
  }

  bool contains(const std::string& id) const { return events_.contains(id); }
  const Event* find(const std::string& id) const {
    const auto it = events_.find(id);
    return it == events_.end() ? nullptr : &it->second;
  }
  const std::map<std::string, Event>& events() const { return events_; }
  std::set<std::string> keys() const {
    std::set<std::string> out = broken_;
    for (const auto& [id, event] : events_) out.insert(key(event));
    return out;
  }
  bool has_occurrence(const std::string& series, const model::DateTime& when) const {
    return std::any_of(events_.begin(), events_.end(), [&](const auto& entry) {
      return entry.second.series.value == series && entry.second.recurrence_id == when;
    });
  }

  // Items into the changes; broken ones among the unreadable.
  void deliver(ItemChanges& out, const RemoteId& folder) && {
    std::map<std::string, Series> series;
    for (auto& [id, event] : events_) {
      event.folder = folder;  // some answers name the folder in another spelling
      auto& one = series[key(event)];
      if (event.recurrence_id || (!event.series.value.empty() && event.series != event.id)) {
        one.exceptions.push_back(std::move(event));
      } else {
        one.master = std::move(event);
      }
    }
    for (auto& [id, one] : series) {
      if (broken_.contains(id)) continue;
      std::sort(one.exceptions.begin(), one.exceptions.end(), [](const Event& a, const Event& b) {
        return std::pair(a.recurrence_id, a.id) < std::pair(b.recurrence_id, b.id);
      });
      out.changed.emplace_back(std::move(one));
    }
    for (const auto& id : broken_) out.unreadable.push_back(RemoteId{id});
    out.unreadable_reason = reason_;
  }

 private:
  std::map<std::string, Event> events_;
  std::set<std::string> broken_;
  std::string reason_;
};

Request updates_request(const model::Folder& folder, std::int64_t since) {
  return {"chronos",
          "updates",
          {{"folder", folder.id.value}, {"timestamp", std::to_string(since)}, {"timezone", "UTC"}},
          {}};
}

// By ranges, halved until each answer is small enough for the server: few fields make many events small. The newest
// stamp of all answers.
Task<Result<std::int64_t>> read_ranges(Context context, model::Folder folder, std::string fields, Collection* into,
                                       Wait wait) {
  std::vector<std::pair<std::int64_t, std::int64_t>> open = {{kFirst, kLast}};
  std::int64_t stamp = 0;
  for (std::size_t asked = 0; !open.empty(); ++asked) {
    if (asked >= kMostRanges) co_return fail(Errc::limit, "chronos all: too many events");
    const auto [from, to] = open.back();
    open.pop_back();
    Request request{"chronos", "all", {}, {}};
    request.parameters = {{"folder", folder.id.value},
                          {"rangeStart", range_text(from)},
                          {"rangeEnd", range_text(to)},
                          {"timezone", "UTC"}};
    if (!fields.empty()) request.parameters.emplace_back("fields", fields);
    OXB_CO_TRY(const auto answer, co_await context.session->ask(std::move(request), wait));
    if (answer.error && answer.error->code == kTooMany) {
      if (to - from < 3'600'000) co_return fail(Errc::limit, "chronos all: too many events in one hour");
      const auto middle = from + (to - from) / 2000 * 1000;
      open.emplace_back(middle, to);
      open.emplace_back(from, middle);
      continue;
    }
    OXB_CO_TRY(const auto values, array_of(answer, "chronos all"));
    if (into != nullptr) OXB_CO_CHECK(into->add_all(values));
    stamp = std::max(stamp, answer.timestamp.value_or(0));
  }
  co_return stamp;
}

Task<Result<ItemChanges>> read_all(Context context, model::Folder folder, Wait wait) {
  Collection collection;
  std::int64_t stamp = 0;
  bool by_ranges = !folder.supports_changes;
  if (!by_ranges) {
    // Changes since ever are the whole folder, whatever its dates.
    OXB_CO_TRY(const auto answer, co_await context.session->ask(updates_request(folder, 0), wait));
    if (answer.error && (answer.error->code == kTooMany || oxjson::errc_of(*answer.error) == Errc::unsupported)) {
      by_ranges = true;
    } else {
      OXB_CO_CHECK(require_good(answer, "chronos updates"));
      const auto* values = answer.data.is_object() ? answer.data.get_object().if_contains("newAndModified") : nullptr;
      if (values == nullptr || !values->is_array()) co_return fail(Errc::unavailable, "chronos updates: no list");
      OXB_CO_CHECK(collection.add_all({values->get_array().data(), values->get_array().size()}));
      stamp = answer.timestamp.value_or(0);
    }
  }
  if (by_ranges) {
    // A change that comes in between may lie in a range that was read already. So the stamp is learned first: what is
    // newer comes with the next reading, what is older is seen by this one.
    if (folder.supports_changes) {
      OXB_CO_TRY(stamp, co_await read_ranges(context, folder, "id", nullptr, wait));
    }
    OXB_CO_TRY(std::ignore, co_await read_ranges(context, folder, "", &collection, wait));
  }
  ItemChanges out;
  out.complete = true;
  std::move(collection).deliver(out, folder.id);
  out.position = print_position(position_now(stamp, 0, *context.session->options().clock));
  co_return out;
}

struct Listed {
  std::vector<std::string> missing;  // ids the server has not (in this folder)
};

json::array list_body(const model::Folder& folder, std::span<const std::string> ids) {
  json::array body;
  for (const auto& id : ids) body.push_back(json::object{{"folder", folder.id.value}, {"id", id}});
  return body;
}

// One id is asked for alone where a list of many was refused because of a single one.
Task<Result<Listed>> get_one_by_one(Context context, model::Folder folder, std::vector<std::string> ids,
                                    std::string fields, Collection& into, Wait wait) {
  std::vector<Request> requests;
  for (const auto& id : ids) {
    Request request{"chronos", "get", {{"folder", folder.id.value}, {"id", id}, {"timezone", "UTC"}}, {}};
    if (!fields.empty()) request.parameters.emplace_back("fields", fields);
    requests.push_back(std::move(request));
  }
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  Listed out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (answers[i].error && oxjson::errc_of(*answers[i].error) == Errc::not_found) {
      out.missing.push_back(ids[i]);
      continue;
    }
    OXB_CO_CHECK(require_good(answers[i], "chronos get"));
    OXB_CO_CHECK(into.add(answers[i].data));
  }
  co_return out;
}

Task<Result<Listed>> list(Context context, model::Folder folder, std::vector<std::string> ids, std::string fields,
                          Collection& into, Wait wait) {
  Listed out;
  for (auto& some : chunks(ids, context.session->options().rows)) {
    Request request{"chronos", "list", {{"timezone", "UTC"}}, json::value(list_body(folder, some))};
    if (!fields.empty()) request.parameters.emplace_back("fields", fields);
    OXB_CO_TRY(const auto answer, co_await context.session->ask(std::move(request), wait));
    if (answer.error && oxjson::errc_of(*answer.error) != Errc::not_found) {
      co_return tl::unexpected(oxjson::to_error(*answer.error, "chronos list"));
    }
    if (answer.error) {  // an id in another folder spoils the whole list
      OXB_CO_TRY(auto rest, co_await get_one_by_one(context, folder, std::move(some), fields, into, wait));
      std::move(rest.missing.begin(), rest.missing.end(), std::back_inserter(out.missing));
      continue;
    }
    OXB_CO_TRY(const auto values, array_of(answer, "chronos list"));
    std::set<std::string> got;
    for (const auto& value : values) {
      if (value.is_null()) continue;  // the server's way to say that it has no such event
      OXB_CO_CHECK(into.add(value));
      const auto* id = value.get_object().if_contains("id");
      if (id != nullptr) got.insert(oxjson::text_of(*id).value_or(""));
    }
    for (auto& id : some) {
      if (!got.contains(id)) out.missing.push_back(std::move(id));
    }
  }
  co_return out;
}

// Completes the series of which only a part is in the collection. False: a series has no master here, so that its
// other exceptions cannot be asked for by name.
Task<Result<bool>> complete_series(Context context, model::Folder folder, std::set<std::string> series,
                                   Collection& collection, Wait wait) {
  std::vector<std::string> masters;
  for (const auto& id : series) {
    if (!collection.contains(id)) masters.push_back(id);
  }
  if (!masters.empty()) {
    OXB_CO_TRY(const auto listed, co_await list(context, folder, masters, "", collection, wait));
    if (!listed.missing.empty()) co_return false;
  }
  std::vector<Request> requests;
  for (const auto& id : series) {
    const auto* master = collection.find(id);
    if (master == nullptr) continue;  // unreadable
    for (const auto& when : master->changed_occurrences) {
      if (collection.has_occurrence(id, when)) continue;
      Request request{"chronos", "get", {}, {}};
      request.parameters = {{"folder", folder.id.value},
                            {"id", id},
                            {"recurrenceId", oxjson::text_of_recurrence_id(when)},
                            {"timezone", "UTC"}};
      requests.push_back(std::move(request));
    }
  }
  if (requests.empty()) co_return true;
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  for (const auto& answer : answers) {
    // An exception that this user no longer sees.
    if (answer.error && oxjson::errc_of(*answer.error) == Errc::not_found) continue;
    OXB_CO_CHECK(require_good(answer, "chronos get"));
    OXB_CO_CHECK(collection.add(answer.data));
  }
  co_return true;
}

std::set<std::string> series_in(const Collection& collection) {
  std::set<std::string> out;
  for (const auto& [id, event] : collection.events()) {
    if (!event.series.value.empty()) out.insert(event.series.value);
  }
  return out;
}

struct Delta {
  Collection collection;
  std::set<std::string> touched;  // series that need to be whole
  std::vector<RemoteId> deleted;
  std::int64_t stamp = 0;
};

Result<Delta> read_delta(const oxjson::Answer& answer, std::int64_t since) {
  OXB_CHECK(require_good(answer, "chronos updates"));
  const auto list_at = [&](std::string_view name) -> const json::array* {
    const auto* list = answer.data.is_object() ? answer.data.get_object().if_contains(name) : nullptr;
    return list == nullptr || !list->is_array() ? nullptr : &list->get_array();
  };
  const auto* alive = list_at("newAndModified");
  const auto* dead = list_at("deleted");
  if (alive == nullptr || dead == nullptr) return fail(Errc::unavailable, "chronos updates: no lists in the answer");
  Delta out;
  OXB_CHECK(out.collection.add_all({alive->data(), alive->size()}));
  out.touched = series_in(out.collection);
  std::set<std::string> alive_ids;
  for (const auto& value : *alive) {
    const auto* id = value.get_object().if_contains("id");
    if (id != nullptr) alive_ids.insert(oxjson::text_of(*id).value_or(""));
  }
  std::set<std::string> gone;
  for (const auto& value : *dead) {
    if (!value.is_object()) return fail(Errc::unavailable, "chronos updates: tombstone is not an object");
    oxjson::Reader in(value.get_object());
    const auto id = in.text("id"), series = in.text("seriesId");
    // What is new or modified lives, whatever the tombstones say.
    if (id.empty() || alive_ids.contains(id)) continue;
    gone.insert(id);
    if (!series.empty() && series != id) out.touched.insert(series);
  }
  for (const auto& id : gone) {
    out.touched.erase(id);
    out.deleted.push_back(RemoteId{id});
  }
  out.stamp = std::max(since, answer.timestamp.value_or(since));
  return out;
}

}  // namespace

Task<Result<ItemChanges>> changes(Context context, model::Folder folder, model::Position since, Wait wait) {
  const auto from = parse_position(since);
  if (!folder.supports_changes || needs_full_reading(from, context)) co_return co_await read_all(context, folder, wait);
  OXB_CO_TRY(const auto answer, co_await context.session->ask_together(updates_request(folder, from->stamp), wait));
  if (answer.error && (answer.error->code == kTooMany || oxjson::errc_of(*answer.error) == Errc::unsupported)) {
    co_return co_await read_all(context, folder, wait);
  }
  OXB_CO_TRY(auto delta, read_delta(answer, from->stamp));
  OXB_CO_TRY(const bool whole, co_await complete_series(context, folder, delta.touched, delta.collection, wait));
  if (!whole) co_return co_await read_all(context, folder, wait);
  ItemChanges out;
  out.deleted = std::move(delta.deleted);
  // An exception that stood alone is part of its series once the master is there.
  for (const auto& [id, event] : delta.collection.events()) {
    if (!event.series.value.empty() && event.series != event.id) out.deleted.push_back(event.id);
  }
  std::move(delta.collection).deliver(out, folder.id);
  out.position = print_position(position_now(delta.stamp, 0, *context.session->options().clock));
  co_return out;
}

Task<Result<std::vector<RemoteId>>> existing(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                             Wait wait) {
  std::vector<std::string> plain;
  for (const auto& id : ids) plain.push_back(id.value);
  Collection collection;
  OXB_CO_TRY(const auto listed,
             co_await list(context, folder, std::move(plain), "id,folder,timestamp,startDate", collection, wait));
  const std::set<std::string> missing(listed.missing.begin(), listed.missing.end());
  std::erase_if(ids, [&](const RemoteId& id) { return missing.contains(id.value); });
  co_return ids;
}

Task<Result<std::vector<Result<Item>>>> items(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                              Wait wait) {
  std::vector<std::string> plain;
  for (const auto& id : ids) plain.push_back(id.value);
  Collection collection;
  OXB_CO_TRY(const auto listed, co_await list(context, folder, std::move(plain), "", collection, wait));
  ItemChanges all;
  OXB_CO_TRY(const bool whole, co_await complete_series(context, folder, series_in(collection), collection, wait));
  if (whole) {
    std::move(collection).deliver(all, folder.id);
  } else {
    OXB_CO_TRY(all, co_await read_all(context, folder, wait));
  }
  std::map<RemoteId, const Item*> by_id;
  for (const auto& item : all.changed) by_id[id_of(item)] = &item;
  std::vector<Result<Item>> out;
  for (const auto& id : ids) {
    if (const auto it = by_id.find(id); it != by_id.end()) {
      out.emplace_back(*it->second);
    } else if (std::find(all.unreadable.begin(), all.unreadable.end(), id) != all.unreadable.end()) {
      out.emplace_back(fail(Errc::malformed, all.unreadable_reason));
    } else {
      out.emplace_back(fail(Errc::not_found, "event " + id.value));
    }
  }
  co_return out;
}

// The fields that only say which event it is may be had of any number of events at once.
Task<Result<std::optional<RemoteId>>> find(Context context, model::Folder folder, std::string uid, Wait wait) {
  Collection collection;
  OXB_CO_TRY(std::ignore, co_await read_ranges(context, folder, "id,seriesId,recurrenceId,uid,timestamp,startDate",
                                               &collection, wait));
  for (const auto& [id, event] : collection.events()) {
    if (event.uid == uid) co_return std::optional(RemoteId{Collection::key(event)});
  }
  co_return std::optional<RemoteId>();
}

}  // namespace oxb::backend::ox::calendar
