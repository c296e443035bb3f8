// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the provisioning tools of a real installation do: contexts, users, groups, resources. Each runs in a transaction
// of its own.
#include "base/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace oxb::sandbox {

class Sandbox;

struct NewContext {
  std::string name;    // the part after @ in a login
  std::string domain;  // of mail addresses
  std::string admin_login = "oxadmin";
  std::string admin_password;
};
Result<std::int64_t> create_context(Sandbox& sandbox, const NewContext& wanted);

struct NewUser {
  std::int64_t context = 0;
  std::string login;
  std::string password;
  std::string first_name;
  std::string last_name;
  std::string mail;                  // empty: login@domain
  std::vector<std::string> aliases;  // beside mail
  std::string time_zone = "Europe/Berlin";
  std::string locale = "en_US";
  boost::json::object contact;  // more fields of the address book entry
};
// exists: login or address is taken.
Result<std::int64_t> add_user(Sandbox& sandbox, const NewUser& wanted);
Result<std::int64_t> add_group(Sandbox& sandbox, std::int64_t context, const std::string& name,
                               const std::string& display_name, const std::vector<std::int64_t>& members);
Result<std::int64_t> add_resource(Sandbox& sandbox, std::int64_t context, const boost::json::object& data);

// What a first login makes: "Collected addresses" and the birthday calendar's account. Inside a transaction.
void prepare_user(Sandbox& sandbox, std::int64_t context, std::int64_t user);

}  // namespace oxb::sandbox
