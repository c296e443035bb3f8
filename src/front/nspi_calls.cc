// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/nspi_calls.h"

#include "base/text.h"
#include "front/address_match.h"
#include "front/nspi_stat.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::front {

namespace {

namespace tag = mapi::tag;
using mapi::PropTag;
using mapi::PropType;

constexpr std::uint32_t kEphemeralIds = 2;  // fEphID
constexpr std::size_t kMostRows = 1'000;    // of one answer
constexpr std::size_t kMostColumns = 500;   // [MS-OXNSPI] wants 100
constexpr std::size_t kMostNames = 1'000;
constexpr std::size_t kSeekRows = 50;
constexpr std::uint32_t kHierarchyVersion = 1;  // the list of containers never changes
constexpr std::int32_t kRecipients = 1;         // AB_RECIPIENTS
constexpr std::int32_t kUnmodifiable = 8;       // AB_UNMODIFIABLE

const std::vector<PropTag>& columns_or_default(const nspi::Tags& asked) {
  return asked && !asked->empty() ? *asked : default_columns();
}

// Rows for explicit ids; for an id that names nobody every value is an error, so that the rows stay in step with the
// ids.
std::vector<mapi::PropertyRow> rows_for(const BookCall& call, const std::vector<std::uint32_t>& ids,
                                        const std::vector<PropTag>& columns, const RowForm& form, std::size_t limit) {
  std::vector<mapi::PropertyRow> rows;
  for (const auto id : ids) {
    if (rows.size() >= limit) break;
    const auto* entry = call.view.by_minimal_id(id);
    rows.push_back(entry ? row_of(*entry, columns, form) : empty_row(columns));
  }
  return rows;
}

std::vector<std::uint32_t> ids_of(const std::vector<const directory::Entry*>& entries) {
  std::vector<std::uint32_t> ids;
  for (const auto* entry : entries) ids.push_back(entry->minimal_id);
  return ids;
}

Bytes container_entry_id() {
  mapi::AddressBookEntryId id;
  id.type = mapi::AddressBookEntryId::kContainer;
  id.dn = "/";  // the global address list [MS-OXNSPI] 2.2.9.3
  return mapi::to_bytes(mapi::EntryId(id));
}

mapi::PropertyValue text_value(const char* text, bool unicode) {
  if (unicode) return std::string(text);
  return mapi::String8{text};
}

}  // namespace

RowForm BookCall::form(std::uint32_t code_page, std::uint32_t flags) const {
  RowForm form;
  form.context.server = urls.server(caller, caller_email);
  form.server = installation.address_book_guid(caller.context);
  form.code_page = code_page;
  form.ephemeral = (flags & kEphemeralIds) != 0;
  return form;
}

RowForm BookCall::form(const std::optional<nspi::Stat>& stat, std::uint32_t flags) const {
  return form(stat ? stat->code_page : 1252, flags);
}

nspi::Bind::Response answer(const BookCall& call, const nspi::Bind::Request& request) {
  nspi::Bind::Response response;
  if (request.state && request.state->code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
    return response;
  }
  response.server = call.installation.address_book_guid(call.caller.context);
  return response;
}

nspi::Unbind::Response answer(const BookCall&, const nspi::Unbind::Request&) {
  nspi::Unbind::Response response;
  response.code = EcCode::unbind_success;
  return response;
}

nspi::CompareMinIds::Response answer(const BookCall& call, const nspi::CompareMinIds::Request& request) {
  nspi::CompareMinIds::Response response;
  const auto row = [&](std::uint32_t id) -> std::optional<std::size_t> {
    if (id == nspi::kBeginningOfTable) return 0;
    if (id == nspi::kEndOfTable) return call.view.size();
    return call.view.position_of(id);
  };
  const auto first = row(request.first);
  const auto second = row(request.second);
  if (!first || !second)
    response.code = EcCode::not_found;
  else
    response.result = *first < *second ? -1 : *first > *second ? 1 : 0;
  return response;
}

nspi::DnToMinId::Response answer(const BookCall& call, const nspi::DnToMinId::Request& request) {
  nspi::DnToMinId::Response response;
  if (!request.names) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  response.ids.emplace();
  for (const auto& name : *request.names) {
    const auto* entry = call.view.by_dn(name);
    response.ids->push_back(entry ? entry->minimal_id : nspi::kUnresolved);
  }
  return response;
}

