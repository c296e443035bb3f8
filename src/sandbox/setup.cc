// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/setup.h"

#include "base/guid.h"
#include "base/text.h"
#include "sandbox/call.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"
#include "sandbox/sandbox.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

struct SystemFolder {
  std::int64_t id;
  std::int64_t parent;
  const char* module;
  const char* title;
  std::int64_t everyone;  // bits of group 0
  std::int64_t admin;     // bits of the context's administrator, 0 for none
  std::int64_t guests;
};
constexpr std::int64_t kAdminSubfolders = 268435460;
constexpr SystemFolder kSystemFolders[] = {
    {0, 0, "system", "root", 1, 0, 0},
    {1, 0, "system", "Private folders", 4, 0, 1},
    {2, 0, "system", "Public folders", 4, kAdminSubfolders, 1},
    {3, 0, "system", "Shared folders", 1, 0, 1},
    {4, 0, "system", "system", 1, 0, 0},
    {7, 0, "system", "user", 1, 0, 0},
    {9, 0, "infostore", "Infostore", 1, kAdminSubfolders, 1},
    {10, 9, "infostore", "Userstore", 257, 0, 257},
    {15, 9, "infostore", "Public infostore", 4, kAdminSubfolders, 1},
};

struct DefaultFolder {
  const char* module;
  const char* title;
  int standard;
  std::int64_t parent;  // a system folder, or minus an offset from the first folder of the user
  FolderType type;
};
// In the order a real server draws their ids.
constexpr DefaultFolder kDefaultFolders[] = {
    {"calendar", "Calendar", 2, 1, FolderType::private_folder},
    {"contacts", "Contacts", 3, 1, FolderType::private_folder},
    {"tasks", "Tasks", 1, 1, FolderType::private_folder},
    {"infostore", "", 8, 10, FolderType::public_folder},
    {"infostore", "Trash", 12, 9, FolderType::trash},
    {"infostore", "Documents", 21, -3, FolderType::public_folder},
    {"infostore", "Templates", 24, -5, FolderType::public_folder},
    {"infostore", "Pictures", 20, -3, FolderType::public_folder},
    {"infostore", "Music", 22, -3, FolderType::public_folder},
    {"infostore", "Videos", 23, -3, FolderType::public_folder},
};

std::int64_t count_up_to(Sandbox& sandbox, std::int64_t context, std::string_view counter, std::int64_t value) {
  sandbox.db().run("INSERT OR REPLACE INTO counter (context, name, value) VALUES (?, ?, ?)", context, counter, value);
  return value;
}

void make_default_folders(Sandbox& sandbox, std::int64_t context, std::int64_t user, const std::string& name) {
  std::int64_t first = 0;
  for (const auto& wanted : kDefaultFolders) {
    Folder folder;
    folder.id = sandbox.next_id(context, "folder");
    if (first == 0) first = folder.id;
    folder.parent = wanted.parent < 0 ? first - wanted.parent : wanted.parent;
    folder.module = wanted.module;
    folder.type = wanted.type;
    folder.title = *wanted.title ? wanted.title : name;
    folder.standard = wanted.standard;
    folder.created_by = folder.modified_by = user;
    folder.created = folder.modified = sandbox.stamp(context);
    folder.permissions.push_back({user, false, kOwnerBits});
    insert_folder(sandbox.db(), context, folder);
  }
}

json::object address_book_entry(const NewUser& wanted, std::int64_t user, const std::string& mail) {
  json::object data = wanted.contact;
  data["first_name"] = wanted.first_name;
  data["last_name"] = wanted.last_name;
  if (!data.contains("display_name")) {
    data["display_name"] = wanted.last_name.empty() ? wanted.first_name : wanted.first_name + " " + wanted.last_name;
  }
  data["email1"] = mail;
  data["user_id"] = user;
  if (!data.contains("uid")) data["uid"] = to_text(random_guid());
  if (!data.contains("file_as")) data["file_as"] = data["display_name"];
  return data;
}

