// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Users, groups and resources of a context. They share one sequence of ids.
#include "sandbox/database.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::sandbox {

class Sandbox;
namespace json = boost::json;

constexpr std::int64_t kAllUsers = 0;       // group; every user is a member
constexpr std::int64_t kStandardGroup = 1;  // group; likewise, but never listed
constexpr std::int64_t kGuests = 2147483647;
constexpr std::int64_t kAddressBook = 6;  // folder of the users' contacts

struct User {
  std::int64_t id = 0;
  std::int64_t contact = 0;
  std::string login;
  json::object data;  // timezone, locale, aliases
  json::object contact_data;
  std::string name() const;
  std::string mail() const;
};

struct Group {
  std::int64_t id = 0;
  std::string name;
  std::string display_name;
  std::int64_t modified = 0;
  std::vector<std::int64_t> members;
};

struct Resource {
  std::int64_t id = 0;
  std::int64_t modified = 0;
  json::object data;  // name, display_name, mailaddress, availability, description
};

std::optional<User> find_user(Database& db, std::int64_t context, std::int64_t id);
std::vector<User> all_users(Database& db, std::int64_t context);
std::string user_time_zone(Database& db, std::int64_t context, std::int64_t user);
std::int64_t context_admin(Database& db, std::int64_t context);

// Groups that the user belongs to, with the two implied ones.
std::vector<std::int64_t> groups_of(Database& db, std::int64_t context, std::int64_t user);
std::optional<Group> find_group(Sandbox& sandbox, std::int64_t context, std::int64_t id);
std::vector<Group> all_groups(Sandbox& sandbox, std::int64_t context);  // explicit ones, then all users
std::optional<Resource> find_resource(Database& db, std::int64_t context, std::int64_t id);
std::vector<Resource> all_resources(Database& db, std::int64_t context);

struct Identity {
  std::int64_t context = 0;
  std::int64_t user = 0;
};
// The login forms: "anton" (context named in `default_context`), "anton@<context name or id>", a mail address.
std::optional<Identity> find_login(Database& db, std::string_view login);
std::optional<Identity> check_login(Database& db, std::string_view login, std::string_view password);

}  // namespace oxb::sandbox