nspi::GetPropList::Response answer(const BookCall& call, const nspi::GetPropList::Request& request) {
  nspi::GetPropList::Response response;
  const auto* entry = call.view.by_minimal_id(request.id);
  if (!entry) {
    response.code = EcCode::not_found;
    return response;
  }
  response.properties.emplace();
  for (const auto& property : all_properties(*entry, call.form(request.code_page, 0)))
    response.properties->push_back(property.tag);
  return response;
}

nspi::GetProps::Response answer(const BookCall& call, const nspi::GetProps::Request& request) {
  nspi::GetProps::Response response;
  const auto code_page = request.state ? request.state->code_page : 1252;
  response.code_page = code_page;
  const auto* entry = request.state ? call.view.by_minimal_id(request.state->current) : nullptr;
  if (!entry) {
    response.code = request.state ? EcCode::not_found : EcCode::invalid_parameter;
    return response;
  }
  const auto form = call.form(code_page, request.flags);
  response.row.emplace();
  if (!request.properties) {
    response.row->values = all_properties(*entry, form);
    return response;
  }
  const auto bag = bag_of(*entry, form);
  for (const auto column : *request.properties) {
    // [MS-OXNSPI] 3.1.4.1.7: the invalid code page matters only where 8-bit text is wanted.
    if (code_page == nspi::kCodePageUnicode &&
        (column.type() == PropType::string8 || column.type() == PropType::multi_string8)) {
      response.row.reset();
      response.code = EcCode::unknown_code_page;
      return response;
    }
    auto value = value_of(bag, column, form);
    if (std::holds_alternative<mapi::ErrorValue>(value)) {
      response.code = EcCode::warn_with_errors;
      response.row->values.push_back({column.with(PropType::error_code), std::move(value)});
      continue;
    }
    const auto type = column.type() == PropType::unspecified ? mapi::type_of(value) : column.type();
    response.row->values.push_back({column.with(type), std::move(value)});
  }
  return response;
}

nspi::QueryRows::Response answer(const BookCall& call, const nspi::QueryRows::Request& request) {
  nspi::QueryRows::Response response;
  const auto& columns = columns_or_default(request.columns);
  if (!request.state || columns.size() > kMostColumns) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  auto stat = *request.state;
  const bool explicit_table = !request.explicit_table.empty();
  const auto limit = std::min<std::size_t>(request.count, kMostRows);
  if (stat.code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
  } else if (!explicit_table && request.count == 0) {
    response.code = EcCode::invalid_parameter;
  } else if (!explicit_table) {
    response.code = check_list_stat(stat);
  }
  if (response.code != EcCode::none) return response;

  const auto form = call.form(stat.code_page, request.flags);
  nspi::RowSet set{columns, {}};
  if (explicit_table) {
    set.rows = rows_for(call, request.explicit_table, columns, form, limit == 0 ? kMostRows : limit);
  } else {
    const auto start = row_of(stat, call.view);
    if (!start) {
      response.code = EcCode::not_found;
      return response;
    }
    auto row = moved(*start, stat.delta, call.view);
    for (; row < call.view.size() && set.rows.size() < limit; ++row)
      set.rows.push_back(row_of(call.view.at(row), columns, form));
    place(stat, row, call.view);
  }
  response.state = stat;
  response.rows = std::move(set);
  return response;
}

// The first entry not before the target, in the list or among explicit ids [MS-OXNSPI] 3.1.4.1.9.
nspi::QueryRows::Response answer(const BookCall& call, const nspi::SeekEntries::Request& request) {
  nspi::QueryRows::Response response;
  if (!request.state || !request.target || (request.columns && request.columns->size() > kMostColumns)) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  auto stat = *request.state;
  response.code = check_list_stat(stat);
  if (request.explicit_table && response.code == EcCode::invalid_bookmark) response.code = EcCode::none;
  if (response.code != EcCode::none) return response;
  std::string target;
  if (request.target->tag.id() != tag::kDisplayName.id()) {
    response.code = EcCode::error;
    return response;
  }
  if (const auto* text = std::get_if<std::string>(&request.target->value)) target = *text;
  if (const auto* text = std::get_if<mapi::String8>(&request.target->value)) {
    auto converted = utf8_from_code_page(text->bytes, stat.code_page);
    target = converted ? *converted : make_valid_utf8(text->bytes);
  }
  const auto form = call.form(stat.code_page, 0);
  const auto first = call.view.seek(target);
  std::vector<std::uint32_t> ids;
  if (request.explicit_table) {
    // The ids that qualify, in the order of the address list.
    std::vector<std::size_t> rows;
    for (const auto id : *request.explicit_table)
      if (const auto row = call.view.position_of(id); row && *row >= first) rows.push_back(*row);
    std::sort(rows.begin(), rows.end());
    for (const auto row : rows) ids.push_back(call.view.at(row).minimal_id);
    stat.current = ids.empty() ? nspi::kEndOfTable : ids.front();
    stat.total = static_cast<std::uint32_t>(request.explicit_table->size());
    stat.position = static_cast<std::uint32_t>(request.explicit_table->size() - ids.size());
    stat.delta = 0;
  } else {
    for (auto row = first; row < call.view.size() && ids.size() < kSeekRows; ++row)
      ids.push_back(call.view.at(row).minimal_id);
    place(stat, first, call.view);
  }
  if (ids.empty()) {
    response.code = EcCode::not_found;
    return response;
  }
  response.state = stat;
  if (request.columns)
    response.rows = nspi::RowSet{*request.columns, rows_for(call, ids, *request.columns, form, kSeekRows)};
  return response;
}