std::int64_t insert_user(Sandbox& sandbox, const NewUser& wanted, const std::string& domain) {
  auto& db = sandbox.db();
  const auto context = wanted.context;
  const auto mail = wanted.mail.empty() ? wanted.login + "@" + domain : wanted.mail;
  const auto id = sandbox.next_id(context, "principal");
  const auto contact = sandbox.next_id(context, "contact");
  json::array aliases;
  for (const auto& alias : wanted.aliases) aliases.push_back(json::value(alias));
  aliases.push_back(json::value(mail));
  const json::object data{{"timezone", wanted.time_zone}, {"locale", wanted.locale}, {"aliases", aliases}};
  db.run("INSERT INTO user (context, id, login, password, contact, data) VALUES (?, ?, ?, ?, ?, ?)", context, id,
         ascii_lower(wanted.login), wanted.password, contact, json::serialize(data));
  for (const auto& alias : aliases) {
    db.run("INSERT INTO address (address, context, user) VALUES (?, ?, ?)", std::string_view(alias.get_string()),
           context, id);
  }
  auto entry = address_book_entry(wanted, id, mail);
  const auto stamp = sandbox.stamp(context);
  entry["creation_date"] = stamp;
  entry["modified_by"] = id;
  db.run(
      "INSERT INTO contact (context, id, folder, created_by, modified, sort_name, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
      context, contact, kAddressBook, id, stamp, wanted.last_name + "_" + wanted.first_name, json::serialize(entry));
  make_default_folders(sandbox, context, id, as_string(entry, "display_name"));
  return id;
}

void grant_address_book(Sandbox& sandbox, std::int64_t context, std::int64_t user, std::int64_t bits) {
  sandbox.db().run("INSERT OR REPLACE INTO permission (context, folder, entity, grp, bits) VALUES (?, ?, ?, 0, ?)",
                   context, kAddressBook, user, bits);
  for (const auto id : {std::int64_t{1}, std::int64_t{9}, std::int64_t{10}, kAddressBook}) {
    touch_folder(sandbox.db(), context, id, sandbox.stamp(context));
  }
}

constexpr std::int64_t kAddressBookBits = 16641;  // see, read all, write own
constexpr std::int64_t kAddressBookAdminBits = 268452097;

}  // namespace

Result<std::int64_t> create_context(Sandbox& sandbox, const NewContext& wanted) {
  auto& db = sandbox.db();
  std::int64_t context = 0;
  OXB_CHECK(sandbox.transaction([&]() -> Result<> {
    if (db.integer("SELECT 1 FROM context WHERE name = ?", wanted.name))
      return fail(Errc::exists, "context of that name");
    context = db.integer("SELECT coalesce(max(id), 0) + 1 FROM context").value_or(1);
    db.run("INSERT INTO context (id, name, domain, admin) VALUES (?, ?, ?, 2)", context, wanted.name, wanted.domain);
    count_up_to(sandbox, context, "principal", 1);  // groups 0 and 1
    count_up_to(sandbox, context, "folder", 20);    // system folders
    const std::int64_t admin = 2;
    for (const auto& row : kSystemFolders) {
      Folder folder;
      folder.id = row.id;
      folder.parent = row.parent;
      folder.module = row.module;
      folder.title = row.title;
      folder.type = FolderType::system;
      folder.created_by = folder.modified_by = admin;
      folder.created = folder.modified = sandbox.stamp(context);
      folder.permissions.push_back({kAllUsers, true, row.everyone});
      if (row.admin) folder.permissions.push_back({admin, false, row.admin});
      if (row.guests) folder.permissions.push_back({kGuests, true, row.guests});
      insert_folder(db, context, folder);
    }
    Folder book;
    book.id = kAddressBook;
    book.parent = 2;
    book.module = "contacts";
    book.title = "Global address book";
    book.type = FolderType::system;
    book.created_by = book.modified_by = admin;
    book.created = book.modified = sandbox.stamp(context);
    insert_folder(db, context, book);
    NewUser user;
    user.context = context;
    user.login = wanted.admin_login;
    user.password = wanted.admin_password;
    user.first_name = "Admin";
    user.last_name = "User";
    user.contact["display_name"] = "Context Admin";
    insert_user(sandbox, user, wanted.domain);
    grant_address_book(sandbox, context, admin, kAddressBookAdminBits);
    return {};
  }));
  return context;
}

