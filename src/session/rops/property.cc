// SPDX-License-Identifier: GPL-3.0-or-later
// Property ROPs [MS-OXCPRPT] 2.2.
#include "base/text.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/session.h"

#include <algorithm>

namespace oxb::session {
namespace {

using mapi::PropertyValue;

// Beyond this a value is read through a stream [MS-OXCPRPT] 3.2.5.1.
constexpr std::size_t kMostValueBytes = 0x4000;

PropertyValue error(EcCode code) { return mapi::ErrorValue{static_cast<std::uint32_t>(code)}; }

// The type in which a value is answered when the client leaves it open.
mapi::PropType open_type(mapi::PropType type, bool unicode) {
  if (!unicode && type == mapi::PropType::string) return mapi::PropType::string8;
  if (!unicode && type == mapi::PropType::multi_string) return mapi::PropType::multi_string8;
  return type;
}

PropertyValue answer_for(const PropertySource& source, mapi::PropTag tag, bool unicode, std::size_t most,
                         std::uint32_t code_page) {
  auto value = find_as(source, tag, code_page);
  if (!value) return error(EcCode::not_found);
  if (tag.type() == mapi::PropType::unspecified) {
    value = converted(std::move(value), open_type(mapi::type_of(*value), unicode), code_page);
    if (!value) return error(EcCode::not_found);
  }
  if (std::holds_alternative<mapi::ObjectValue>(*value)) return error(EcCode::not_found);
  if (mapi::value_size(*value) > most) return error(EcCode::not_enough_memory);
  return std::move(value).take();
}

// Replaces the largest values by "too large" until all fit.
void shrink(std::vector<PropertyValue*> values, std::size_t overhead, std::size_t room) {
  constexpr std::size_t kErrorBytes = 4;
  std::size_t total = overhead;
  for (const auto* value : values) total += mapi::value_size(*value);
  std::sort(values.begin(), values.end(),
            [](const auto* a, const auto* b) { return mapi::value_size(*a) > mapi::value_size(*b); });
  for (auto* value : values) {
    const auto size = mapi::value_size(*value);
    if (total <= room || size <= kErrorBytes) return;
    total -= size - kErrorBytes;
    *value = error(EcCode::not_enough_memory);
  }
}

std::size_t most_bytes(std::uint16_t limit) {
  return limit == 0 ? kMostValueBytes : std::min<std::size_t>(limit, kMostValueBytes);
}

std::uint32_t code_page_of(const Object& object) {
  if (const auto* message = dynamic_cast<const Message*>(&object)) return message->code_page;
  if (const auto* logon = dynamic_cast<const Logon*>(&object)) return logon->code_page;
  return object.logon ? object.logon->code_page : 1252;
}

// What must be here before the object's properties can be read.
Task<Answer<std::shared_ptr<Object>>> ready(Call& call, rop::HandleIndex index) {
  auto object = call.find(index);
  if (!object) co_return refuse(EcCode::null_object);
  if (auto* message = dynamic_cast<Message*>(object.get())) OXB_CO_CHECK(co_await load_content(call, *message));
  if (auto* attachment = dynamic_cast<Attachment*>(object.get()))
    OXB_CO_CHECK(co_await load_content(call, *attachment->message));
  co_return object;
}

Reply<rop::SetProperties> change(Call& call, rop::HandleIndex index, PropertyChange change) {
  auto object = call.find(index);
  if (!object) co_return refuse(EcCode::null_object);
  OXB_CO_TRY(auto problems, co_await change_properties(call, std::move(object), std::move(change)));
  co_return rop::PropertyProblems{std::move(problems)};
}

// The name under which a property is kept [MS-OXCPRPT] 3.2.5.9.
mapi::PropertyName kept_name(mapi::PropertyName name) {
  if (auto* text = std::get_if<std::string>(&name.id); text != nullptr && name.set == mapi::set::kInternetHeaders)
    *text = ascii_lower(*text);
  return name;
}

std::optional<mapi::PropId> tagged_id(const mapi::PropertyName& name) {
  if (name.set != mapi::set::kMapi) return std::nullopt;
  const auto* lid = std::get_if<std::uint32_t>(&name.id);
  return lid != nullptr && *lid < 0x8000 ? static_cast<mapi::PropId>(*lid) : mapi::PropId{0};
}

mapi::PropertyName tagged_name(mapi::PropId id) { return {mapi::set::kMapi, static_cast<std::uint32_t>(id)}; }

}  // namespace

Reply<rop::GetPropertiesSpecific> handle(Of<rop::GetPropertiesSpecific>, Call& call,
                                         const rop::GetPropertiesSpecific::Request& request) {
  OXB_CO_TRY(const auto object, co_await ready(call, request.input));
  if (request.tags.empty()) co_return refuse(EcCode::invalid_parameter);
  const auto code_page = code_page_of(*object);
  const bool unicode = request.want_unicode != 0;
  rop::GetPropertiesSpecific::Response response;
  OXB_CO_CHECK(with_properties(call, object, [&](const PropertySource& source) -> Result<> {
    for (const auto tag : request.tags)
      response.row.values.push_back(answer_for(source, tag, unicode, most_bytes(request.size_limit), code_page));
    return {};
  }));
  std::vector<PropertyValue*> values;
  for (auto& value : response.row.values) values.push_back(&value);
  shrink(values, 1 + 3 * values.size(), call.room());
  response.row.flagged = std::any_of(response.row.values.begin(), response.row.values.end(),
                                     [](const auto& v) { return std::holds_alternative<mapi::ErrorValue>(v); });
  call.columns.tags = request.tags;
  co_return response;
}

Reply<rop::GetPropertiesAll> handle(Of<rop::GetPropertiesAll>, Call& call,
                                    const rop::GetPropertiesAll::Request& request) {
  OXB_CO_TRY(const auto object, co_await ready(call, request.input));
  const auto code_page = code_page_of(*object);
  const bool unicode = request.want_unicode != 0;
  rop::GetPropertiesAll::Response response;
  OXB_CO_CHECK(with_properties(call, object, [&](const PropertySource& source) -> Result<> {
    for (const auto tag : source.tags()) {
      const auto asked = tag.with(open_type(tag.type(), unicode));
      auto value = answer_for(source, asked, unicode, most_bytes(request.size_limit), code_page);
      response.properties.push_back({asked, std::move(value)});
    }
    return {};
  }));
  std::vector<PropertyValue*> values;
  for (auto& property : response.properties) values.push_back(&property.value);
  shrink(values, 2 + 4 * values.size(), call.room());
  for (auto& property : response.properties) property.tag = property.tag.with(mapi::type_of(property.value));
  co_return response;
}

Reply<rop::GetPropertiesList> handle(Of<rop::GetPropertiesList>, Call& call,
                                     const rop::GetPropertiesList::Request& request) {
  OXB_CO_TRY(const auto object, co_await ready(call, request.input));
  rop::GetPropertiesList::Response response;
  OXB_CO_CHECK(with_properties(call, object, [&](const PropertySource& source) -> Result<> {
    response.tags = source.tags();
    return {};
  }));
  co_return response;
}

Reply<rop::SetProperties> handle(Of<rop::SetProperties>, Call& call, const rop::SetProperties::Request& request) {
  return change(call, request.input, {request.values.properties, {}});
}

Reply<rop::SetPropertiesNoReplicate> handle(Of<rop::SetPropertiesNoReplicate>, Call& call,
                                            const rop::SetPropertiesNoReplicate::Request& request) {
  return change(call, request.input, {request.values.properties, {}});
}

Reply<rop::DeleteProperties> handle(Of<rop::DeleteProperties>, Call& call,
                                    const rop::DeleteProperties::Request& request) {
  return change(call, request.input, {{}, request.tags});
}

Reply<rop::DeletePropertiesNoReplicate> handle(Of<rop::DeletePropertiesNoReplicate>, Call& call,
                                               const rop::DeletePropertiesNoReplicate::Request& request) {
  return change(call, request.input, {{}, request.tags});
}

Reply<rop::GetPropertyIdsFromNames> handle(Of<rop::GetPropertyIdsFromNames>, Call& call,
                                           const rop::GetPropertyIdsFromNames::Request& request) {
  rop::GetPropertyIdsFromNames::Response response;
  if (request.names.empty()) {
    OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
    OXB_CO_TRY(const auto all, call.replica().read([&](replica::ReadTx& tx) { return tx.property_names(); }));
    for (const auto& [id, name] : all) response.ids.push_back(id);
    co_return response;
  }
  const auto look_up = [&](replica::ReadTx& tx, const mapi::PropertyName& name) { return tx.property_id(name); };
  const bool create = (request.flags & rop::GetPropertyIdsFromNames::kCreate) != 0;
  std::vector<mapi::PropertyName> unknown;
  OXB_CO_CHECK(call.replica().read([&](replica::ReadTx& tx) -> Result<> {
    for (const auto& asked : request.names) {
      const auto name = kept_name(asked);
      auto id = tagged_id(name);
      if (!id) {
        OXB_TRY(id, look_up(tx, name));
        if (!id) unknown.push_back(name);
      }
      response.ids.push_back(id.value_or(0));
    }
    return {};
  }));
  if (create && !unknown.empty()) {
    auto made = call.replica().write([&](replica::WriteTx& tx) -> Result<> {
      for (std::size_t i = 0; i < request.names.size(); ++i) {
        const auto name = kept_name(request.names[i]);
        if (response.ids[i] != 0 || tagged_id(name)) continue;
        OXB_TRY(response.ids[i], tx.ensure_property_id(name));
      }
      return {};
    });
    if (!made) co_return tl::unexpected(Failure(made.error()));
  }
  call.has_warning = std::find(response.ids.begin(), response.ids.end(), 0) != response.ids.end();
  co_return response;
}

Reply<rop::GetNamesFromPropertyIds> handle(Of<rop::GetNamesFromPropertyIds>, Call& call,
                                           const rop::GetNamesFromPropertyIds::Request& request) {
  rop::GetNamesFromPropertyIds::Response response;
  OXB_CO_CHECK(call.replica().read([&](replica::ReadTx& tx) -> Result<> {
    for (const auto id : request.ids) {
      if (id < 0x8000) {
        response.names.push_back(tagged_name(id));
        continue;
      }
      OXB_TRY(auto name, tx.property_name(id));
      response.names.push_back(std::move(name));
    }
    return {};
  }));
  co_return response;
}

Reply<rop::QueryNamedProperties> handle(Of<rop::QueryNamedProperties>, Call& call,
                                        const rop::QueryNamedProperties::Request& request) {
  OXB_CO_TRY(const auto object, co_await ready(call, request.input));
  std::vector<mapi::PropId> ids;
  OXB_CO_CHECK(with_properties(call, object, [&](const PropertySource& source) -> Result<> {
    for (const auto tag : source.tags())
      if (tag.is_named()) ids.push_back(tag.id());
    return {};
  }));
  rop::QueryNamedProperties::Response response;
  OXB_CO_CHECK(call.replica().read([&](replica::ReadTx& tx) -> Result<> {
    for (const auto id : ids) {
      OXB_TRY(auto name, tx.property_name(id));
      if (!name || (request.set && name->set != *request.set)) continue;
      const bool is_text = std::holds_alternative<std::string>(name->id);
      const auto unwanted = is_text ? rop::QueryNamedProperties::kNoStrings : rop::QueryNamedProperties::kNoIds;
      if ((request.flags & unwanted) != 0) continue;
      response.ids.push_back(id);
      response.names.push_back(std::move(name));
    }
    return {};
  }));
  co_return response;
}

}  // namespace oxb::session