nspi::UpdateStat::Response answer(const BookCall& call, const nspi::UpdateStat::Request& request) {
  nspi::UpdateStat::Response response;
  if (!request.state) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  auto stat = *request.state;
  response.code = check_list_stat(stat);
  const auto start = row_of(stat, call.view);
  if (response.code == EcCode::none && !start) response.code = EcCode::not_found;
  if (response.code != EcCode::none) return response;
  const auto row = moved(*start, stat.delta, call.view);
  place(stat, row, call.view);
  response.state = stat;
  if (request.delta_requested)
    response.delta = static_cast<std::int32_t>(static_cast<std::int64_t>(row) - static_cast<std::int64_t>(*start));
  return response;
}

namespace {

// A property whose values are other entries [MS-OXNSPI] 3.1.4.4.2.2. Nothing: no such property.
std::optional<std::vector<std::uint32_t>> entries_behind(const BookCall& call, std::uint32_t property,
                                                         std::uint32_t id) {
  const auto* entry = call.view.by_minimal_id(id);
  switch (static_cast<mapi::PropId>(property >> 16)) {
    case tag::kAddressBookMember.id():
      return entry ? ids_of(call.view.members(*entry)) : std::vector<std::uint32_t>{};
    case tag::kAddressBookIsMemberOfDistributionList.id():
      return entry ? ids_of(call.view.groups_of(*entry)) : std::vector<std::uint32_t>{};
    case tag::kAddressBookPublicDelegates.id():
    case tag::kAddressBookReports.id():
      return std::vector<std::uint32_t>{};
    default:
      return std::nullopt;
  }
}

}  // namespace

