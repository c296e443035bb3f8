// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/contact_write.h"

#include "base/guid.h"
#include "base/text.h"
#include "sandbox/checks.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

using oxjson::ColumnKind;

constexpr std::size_t kImageLimit = 4'194'304;
constexpr int kServerColumns[] = {1, 2, 3, 4, 5, 6, 20, 104, 105, 524, 570, 594, 596, 597, 606, 607, 608};

struct AddressGroup {
  const char* formatted;
  const char* suffix;
};
constexpr AddressGroup kAddressGroups[] = {
    {"addressHome", "_home"}, {"addressBusiness", "_business"}, {"addressOther", "_other"}};

// What cannot be read names the whole body.
tl::unexpected<OxError> unreadable(const json::object& body) {
  OxError error("SVL-0002", {json::value(body)});
  error.category = 8;
  return tl::unexpected(std::move(error));
}

bool plausible_mail(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find(' ') == std::string_view::npos &&
         text.find('@', at + 1) == std::string_view::npos;
}

Ox<> check_text(const oxjson::Column& column, const std::string& text) {
  if (const auto bad = illegal_character(text); !bad.empty()) return ox_fail("CON-0168", bad, column.name);
  const bool bytes = column.limit >= 65535;
  const auto length = bytes ? text.size() : count_characters(text);
  if (column.limit > 0 && length > column.limit) {
    return tl::unexpected(OxError("CON-0154", {json::value(column.label), column.limit, text.size()})
                              .too_long(0, text.size(), column.limit));
  }
  const bool mail = column.number >= 555 && column.number <= 557;
  if (mail && !text.empty() && !plausible_mail(text)) return ox_fail("CON-0100", text);
  return {};
}

json::object member_now(const Contact& contact, std::int64_t field) {
  json::object out{{"id", std::to_string(contact.id)},
                   {"folder_id", std::to_string(contact.folder)},
                   {"mail", as_string(contact.data, fmt::format("email{}", field))},
                   {"sort_name", sort_name_of(contact.data)},
                   {"mail_field", field}};
  if (const auto name = as_string(contact.data, "display_name"); !name.empty()) out["display_name"] = name;
  return out;
}

Ox<json::value> checked_list(const Call& call, const json::value& value, const json::object& body) {
  if (!value.is_array()) return unreadable(body);
  json::array out;
  for (const auto& entry : value.get_array()) {
    if (!entry.is_object()) return unreadable(body);
    const auto& member = entry.get_object();
    const auto field = as_number(member, "mail_field").value_or(0);
    const auto id = as_id(member, "id");
    json::object kept;
    if (field >= 1 && field <= 3) {
      if (id.empty()) return ox_fail("CON-0178", as_string(member, "display_name"));
      OXB_TRY(const auto number, contact_id(id));
      const auto contact = find_contact(call.db, call.context, number);
      if (!contact) return ox_fail("CON-0125", number, call.context);
      kept = member_now(*contact, field);
    } else {
      const auto mail = as_string(member, "mail");
      if (mail.empty()) return ox_fail("CON-0177", as_string(member, "display_name"));
      kept["mail"] = mail;
      kept["display_name"] = as_string(member, "display_name");
      kept["sort_name"] = kept["display_name"];
    }
    kept["mail_field"] = field;
    out.push_back(std::move(kept));
  }
  return json::value(std::move(out));
}

Ox<json::value> checked_value(const Call& call, const oxjson::Column& column, const json::value& value,
                              const json::object& body) {
  switch (column.kind) {
    case ColumnKind::text: {
      if (!value.is_string() && !value.is_number()) return unreadable(body);
      const auto text = as_id(value);
      OXB_CHECK(check_text(column, text));
      return json::value(text);
    }
    case ColumnKind::array:
      return checked_list(call, value, body);
    case ColumnKind::boolean:
      if (value.is_bool()) return value;
      return json::value(is_true(as_id(value)));
    default: {
      const auto number = as_number(value);
      if (!number) return unreadable(body);
      if (column.kind == ColumnKind::date)
        return json::value(*number - (*number % 86'400'000 + 86'400'000) % 86'400'000);
      return json::value(*number);
    }
  }
}

