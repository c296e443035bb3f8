// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/appointment.h"
#include "convert/contact.h"
#include "convert/distribution_list.h"
#include "convert/task.h"
#include "sync/items.h"

#include <charconv>

namespace oxb::sync {
namespace {

std::optional<std::uint32_t> number_of(const RemoteId& id) {
  std::uint32_t number = 0;
  const auto& text = id.value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// An internal attendee's address-book name is computed from his id; nobody has to be asked.
std::optional<convert::Person> person_of(const model::Attendee& attendee, const ConvertContext& context) {
  const auto id = number_of(attendee.entity);
  if (!id) return std::nullopt;
  directory::Entity entity{directory::EntityKind::user, context.owner.entity.context, *id};
  using Kind = model::Attendee::Kind;
  if (attendee.kind == Kind::group) entity.kind = directory::EntityKind::group;
  if (attendee.kind == Kind::resource || attendee.kind == Kind::room) entity.kind = directory::EntityKind::resource;
  return convert::Person{attendee.name, attendee.email, context.installation->legacy_dn(entity)};
}

convert::PimContext pim_context(const ConvertContext& context) {
  convert::PimContext out;
  const auto& owner = context.owner;
  out.owner_name = owner.display_name;
  out.owner_email = owner.email;
  out.owner_legacy_dn = owner.legacy_dn;
  out.owner_entity.value = std::to_string(owner.entity.id);
  out.owner_addresses.push_back(owner.email);
  out.owner_addresses.insert(out.owner_addresses.end(), owner.aliases.begin(), owner.aliases.end());
  if (!owner.time_zone.empty()) out.default_zone = owner.time_zone;
  if (!owner.locale.empty()) out.locale = owner.locale;
  out.now = context.now;
  out.find_person = [&context](const model::Attendee& attendee) { return person_of(attendee, context); };
  return out;
}

}  // namespace

std::vector<backend::Item> split_item(backend::Item item) {
  std::vector<backend::Item> items;
  if (auto* series = std::get_if<model::Series>(&item); series && !series->master) {
    for (auto& one : convert::split_series(std::move(*series))) items.emplace_back(std::move(one));
  } else {
    items.push_back(std::move(item));
  }
  return items;
}

Result<mapi::Content> convert_item(const backend::Item& item, const ConvertContext& context) {
  const auto pim = pim_context(context);
  if (const auto* series = std::get_if<model::Series>(&item)) return convert::appointment_from_event(*series, pim);
  if (const auto* contact = std::get_if<model::Contact>(&item)) return convert::contact_from_item(*contact, pim);
  if (const auto* list = std::get_if<model::DistributionList>(&item))
    return convert::distribution_list_from_item(*list, pim);
  return convert::task_from_item(std::get<model::Task>(item), pim);
}

}  // namespace oxb::sync
