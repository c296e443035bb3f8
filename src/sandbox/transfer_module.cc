// SPDX-License-Identifier: GPL-3.0-or-later
// Modules `import` and `export`: iCalendar, vCard, CSV.
#include "base/text.h"
#include "format/ical/ical.h"
#include "format/oxjson/columns.h"
#include "format/oxjson/contact.h"
#include "format/oxjson/event.h"
#include "format/oxjson/task.h"
#include "format/vcard/vcard.h"
#include "sandbox/contact_write.h"
#include "sandbox/event_view.h"
#include "sandbox/import.h"
#include "sandbox/registry.h"
#include "sandbox/tasks.h"

namespace oxb::sandbox {
namespace {

constexpr std::string_view kProduct = "-//Oxbridge//oxsandbox//EN";

Ox<std::string> uploaded(const Call& call) {
  for (const auto& part : call.parts) {
    if (part.name == "file") return std::string(as_text(part.content));
  }
  return ox_fail("ATT-0401");
}

// Cards of version 3.0 whose addresses have a type that only later versions know: stored, with a warning in the answer.
bool has_late_mail_type(std::string_view text) {
  const auto upper = ascii_upper(text);
  return upper.find("VERSION:3.0") != std::string::npos &&
         (upper.find("EMAIL;TYPE=WORK") != std::string::npos || upper.find("EMAIL;TYPE=HOME") != std::string::npos);
}

json::array answers(const Call& call, const ImportReport& report, const OxError* warning) {
  json::array out;
  for (const auto& item : report.made) {
    json::object entry;
    if (warning) warning->write(entry);
    entry["id"] = std::to_string(item.id);
    entry["last_modified"] = item.stamp;
    entry["folder_id"] = call.param_or("folder", "");
    out.push_back(std::move(entry));
  }
  for (const auto& item : report.refused) {
    json::object entry;
    OxError("SVL-0011", {json::value(item.what() + ": " + item.reason)}).write(entry);
    out.push_back(std::move(entry));
  }
  return out;
}

// The importer's calls are transactions of their own, so that of this call ends first.
template <class Fn>
ImportReport outside_transaction(Call& call, Fn fn) {
  if (auto stored = call.db.commit(); !stored) return {};
  auto report = fn();
  call.db.begin();
  return report;
}

Ox<Answer> import_vcard(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto text, uploaded(call));
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  const auto report = outside_transaction(call, [&] {
    return import_cards(call.sandbox, *call.session, text, {0, 0, folder.id});
  });
  const OxError late =
      OxError("VCARD-0003", {"Email", "TYPE parameter is not supported in this version", 9}).as_warning();
  return Answer(answers(call, report, has_late_mail_type(text) ? &late : nullptr));
}

Ox<Answer> import_ical(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto text, uploaded(call));
  const auto name = FolderName::parse(folder_id);
  const auto folder = find_folder(call.db, call.context, name.number);
  if (!folder) return ox_fail("FLD-0008", name.number, call.context);
  ImportTarget target;
  (folder->module == "tasks" ? target.tasks : target.calendar) = folder->id;
  auto report = outside_transaction(call, [&] { return import_calendar(call.sandbox, *call.session, text, target); });
  return Answer(answers(call, report, nullptr));
}

Answer download(std::string text, std::string_view type) {
  Answer answer;
  answer.raw = net::HttpResponse::text(200, text, fmt::format("{};charset=UTF-8", type));
  return answer;
}