// The members of the body that this server knows and lets clients write.
Ox<> apply(const Call& call, Contact& contact, const json::object& body, Writing writing) {
  for (const auto& column : oxjson::contact_columns()) {
    const auto* value = body.if_contains(column.name);
    if (!value) continue;
    if (std::find(std::begin(kServerColumns), std::end(kServerColumns), column.number) != std::end(kServerColumns))
      continue;
    if (column.number == 223 && writing == Writing::change) continue;
    if (value->is_null()) {
      contact.data.erase(column.name);
      if (column.number == 101) contact.is_private = false;
      continue;
    }
    OXB_TRY(auto checked, checked_value(call, column, *value, body));
    if (column.number == 101) {
      contact.is_private = checked.as_bool();
      continue;
    }
    for (const auto& group : kAddressGroups) {
      if (column.name.ends_with(group.suffix) && !column.name.starts_with("tele") && !column.name.starts_with("fax") &&
          !body.contains(group.formatted)) {
        contact.data.erase(group.formatted);
      }
    }
    contact.data[column.name] = std::move(checked);
  }
  if (body.contains("distribution_list"))
    contact.data["mark_as_distributionlist"] = contact.data.contains("distribution_list");
  if (body.contains("display_name") && !body.contains("file_as")) {
    if (const auto name = as_string(contact.data, "display_name"); !name.empty()) {
      contact.data["file_as"] = name;
    } else {
      contact.data.erase("file_as");
    }
  }
  return {};
}

struct Image {
  enum class Change : std::uint8_t { keep, set, remove } change = Change::keep;
  Bytes bytes;
  std::string type;
};

Ox<Image> image_of(const Call& call, const json::object& body) {
  Image image;
  for (const auto& part : call.parts) {
    if (part.name != "file") continue;
    image.change = Image::Change::set;
    image.bytes = part.content;
    image.type = part.content_type;
  }
  if (const auto* value = body.if_contains("image1")) {
    if (value->is_null() || (value->is_string() && value->get_string().empty())) {
      image.change = Image::Change::remove;
      return image;
    }
    auto bytes = value->is_string() ? from_base64(value->get_string()) : Result<Bytes>(fail(Errc::invalid, "image"));
    if (!bytes) return ox_fail("CON-0158");
    image.change = Image::Change::set;
    image.bytes = std::move(*bytes);
    image.type = as_string(body, "image1_content_type");
  }
  if (image.change == Image::Change::set && image.type.empty()) image.type = "image/jpeg";
  if (image.bytes.size() > kImageLimit) return ox_fail("CON-0172", kImageLimit);
  return image;
}

void set_image(const Call& call, Contact& contact, const Image& image) {
  if (image.change == Image::Change::keep) return;
  contact.has_image = image.change == Image::Change::set;
  if (contact.has_image) {
    contact.data["image1_content_type"] = image.type;
    contact.data["image_last_modified"] = contact.modified;
  } else {
    contact.data.erase("image1_content_type");
    contact.data.erase("image_last_modified");
  }
  store_contact(call.db, call.context, contact);
  call.db.run("UPDATE contact SET image = ? WHERE context = ? AND id = ?",
              contact.has_image ? std::optional(ByteView(image.bytes)) : std::nullopt, call.context, contact.id);
}

Ox<> check_address_book_change(const Call& call, const Contact& contact, const json::object& changes) {
  if (as_number(contact.data, "user_id").value_or(0) != call.user) return ox_fail("CON-0176", contact.id, call.context);
  if (changes.contains("email1") && as_string(changes, "email1") != as_string(contact.data, "email1")) {
    return ox_fail("CON-0173", call.context, 0, call.user);
  }
  for (const auto& [field, code] :
       {std::pair{"display_name", "CON-0166"}, {"first_name", "CON-0164"}, {"last_name", "CON-0167"}}) {
    if (changes.contains(field) && as_string(changes, field).empty()) return ox_fail(code);
  }
  return {};
}

