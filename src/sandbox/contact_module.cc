// SPDX-License-Identifier: GPL-3.0-or-later
// Modules `contacts`, `addressbooks` and `contacts/picture`, reading.
#include "sandbox/contact_write.h"
#include "sandbox/dispatch.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"

namespace oxb::sandbox {
namespace {

Answer rows_of(const Call& call, const std::vector<Contact>& contacts, const std::vector<int>& columns) {
  json::array rows;
  std::int64_t newest = 0;
  for (const auto& contact : contacts) {
    rows.push_back(contact_row(call, contact, columns, contact_folder_name(call, contact.folder)));
    newest = std::max(newest, contact.modified);
  }
  return newest > 0 ? Answer(std::move(rows), newest) : Answer(std::move(rows));
}

Ox<std::vector<Contact>> readable_contacts(const Call& call, const Folder& folder, std::int64_t after = -1) {
  const auto rights = rights_on(call.db, call.context, call.user, folder);
  if (rights.read == 0) return ox_fail("CON-0104", folder.id, call.context, call.user);
  auto contacts = contacts_in(call.db, call.context, folder.id, after);
  std::erase_if(contacts, [&](const Contact& contact) {
    const bool own = contact.created_by == call.user;
    return (contact.is_private && !own) || rights.read < (own ? 1 : 2);
  });
  return contacts;
}

void cut(const Call& call, std::vector<Contact>& contacts) {
  const auto left = parse_number(call.param_or("left_hand_limit", "0")).value_or(0);
  const auto right = parse_number(call.param_or("right_hand_limit", "-1")).value_or(-1);
  const auto size = static_cast<std::int64_t>(contacts.size());
  const auto end = right < 0 ? size : std::min(right, size);
  const auto begin = std::clamp<std::int64_t>(left, 0, end);
  contacts.erase(contacts.begin() + end, contacts.end());
  contacts.erase(contacts.begin(), contacts.begin() + begin);
}

Ox<Answer> all(Call& call) {
  const auto* folder_id = call.param("folder");
  if (!folder_id) return ox_fail("SVL-0009", "folder");
  OXB_TRY(const auto columns, call.columns());
  OXB_TRY(const auto folder, contact_folder(call, *folder_id));
  OXB_TRY(auto contacts, readable_contacts(call, folder));
  sort_contacts(call, contacts);
  cut(call, contacts);
  return rows_of(call, contacts, columns);
}

Ox<Answer> list(Call& call) {
  OXB_TRY(const auto body, call.body_array());
  OXB_TRY(const auto columns, call.columns());
  std::vector<Contact> contacts;
  for (const auto& entry : body) {
    if (!entry.is_object()) return wrong_type("String", "JSONObject");
    const auto& object = entry.get_object();
    if (!object.contains("folder")) return ox_fail("SVL-0001");
    OXB_TRY(const auto folder, contact_folder(call, as_id(object, "folder")));
    OXB_TRY(const auto id, contact_id(as_id(object, "id")));
    auto contact = find_contact(call.db, call.context, id);
    if (contact && contact->folder == folder.id && may_read(call, folder, *contact))
      contacts.push_back(std::move(*contact));
  }
  return rows_of(call, contacts, columns);
}

Answer object_of(const Call& call, const Contact& contact) {
  return Answer(contact_object(call, contact, contact_folder_name(call, contact.folder)), contact.modified);
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  OXB_TRY(const auto number, contact_id(id));
  OXB_TRY(const auto contact, readable_contact(call, folder, number));
  return object_of(call, contact);
}

// Rows of new and changed contacts, then the ids of those that left the folder. When nothing but deletions happened,
// the real server stumbles over its own timestamp; clients must live with that.
Ox<Answer> updates(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto since, contact_timestamp(call));
  OXB_TRY(const auto columns, call.columns());
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  OXB_TRY(const auto contacts, readable_contacts(call, folder, since));
  auto answer = rows_of(call, contacts, columns);
  if (call.param_or("ignore", "") == "deleted") return answer;
  bool any = false;
  auto q = call.db.query(
      "SELECT id, modified FROM contact_gone WHERE context = ? AND folder = ? AND modified > ? ORDER BY id",
      call.context, folder.id, since);
  while (q.next()) {
    any = true;
    answer.data->get_array().push_back(json::value(std::to_string(q.integer(0))));
    answer.timestamp = std::max(answer.timestamp.value_or(0), q.integer(1));
  }
  if (any && contacts.empty()) return ox_fail("SVL-0011", "\"date\" is null");
  return answer;
}

std::optional<Contact> contact_of_user(const Call& call, std::int64_t id) {
  const auto user = find_user(call.db, call.context, id);
  return user ? find_contact(call.db, call.context, user->contact) : std::nullopt;
}

Ox<Answer> list_user(Call& call) {
  OXB_TRY(const auto body, call.body_array());
  OXB_TRY(const auto columns, call.columns());
  std::vector<Contact> contacts;
  for (const auto& value : body) {
    auto contact = contact_of_user(call, as_number(value).value_or(0));
    if (contact) contacts.push_back(std::move(*contact));
  }
  return rows_of(call, contacts, columns);
}

Ox<Answer> get_user(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  const auto contact = contact_of_user(call, id);
  if (!contact) return ox_fail("USR-0010", id, call.context);
  return object_of(call, *contact);
}

// Does the yearly return of a day fall into the range?
bool returns_within(std::int64_t day, std::int64_t start, std::int64_t end) {
  using namespace std::chrono;
  const year_month_day date(floor<days>(sys_time<milliseconds>(milliseconds(day))));
  const year_month_day first(floor<days>(sys_time<milliseconds>(milliseconds(start))));
  const year_month_day last(floor<days>(sys_time<milliseconds>(milliseconds(end))));
  for (int y = static_cast<int>(first.year());
       y <= static_cast<int>(last.year()) && y < static_cast<int>(first.year()) + 5; ++y) {
    const auto at = sys_days(year(y) / date.month() / date.day()).time_since_epoch();
    const auto ms = duration_cast<milliseconds>(at).count();
    if (ms >= start && ms < end) return true;
  }
  return false;
}

Ox<Answer> yearly(Call& call, std::string_view field) {
  OXB_TRY(const auto start, call.need_number("start"));
  OXB_TRY(const auto end, call.need_number("end"));
  OXB_TRY(const auto columns, call.columns());
  std::vector<Contact> contacts;
  for (const auto& folder : folders_of_module(call.db, call.context, "contacts")) {
    if (const auto* wanted = call.param("folder")) {
      OXB_TRY(const auto only, contact_folder(call, *wanted));
      if (only.id != folder.id) continue;
    }
    auto readable = readable_contacts(call, folder);
    if (!readable) continue;  // folders without read right are left out
    for (auto& contact : *readable) {
      const auto day = as_number(contact.data, field);
      if (day && returns_within(*day, start, end)) contacts.push_back(std::move(contact));
    }
  }
  return rows_of(call, contacts, columns);
}
Ox<Answer> birthdays(Call& call) { return yearly(call, "birthday"); }
Ox<Answer> anniversaries(Call& call) { return yearly(call, "anniversary"); }

std::optional<Contact> pictured(const Call& call) {
  if (const auto* user = call.param("user_id")) return contact_of_user(call, parse_number(*user).value_or(0));
  if (const auto* id = call.param("contact_id"))
    return find_contact(call.db, call.context, parse_number(*id).value_or(0));
  const auto* mail = call.param("email");
  if (!mail) return std::nullopt;
  const auto id = call.db.integer(
      "SELECT id FROM contact WHERE context = ?1 AND image IS NOT NULL AND (json_extract(data, '$.email1') = ?2 OR "
      "json_extract(data, '$.email2') = ?2 OR json_extract(data, '$.email3') = ?2) ORDER BY folder = 6 DESC LIMIT 1",
      call.context, *mail);
  return id ? find_contact(call.db, call.context, *id) : std::nullopt;
}

Ox<Answer> picture(Call& call) {
  const auto missing = [] {
    Answer answer;
    answer.raw = page(404, "Not Found", "Not Found");
    return answer;
  };
  const auto contact = pictured(call);
  if (!contact || !contact->has_image) return missing();
  const auto folder = find_folder(call.db, call.context, contact->folder);
  if (!folder || !may_read(call, *folder, *contact)) return missing();
  auto q = call.db.query("SELECT image FROM contact WHERE context = ? AND id = ?", call.context, contact->id);
  if (!q.next()) return missing();
  Answer answer;
  answer.raw.emplace();
  answer.raw->headers.add("Content-Type", as_string(contact->data, "image1_content_type") + ";charset=UTF-8");
  answer.raw->body = q.bytes(0);
  return answer;
}

constexpr Action kActions[] = {
    {"contacts", "all", all},
    {"contacts", "list", list},
    {"contacts", "get", get},
    {"contacts", "updates", updates},
    {"contacts", "listuser", list_user},
    {"contacts", "getuser", get_user},
    {"contacts", "birthdays", birthdays},
    {"contacts", "anniversaries", anniversaries},
    {"contacts", "search", search_contacts},
    {"contacts", "advancedSearch", advanced_search},
    {"contacts", "autocomplete", autocomplete},
    {"contacts", "new", new_contact},
    {"contacts", "update", update_contact_action},
    {"contacts", "delete", delete_contacts},
    {"contacts", "copy", copy_contact},
    {"addressbooks", "all", all},
    {"addressbooks", "list", list},
    {"addressbooks", "get", get},
    {"addressbooks", "birthdays", birthdays},
    {"addressbooks", "anniversaries", anniversaries},
    {"addressbooks", "search", search_contacts},
    {"addressbooks", "advancedSearch", advanced_search},
    {"addressbooks", "autocomplete", autocomplete},
    {"addressbooks", "new", new_contact},
    {"addressbooks", "update", update_contact_action},
    {"addressbooks", "delete", delete_contacts},
    {"addressbooks", "copy", copy_contact},
    {"contacts/picture", "get", picture, ActionKind::download},
};

}  // namespace

std::span<const Action> contact_actions() { return kActions; }

}  // namespace oxb::sandbox