Ox<std::vector<Contact>> chosen_contacts(const Call& call) {
  std::vector<Contact> out;
  if (call.method == "PUT") {
    OXB_TRY(const auto body, call.body_array());
    for (const auto& value : body) {
      if (!value.is_object()) return wrong_type("String", "JSONObject");
      OXB_TRY(const auto folder, contact_folder(call, as_id(value.get_object(), "folder_id")));
      OXB_TRY(const auto id, contact_id(as_id(value.get_object(), "id")));
      OXB_TRY(auto contact, readable_contact(call, folder, id));
      out.push_back(std::move(contact));
    }
    return out;
  }
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  if (rights_on(call.db, call.context, call.user, folder).read == 0)
    return ox_fail("CON-0104", folder.id, call.context, call.user);
  out = contacts_in(call.db, call.context, folder.id);
  std::erase_if(out, [&](const Contact& contact) { return !may_read(call, folder, contact); });
  return out;
}

Ox<Answer> export_vcard(Call& call) {
  OXB_TRY(const auto contacts, chosen_contacts(call));
  vcard::Cards cards;
  for (const auto& contact : contacts) {
    const auto object = oxjson::contact_of(contact_object(call, contact, std::to_string(contact.folder)));
    if (!object) return tl::unexpected(OxError(object.error()));
    if (const auto* person = std::get_if<model::Contact>(&*object)) cards.contacts.push_back(*person);
    if (const auto* list = std::get_if<model::DistributionList>(&*object)) cards.lists.push_back(*list);
  }
  return download(vcard::write(cards), "text/x-vcard");
}

Ox<Answer> export_ical(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  std::vector<model::Series> series;
  std::vector<model::Task> tasks;
  if (FolderName::parse(folder_id).kind == FolderName::Kind::calendar) {
    OXB_TRY(const auto folder, calendar_folder(call, folder_id));
    std::map<std::int64_t, model::Series> by_series;
    for (const auto& event : events_in_folder(call.db, call.context, folder.folder.id)) {
      if (!may_see(call, folder, event)) continue;
      const auto read = oxjson::event_of(event_object(call, folder, event));
      if (!read) return tl::unexpected(OxError(read.error()));
      auto& one = by_series[event.series != 0 ? event.series : event.id];
      if (event.is_exception()) {
        one.exceptions.push_back(*read);
      } else {
        one.master = *read;
      }
    }
    for (auto& [id, one] : by_series) series.push_back(std::move(one));
  } else {
    OXB_TRY(const auto folder, task_folder(call, folder_id));
    for (const auto& task : tasks_in(call.db, call.context, folder.id)) {
      if (!may_read(call, folder, task)) continue;
      const auto read = oxjson::task_of(task_object(call, task, folder.id));
      if (!read) return tl::unexpected(OxError(read.error()));
      tasks.push_back(*read);
    }
  }
  return download(ical::write(series, tasks, kProduct), "text/calendar");
}

std::string csv_field(const json::value& value) {
  std::string out = "\"";
  for (const char c : as_id(value)) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

Ox<Answer> export_csv(Call& call) {
  OXB_TRY(const auto contacts, chosen_contacts(call));
  OXB_TRY(auto columns, call.columns());
  if (columns.empty()) {
    for (const auto& column : oxjson::contact_columns()) columns.push_back(column.number);
  }
  const auto line = [](const json::array& fields) {
    std::string out;
    for (const auto& field : fields) out += (out.empty() ? "" : ",") + csv_field(field);
    return out + "\n";
  };
  json::array head;
  for (const int number : columns) {
    const auto* column = oxjson::find_column(oxjson::contact_columns(), number);
    if (column) head.push_back(json::value(column->label.empty() ? column->name : column->label));
  }
  std::string text = line(head);
  for (const auto& contact : contacts)
    text += line(contact_row(call, contact, columns, std::to_string(contact.folder)));
  return download(std::move(text), "text/csv");
}

constexpr Action kActions[] = {
    {"import", "VCARD", import_vcard},
    {"import", "ICAL", import_ical},
    {"export", "VCARD", export_vcard, ActionKind::download},
    {"export", "ICAL", export_ical, ActionKind::download},
    {"export", "CSV", export_csv, ActionKind::download},
};

}  // namespace

std::span<const Action> transfer_actions() { return kActions; }

}  // namespace oxb::sandbox