void bury(const Call& call, std::int64_t id, std::int64_t folder, std::int64_t stamp) {
  call.db.run("INSERT OR REPLACE INTO contact_gone (context, id, folder, modified) VALUES (?, ?, ?, ?)", call.context,
              id, folder, stamp);
}

Ox<> check_move(const Call& call, const Contact& contact, const Folder& source, const Folder& target) {
  const auto from = rights_on(call.db, call.context, call.user, source);
  if (from.remove < (contact.created_by == call.user ? 1 : 2))
    return ox_fail("CON-0169", source.id, call.context, call.user);
  if (!rights_on(call.db, call.context, call.user, target).creates()) {
    return ox_fail("CON-0112", target.id, call.context, call.user);
  }
  if (contact.is_private && !target.is_private()) return ox_fail("CON-0165", contact.id);
  return {};
}

}  // namespace

Ox<Folder> contact_folder(const Call& call, std::string_view id) {
  const auto name = FolderName::parse(id);
  const bool composite = call.module == "addressbooks" && name.kind == FolderName::Kind::contacts && name.account == 0;
  if (name.kind != FolderName::Kind::plain && !composite) return ox_fail("CON-2011", id);
  auto folder = find_folder(call.db, call.context, name.number);
  if (!folder) return ox_fail("FLD-0008", name.number, call.context);
  if (folder->module != "contacts") return ox_fail("CON-0103", name.number, call.context, call.user);
  return std::move(*folder);
}

std::string contact_folder_name(const Call& call, std::int64_t folder) {
  return call.module == "addressbooks" ? address_book_name(folder) : std::to_string(folder);
}

Ox<std::int64_t> contact_id(std::string_view text) {
  const auto id = parse_number(text);
  if (!id) return ox_fail("CON-0261", fmt::format("[{}]", text));
  return *id;
}

bool may_read(const Call& call, const Folder& folder, const Contact& contact) {
  if (contact.is_private && contact.created_by != call.user) return false;
  const auto rights = rights_on(call.db, call.context, call.user, folder);
  return rights.read >= (contact.created_by == call.user ? 1 : 2);
}

Ox<Contact> readable_contact(const Call& call, const Folder& folder, std::int64_t id) {
  const auto rights = rights_on(call.db, call.context, call.user, folder);
  if (rights.read == 0) return ox_fail("CON-0104", folder.id, call.context, call.user);
  auto contact = find_contact(call.db, call.context, id);
  if (!contact || contact->folder != folder.id) return ox_fail("CON-0125", id, call.context);
  if (contact->is_private && contact->created_by != call.user) return ox_fail("CON-0125", id, call.context);
  if (!may_read(call, folder, *contact)) return ox_fail("CON-0104", folder.id, call.context, call.user);
  return std::move(*contact);
}

Ox<std::int64_t> contact_timestamp(const Call& call) {
  if (!call.param("timestamp")) return ox_fail("SVL-0010", "timestamp", "null");
  return call.need_number("timestamp");
}

json::array list_members(const Call& call, const Contact& contact) {
  std::vector<json::object> members;
  const auto* list = contact.data.if_contains("distribution_list");
  if (!list || !list->is_array()) return {};
  for (const auto& entry : list->get_array()) {
    json::object member = entry.is_object() ? entry.get_object() : json::object();
    const auto field = as_number(member, "mail_field").value_or(0);
    const auto id = as_number(member, "id");
    if (id && field > 0) {
      if (const auto other = find_contact(call.db, call.context, *id)) {
        member = member_now(*other, field);
        // Each of the two modules has its own names for folders.
        if (call.module == "addressbooks") member["folder_id"] = fmt::format("con://0/{}", other->folder);
      } else {  // the contact is gone: what is known of it stays as an independent member
        member.erase("id");
        member.erase("folder_id");
        member["mail_field"] = 0;
        member["sort_name"] = as_string(member, "display_name");
      }
    }
    members.push_back(std::move(member));
  }
  // The server does not keep the order that was written.
  std::stable_sort(members.begin(), members.end(), [](const json::object& a, const json::object& b) {
    return as_string(a, "display_name") < as_string(b, "display_name");
  });
  json::array out;
  for (auto& member : members) out.push_back(std::move(member));
  return out;
}

