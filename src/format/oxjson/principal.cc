// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/principal.h"

#include "base/text.h"
#include "format/oxjson/contact.h"
#include "format/oxjson/json.h"

#include <boost/json.hpp>

namespace oxb::oxjson {
namespace {

using model::ContactField, model::DirectoryEntry;

Result<std::uint32_t> entity_id(Reader& in) {
  const auto id = in.integer("id");
  if (!id || *id < 0 || *id > UINT32_MAX) return fail(Errc::malformed, "principal without id");
  return static_cast<std::uint32_t>(*id);
}

}  // namespace

Result<DirectoryEntry> user_of(const json::object& object) {
  Reader in(object);
  DirectoryEntry out;
  OXB_TRY(out.id, entity_id(in));
  out.login = in.text("login_info");
  for (auto& alias : in.texts("aliases")) {
    if (!alias.empty()) out.aliases.push_back(std::move(alias));
  }
  const auto contact_id = in.positive_id("contact_id");
  OXB_CHECK(in.check());
  OXB_TRY(out.details, plain_contact_of(object));
  out.details.id = contact_id;
  out.details.user = RemoteId{std::to_string(out.id)};
  for (const auto* other : {"login_info", "aliases", "contact_id", "groups"}) out.details.raw.erase(other);
  out.display_name = out.details[ContactField::display_name];
  out.email = out.details[ContactField::email1];
  std::erase_if(out.aliases, [&](const std::string& alias) { return ascii_iequals(alias, out.email); });
  if (out.email.empty() && !out.aliases.empty()) {
    out.email = out.aliases.front();
    out.aliases.erase(out.aliases.begin());
  }
  out.modified = out.details.modified;
  return out;
}

bool is_guest(const json::object& user) {
  const auto* creator = user.if_contains("guest_created_by");
  return creator != nullptr && integer_of(*creator).value_or(0) > 0;
}

Result<DirectoryEntry> group_of(const json::object& object) {
  Reader in(object);
  DirectoryEntry out;
  out.kind = DirectoryEntry::Kind::group;
  OXB_TRY(out.id, entity_id(in));
  out.login = in.text("name");
  out.display_name = in.text("display_name");
  if (out.display_name.empty()) out.display_name = out.login;
  for (const auto& member : in.array("members")) {
    const auto id = integer_of(member);
    if (!id || *id < 0 || *id > UINT32_MAX) return fail(Errc::malformed, "group member");
    out.members.push_back(static_cast<std::uint32_t>(*id));
  }
  out.modified = in.instant("last_modified_utc");
  OXB_CHECK(in.check());
  return out;
}

Result<DirectoryEntry> resource_of(const json::object& object) {
  Reader in(object);
  DirectoryEntry out;
  out.kind = DirectoryEntry::Kind::resource;
  OXB_TRY(out.id, entity_id(in));
  out.login = in.text("name");
  out.display_name = in.text("display_name");
  if (out.display_name.empty()) out.display_name = out.login;
  out.email = in.text("mailaddress");
  out.description = in.text("description");
  out.modified = in.instant("last_modified_utc");
  OXB_CHECK(in.check());
  return out;
}

}  // namespace oxb::oxjson