nspi::GetMatches::Response answer(const BookCall& call, const nspi::GetMatches::Request& request) {
  nspi::GetMatches::Response response;
  if (!request.state || (request.columns && request.columns->size() > kMostColumns)) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  auto stat = *request.state;
  const auto form = call.form(stat.code_page, 0);
  const auto limit = std::min<std::size_t>(request.row_count, 50'000);
  std::vector<std::uint32_t> ids;
  const auto property = request.property_name ? request.property_name->id : stat.container;
  if (stat.code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
  } else if (property != 0) {
    if (auto behind = entries_behind(call, property, stat.current))
      ids = std::move(*behind);
    else
      response.code = request.property_name ? EcCode::not_supported : EcCode::invalid_bookmark;
  } else if (!request.filter) {
    response.code = EcCode::invalid_parameter;
  } else {
    AddressMatcher matcher(call.view, form.context, stat.code_page);
    if (auto found = matcher.match(*request.filter, limit))
      ids = std::move(*found);
    else
      response.code = EcCode::too_complex;
  }
  if (response.code == EcCode::none && ids.size() > limit) response.code = EcCode::table_too_big;
  if (response.code != EcCode::none) return response;
  stat.container = stat.current;  // (gx) and [MS-OXNSPI] 3.1.4.1.10
  stat.delta = 0;
  stat.position = 0;
  stat.total = static_cast<std::uint32_t>(ids.size());
  response.state = stat;
  if (request.columns)
    response.rows = nspi::RowSet{*request.columns, rows_for(call, ids, *request.columns, form, limit)};
  response.ids = std::move(ids);
  return response;
}

nspi::ResolveNames::Response answer(const BookCall& call, const nspi::ResolveNames::Request& request) {
  nspi::ResolveNames::Response response;
  const auto& columns = columns_or_default(request.properties);
  if (!request.state || !request.names || columns.size() > kMostColumns || request.names->size() > kMostNames) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  const auto code_page = request.state->code_page;
  response.code_page = code_page;
  if (code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
    return response;
  }
  if (request.state->container != 0) {
    response.code = EcCode::invalid_bookmark;
    return response;
  }
  const auto form = call.form(code_page, 0);
  nspi::RowSet set{columns, {}};
  response.ids.emplace();
  for (const auto& name : *request.names) {
    const auto found = call.view.resolve(name, 2);
    response.ids->push_back(found.empty() ? nspi::kUnresolved : found.size() == 1 ? nspi::kResolved : nspi::kAmbiguous);
    if (found.size() == 1) set.rows.push_back(row_of(*found.front(), columns, form));
  }
  response.rows = std::move(set);
  return response;
}

nspi::ResortRestriction::Response answer(const BookCall& call, const nspi::ResortRestriction::Request& request) {
  nspi::ResortRestriction::Response response;
  if (!request.state || !request.ids) {
    response.code = EcCode::invalid_parameter;
    return response;
  }
  auto stat = *request.state;
  if (stat.code_page == nspi::kCodePageUnicode) response.code = EcCode::unknown_code_page;
  if (stat.sort_type != nspi::kSortByDisplayName && stat.sort_type != nspi::kSortByPhoneticName)
    response.code = EcCode::error;
  if (response.code != EcCode::none) return response;
  std::vector<std::size_t> rows;
  for (const auto id : *request.ids)
    if (const auto row = call.view.position_of(id)) rows.push_back(*row);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  response.ids.emplace();
  for (const auto row : rows) response.ids->push_back(call.view.at(row).minimal_id);
  stat.total = static_cast<std::uint32_t>(rows.size());
  const auto current = std::find(response.ids->begin(), response.ids->end(), stat.current);
  stat.position = current == response.ids->end() ? 0 : static_cast<std::uint32_t>(current - response.ids->begin());
  if (current == response.ids->end()) stat.current = nspi::kBeginningOfTable;
  stat.delta = 0;
  response.state = stat;
  return response;
}

nspi::GetSpecialTable::Response answer(const BookCall& call, const nspi::GetSpecialTable::Request& request) {
  using Table = nspi::GetSpecialTable;
  (void)call;
  Table::Response response;
  const bool unicode = (request.flags & Table::kUnicodeStrings) != 0;
  const bool templates = (request.flags & Table::kAddressCreationTemplates) != 0;
  response.code_page = request.state ? request.state->code_page : 1252;
  if (!unicode && !templates && response.code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
    return response;
  }
  response.rows.emplace();
  // One-off addresses of other types than SMTP cannot be made: the table of creation templates is empty.
  if (templates) return response;
  response.version = kHierarchyVersion;
  if (request.version && *request.version == kHierarchyVersion) return response;
  // [MS-OXNSPI] 3.1.4.4.3.1: the one container is the global address list.
  nspi::PropertyList row;
  const auto name = tag::kDisplayName.with(unicode ? PropType::string : PropType::string8);
  row.values = {{tag::kEntryId, container_entry_id()},
                {tag::kContainerFlags, kRecipients | kUnmodifiable},
                {tag::kDepth, std::int32_t{0}},
                {tag::kAddressBookContainerId, std::int32_t{0}},
                {name, text_value("Global Address List", unicode)},
                {tag::kAddressBookIsMaster, false}};
  response.rows->push_back(std::move(row));
  return response;
}

nspi::QueryColumns::Response answer(const BookCall&, const nspi::QueryColumns::Request& request) {
  constexpr std::uint32_t kUnicodeProptags = 0x8000'0000;  // [MS-OXNSPI] 2.2.1.13
  static constexpr std::array kColumns = {tag::kEntryId,
                                          tag::kInstanceKey,
                                          tag::kRecordKey,
                                          tag::kSearchKey,
                                          tag::kObjectType,
                                          tag::kDisplayType,
                                          tag::kDisplayTypeEx,
                                          tag::kMappingSignature,
                                          tag::kAddressType,
                                          tag::kEmailAddress,
                                          tag::kSmtpAddress,
                                          tag::kAccount,
                                          tag::kDisplayName,
                                          tag::kTransmittableDisplayName,
                                          tag::kAddressBookProxyAddresses,
                                          tag::kGivenName,
                                          tag::kSurname,
                                          tag::kTitle,
                                          tag::kCompanyName,
                                          tag::kDepartmentName,
                                          tag::kOfficeLocation,
                                          tag::kBusinessTelephoneNumber,
                                          tag::kMobileTelephoneNumber,
                                          tag::kHomeTelephoneNumber,
                                          tag::kPrimaryTelephoneNumber,
                                          tag::kBusinessFaxNumber,
                                          tag::kStreetAddress,
                                          tag::kLocality,
                                          tag::kStateOrProvince,
                                          tag::kPostalCode,
                                          tag::kCountry,
                                          tag::kAssistant,
                                          tag::kManagerName,
                                          tag::kComment,
                                          tag::kAddressBookObjectGuid,
                                          tag::kAddressBookContainerId,
                                          tag::kAddressBookHomeMessageDatabase,
                                          tag::kSendRichInfo};
  nspi::QueryColumns::Response response;
  response.columns.emplace();
  const bool unicode = (request.flags & kUnicodeProptags) != 0;
  for (const auto column : kColumns) {
    auto type = column.type();
    if (!unicode && type == PropType::string) type = PropType::string8;
    if (!unicode && type == PropType::multi_string) type = PropType::multi_string8;
    response.columns->push_back(column.with(type));
  }
  return response;
}

nspi::GetTemplateInfo::Response answer(const BookCall&, const nspi::GetTemplateInfo::Request& request) {
  constexpr std::uint32_t kTemplate = 1;  // TI_TEMPLATE
  constexpr std::uint32_t kScript = 4;    // TI_SCRIPT
  nspi::GetTemplateInfo::Response response;
  response.code_page = request.code_page;
  if (request.code_page == nspi::kCodePageUnicode) {
    response.code = EcCode::unknown_code_page;
    return response;
  }
  constexpr std::uint32_t kMailUser = 0;
  constexpr std::uint32_t kList = 1;
  if (request.display_type != kMailUser && request.display_type != kList) {
    response.code = EcCode::unknown_locale;  // [MS-OXNSPI] 3.1.4.1.18: no template for that
    return response;
  }
  response.row.emplace();
  if ((request.flags & kTemplate) != 0)
    response.row->values.push_back(
        {tag::kTemplateData, details_template(request.display_type == kList, request.code_page)});
  if ((request.flags & kScript) != 0)
    response.row->values.push_back(
        {tag::kScriptData.with(PropType::error_code), mapi::ErrorValue{static_cast<std::uint32_t>(EcCode::not_found)}});
  return response;
}

// The groupware server's address book is not changed through this gateway.
nspi::ModProps::Response answer(const BookCall&, const nspi::ModProps::Request&) {
  nspi::ModProps::Response response;
  response.code = EcCode::not_supported;
  return response;
}

nspi::ModLinkAtt::Response answer(const BookCall&, const nspi::ModLinkAtt::Request&) {
  nspi::ModLinkAtt::Response response;
  response.code = EcCode::access_denied;
  return response;
}

namespace {

// The entry whose URL is asked for: by its own DN, or by the server's that PidTagAddressBookHomeMessageDatabase names.
const directory::Entry* behind_dn(const BookCall& call, const std::string& dn) {
  if (const auto* entry = call.view.by_dn(dn)) return entry;
  constexpr std::string_view kServers = "/cn=servers/cn=";
  const auto lower = ascii_lower(dn);
  const auto at = lower.find(kServers);
  if (at == std::string::npos) return nullptr;
  const auto rest = std::string_view(lower).substr(at + kServers.size());
  const auto server = rest.substr(0, rest.find('/'));
  for (std::size_t i = 0; i < call.view.size(); ++i) {
    const auto& entry = call.view.at(i);
    if (ascii_iequals(call.urls.server(entry.entity, entry.data.email), server)) return &entry;
  }
  return nullptr;
}

}  // namespace

nspi::GetMailboxUrl::Response mailbox_url(const BookCall& call, const nspi::GetMailboxUrl::Request& request) {
  nspi::GetMailboxUrl::Response response;
  if (const auto* entry = behind_dn(call, request.user_dn))
    response.url = call.urls.mail_store(entry->entity, entry->data.email);
  else
    response.code = EcCode::not_found;
  return response;
}

nspi::GetMailboxUrl::Response address_book_url(const BookCall& call, const nspi::GetMailboxUrl::Request& request) {
  nspi::GetMailboxUrl::Response response;
  if (const auto* entry = behind_dn(call, request.user_dn))
    response.url = call.urls.address_book(entry->entity, entry->data.email);
  else
    response.code = EcCode::not_found;
  return response;
}

}  // namespace oxb::front