Ox<Contact> create_contact(Call& call, const Folder& folder, const json::object& body) {
  Contact contact;
  contact.folder = folder.id;
  contact.created_by = call.user;
  OXB_CHECK(apply(call, contact, body, Writing::create));
  if (contact.is_private && folder.is_public()) return ox_fail("CON-0171", folder.id);
  OXB_TRY(const auto image, image_of(call, body));
  if (as_string(contact.data, "uid").empty()) contact.data["uid"] = to_text(random_guid());
  contact.id = call.sandbox_id("contact");
  contact.modified = call.stamp();
  contact.data["creation_date"] = contact.modified;
  contact.data["modified_by"] = call.user;
  contact.data["number_of_attachments"] = 0;
  store_contact(call.db, call.context, contact);
  set_image(call, contact, image);
  return contact;
}

Ox<Answer> new_contact(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto folder_id = as_id(body, "folder_id");
  if (folder_id.empty()) return ox_fail("SVL-0009", "folder_id");
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  if (!rights_on(call.db, call.context, call.user, folder).creates()) {
    return ox_fail("CON-0112", folder.id, call.context, call.user);
  }
  OXB_TRY(const auto contact, create_contact(call, folder, body));
  return Answer(json::object{{"id", std::to_string(contact.id)}}, contact.modified);
}

namespace {

// Lists remember their members' addresses and names: they change along.
void change_lists_of(const Call& call, const Contact& contact, const json::object& changes) {
  constexpr std::array kRemembered = {"email1", "email2", "email3", "display_name", "first_name", "last_name"};
  if (std::none_of(kRemembered.begin(), kRemembered.end(), [&](const char* f) { return changes.contains(f); })) return;
  std::vector<std::int64_t> lists;
  auto q =
      call.db.query("SELECT id FROM contact WHERE context = ? AND data LIKE '%\"distribution_list\":%'", call.context);
  while (q.next()) lists.push_back(q.integer(0));
  for (const auto id : lists) {
    auto list = find_contact(call.db, call.context, id);
    auto* members = list ? list->data.if_contains("distribution_list") : nullptr;
    if (members == nullptr || !members->is_array()) continue;
    bool found = false;
    for (auto& member : members->get_array()) {
      if (!member.is_object() || as_number(member.get_object(), "id") != contact.id) continue;
      member = member_now(contact, as_number(member.get_object(), "mail_field").value_or(1));
      found = true;
    }
    if (!found) continue;
    list->modified = contact.modified;
    store_contact(call.db, call.context, *list);
  }
}

}  // namespace