Result<std::int64_t> add_user(Sandbox& sandbox, const NewUser& wanted) {
  auto& db = sandbox.db();
  std::int64_t id = 0;
  OXB_CHECK(sandbox.transaction([&]() -> Result<> {
    const auto domain = db.text("SELECT domain FROM context WHERE id = ?", wanted.context);
    if (!domain) return fail(Errc::not_found, fmt::format("context {}", wanted.context));
    if (wanted.login.empty()) return fail(Errc::invalid, "a user needs a login name");
    if (db.integer("SELECT 1 FROM user WHERE context = ? AND login = ?", wanted.context, ascii_lower(wanted.login))) {
      return fail(Errc::exists, "login name is taken");
    }
    std::vector<std::string> addresses = wanted.aliases;
    addresses.push_back(wanted.mail.empty() ? wanted.login + "@" + *domain : wanted.mail);
    for (const auto& address : addresses) {
      if (db.integer("SELECT 1 FROM address WHERE address = ?", address))
        return fail(Errc::exists, "mail address is taken");
    }
    id = insert_user(sandbox, wanted, *domain);
    grant_address_book(sandbox, wanted.context, id, kAddressBookBits);
    return {};
  }));
  return id;
}

Result<std::int64_t> add_group(Sandbox& sandbox, std::int64_t context, const std::string& name,
                               const std::string& display_name, const std::vector<std::int64_t>& members) {
  auto& db = sandbox.db();
  std::int64_t id = 0;
  OXB_CHECK(sandbox.transaction([&]() -> Result<> {
    id = sandbox.next_id(context, "principal");
    db.run("INSERT INTO principal_group (context, id, name, display_name, modified) VALUES (?, ?, ?, ?, ?)", context,
           id, name, display_name, sandbox.stamp(context));
    for (const auto member : members) {
      db.run("INSERT INTO member (context, grp, user) VALUES (?, ?, ?)", context, id, member);
    }
    return {};
  }));
  return id;
}

Result<std::int64_t> add_resource(Sandbox& sandbox, std::int64_t context, const json::object& data) {
  std::int64_t id = 0;
  OXB_CHECK(sandbox.transaction([&]() -> Result<> {
    id = sandbox.next_id(context, "principal");
    sandbox.db().run("INSERT INTO resource (context, id, modified, data) VALUES (?, ?, ?, ?)", context, id,
                     sandbox.stamp(context), json::serialize(data));
    return {};
  }));
  return id;
}

void prepare_user(Sandbox& sandbox, std::int64_t context, std::int64_t user) {
  auto& db = sandbox.db();
  if (birthday_account(db, context, user) != 0) return;
  const auto contacts = default_folder(db, context, user, "contacts");
  Folder folder;
  folder.id = sandbox.next_id(context, "folder");
  folder.parent = contacts;
  folder.module = "contacts";
  folder.title = "Collected addresses";
  folder.data["collects"] = true;
  folder.created_by = folder.modified_by = user;
  folder.created = folder.modified = sandbox.stamp(context);
  folder.permissions.push_back({user, false, kOwnerBits});
  insert_folder(db, context, folder);
  touch_folder(db, context, contacts, folder.modified);
  db.run("INSERT INTO setting (context, user, name, value) VALUES (?, ?, 'birthday-account', ?)", context, user,
         std::to_string(sandbox.next_id(context, "account")));
  db.run("INSERT INTO setting (context, user, name, value) VALUES (?, ?, 'birthday-since', ?)", context, user,
         std::to_string(sandbox.stamp(context)));
  db.run("INSERT INTO setting (context, user, name, value) VALUES (?, ?, 'collect-folder', ?)", context, user,
         std::to_string(folder.id));
}

}  // namespace oxb::sandbox
