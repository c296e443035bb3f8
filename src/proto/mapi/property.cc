// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/property.h"

#include <algorithm>
#include <array>

namespace oxb::mapi {
namespace {

constexpr std::array kTypes = {PropType::null,          PropType::integer16,        PropType::integer32,
                               PropType::floating32,    PropType::floating64,       PropType::currency,
                               PropType::floating_time, PropType::error_code,       PropType::boolean,
                               PropType::object,        PropType::integer64,        PropType::string8,
                               PropType::string,        PropType::time,             PropType::guid,
                               PropType::server_id,     PropType::restriction,      PropType::rule_action,
                               PropType::binary,        PropType::multi_integer16,  PropType::multi_integer32,
                               PropType::multi_floating32, PropType::multi_floating64, PropType::multi_currency,
                               PropType::multi_floating_time, PropType::multi_integer64, PropType::multi_string8,
                               PropType::multi_string,  PropType::multi_time,       PropType::multi_guid,
                               PropType::multi_binary};
static_assert(kTypes.size() == std::variant_size_v<PropertyValue>);

bool before(const Property& p, PropId id) { return p.tag.id() < id; }

}  // namespace

PropType type_of(const PropertyValue& value) { return kTypes[value.index()]; }

void PropertyBag::set(PropTag tag, PropertyValue value) {
  const auto actual = tag.with(type_of(value));
  const auto text = [](PropType t) {
    return t == PropType::string || t == PropType::string8 || t == PropType::multi_string || t == PropType::multi_string8;
  };
  OXB_ASSERT(actual.type() == tag.type() || tag.type() == PropType::unspecified || (text(actual.type()) && text(tag.type())) ||
             actual.type() == PropType::error_code);
  const auto at = std::lower_bound(items_.begin(), items_.end(), tag.id(), before);
  if (at != items_.end() && at->tag.id() == tag.id())
    *at = {actual, std::move(value)};
  else
    items_.insert(at, {actual, std::move(value)});
}

bool PropertyBag::erase(PropId id) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), id, before);
  if (at == items_.end() || at->tag.id() != id) return false;
  items_.erase(at);
  return true;
}

const Property* PropertyBag::find(PropId id) const {
  const auto at = std::lower_bound(items_.begin(), items_.end(), id, before);
  return at != items_.end() && at->tag.id() == id ? &*at : nullptr;
}

const PropertyValue* PropertyBag::find(PropTag tag) const {
  const auto* p = find(tag.id());
  return p && p->tag.type() == tag.type() ? &p->value : nullptr;
}

void PropertyBag::merge(const PropertyBag& other) {
  for (const auto& p : other.items_) set(p.tag, p.value);
}

}  // namespace oxb::mapi