Ox<std::int64_t> update_contact(Call& call, Contact& contact, const json::object& changes,
                                std::int64_t sent_timestamp) {
  const auto folder = find_folder(call.db, call.context, contact.folder);
  if (!folder) return ox_fail("FLD-0008", contact.folder, call.context);
  if (contact.folder == kAddressBook) OXB_CHECK(check_address_book_change(call, contact, changes));
  const auto rights = rights_on(call.db, call.context, call.user, *folder);
  if (rights.write < (contact.created_by == call.user ? 1 : 2)) return ox_fail("CON-0176", contact.id, call.context);
  if (contact.modified > sent_timestamp) return ox_fail("CON-0119");
  OXB_CHECK(apply(call, contact, changes, Writing::change));
  OXB_TRY(const auto image, image_of(call, changes));
  const auto target_id = as_id(changes, "folder_id");
  if (!target_id.empty()) {
    OXB_TRY(const auto target, contact_folder(call, target_id));
    if (target.id != contact.folder) {
      OXB_CHECK(check_move(call, contact, *folder, target));
      contact.folder = target.id;
    }
  }
  if (contact.is_private && folder->is_public()) return ox_fail("CON-0171", folder->id);
  contact.modified = call.stamp();
  contact.data["modified_by"] = call.user;
  store_contact(call.db, call.context, contact);
  set_image(call, contact, image);
  change_lists_of(call, contact, changes);
  if (contact.folder != folder->id) {
    bury(call, contact.id, folder->id, contact.modified);
    call.db.run("DELETE FROM contact_gone WHERE context = ? AND folder = ? AND id = ?", call.context, contact.folder,
                contact.id);
  }
  return contact.modified;
}

Ox<Answer> update_contact_action(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto sent, contact_timestamp(call));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  OXB_TRY(const auto number, contact_id(id));
  OXB_TRY(auto contact, readable_contact(call, folder, number));
  OXB_TRY(const auto stamp, update_contact(call, contact, body, sent));
  return Answer(json::object(), stamp);
}

// All or nothing: one contact that is missing, stale or protected leaves every one in place.
Ox<Answer> delete_contacts(Call& call) {
  OXB_TRY(const auto sent, contact_timestamp(call));
  OXB_TRY(auto body, call.body());
  json::array entries;
  if (body.is_object()) {
    entries.push_back(body);
  } else if (body.is_array()) {
    entries = body.get_array();
  } else {
    return wrong_type("String", "JSONArray");
  }
  for (const auto& entry : entries) {
    if (!entry.is_object()) return wrong_type("String", "JSONObject");
    OXB_TRY(const auto folder, contact_folder(call, as_id(entry.get_object(), "folder")));
    OXB_TRY(const auto id, contact_id(as_id(entry.get_object(), "id")));
    const auto contact = find_contact(call.db, call.context, id);
    if (!contact || contact->folder != folder.id || (contact->is_private && contact->created_by != call.user)) {
      return ox_fail("CON-0125", id, call.context);
    }
    const auto rights = rights_on(call.db, call.context, call.user, folder);
    if (rights.remove < (contact->created_by == call.user ? 1 : 2)) {
      return ox_fail("CON-0169", folder.id, call.context, call.user);
    }
    if (contact->modified > sent) return ox_fail("CON-0119");
    call.db.run("DELETE FROM contact WHERE context = ? AND id = ?", call.context, id);
    call.db.run("DELETE FROM attachment WHERE context = ? AND module = 7 AND object = ?", call.context, id);
    bury(call, id, folder.id, call.stamp());
  }
  return Answer(json::object(), sent);
}

Ox<Answer> copy_contact(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, contact_folder(call, folder_id));
  OXB_TRY(const auto number, contact_id(id));
  OXB_TRY(auto contact, readable_contact(call, folder, number));
  OXB_TRY(const auto target, contact_folder(call, as_id(body, "folder_id")));
  if (!rights_on(call.db, call.context, call.user, target).creates()) {
    return ox_fail("CON-0112", target.id, call.context, call.user);
  }
  contact.id = call.sandbox_id("contact");
  contact.folder = target.id;
  contact.created_by = call.user;
  contact.modified = call.stamp();
  contact.data["creation_date"] = contact.modified;
  contact.data["modified_by"] = call.user;
  contact.data["uid"] = to_text(random_guid());
  contact.data.erase("user_id");
  store_contact(call.db, call.context, contact);
  call.db.run(
      "UPDATE contact SET image = (SELECT image FROM contact WHERE context = ?1 AND id = ?2) WHERE context = ?1 AND id "
      "= ?3",
      call.context, number, contact.id);
  return Answer(json::object{{"id", std::to_string(contact.id)}}, contact.modified);
}

}  // namespace oxb::sandbox
