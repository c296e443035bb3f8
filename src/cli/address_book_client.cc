// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/address_book_client.h"

#include "proto/mapi/tags.h"

#include <fmt/format.h>

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;

constexpr std::uint32_t kCodePage = 1252;
constexpr std::uint32_t kLocale = 0x0409;

mapi::PropertyBag bag_of(const nspi::PropertyList& list) {
  mapi::PropertyBag bag;
  for (const auto& each : list.values)
    if (!std::holds_alternative<std::monostate>(each.value) && !std::holds_alternative<mapi::ErrorValue>(each.value))
      bag.set(each.tag, each.value);
  return bag;
}

std::vector<mapi::PropertyBag> bags_of(const std::optional<nspi::RowSet>& set) {
  std::vector<mapi::PropertyBag> out;
  if (!set) return out;
  for (const auto& row : set->rows) out.push_back(cli::bag_of(set->columns, row));
  return out;
}

}  // namespace

mapi::PropertyBag bag_of(const std::vector<mapi::PropTag>& columns, const mapi::PropertyRow& row) {
  mapi::PropertyBag bag;
  for (std::size_t i = 0; i < columns.size() && i < row.values.size(); ++i) {
    const auto& value = row.values[i];
    if (std::holds_alternative<std::monostate>(value) || std::holds_alternative<mapi::ErrorValue>(value)) continue;
    bag.set(columns[i].with(mapi::type_of(value)), value);
  }
  return bag;
}

nspi::Stat AddressBookClient::stat() const {
  nspi::Stat stat;
  stat.code_page = kCodePage;
  stat.template_locale = kLocale;
  stat.sort_locale = kLocale;
  return stat;
}

template <class Request>
Result<typename Request::Response> AddressBookClient::call(const typename Request::Request& request) {
  OXB_TRY(auto body, wire::encode(request));
  OXB_TRY(const auto answer, web_.mapi(url_, Request::kName, std::move(body), cookies_));
  OXB_TRY(auto response, wire::decode<typename Request::Response>(answer));
  if (response.status != 0)
    return fail(Errc::unavailable, fmt::format("{} failed with status {:#x}", Request::kName, response.status));
  const auto code = response.code;
  if (code != EcCode::none && code != EcCode::warn_with_errors && code != EcCode::unbind_success)
    return fail(Errc::invalid, fmt::format("{} failed with {}", Request::kName, ec_text(code)));
  return response;
}

Result<> AddressBookClient::bind() {
  nspi::Bind::Request request;
  request.state = stat();
  OXB_TRY(const auto response, call<nspi::Bind>(request));
  if (response.server.is_zero()) return fail(Errc::malformed, "the address book has no server GUID");
  return {};
}

Result<> AddressBookClient::unbind() {
  OXB_TRY(const auto response, call<nspi::Unbind>({}));
  if (response.code != EcCode::unbind_success)
    return fail(Errc::invalid, fmt::format("Unbind answered {}", ec_text(response.code)));
  cookies_.clear();
  return {};
}

Result<std::vector<mapi::PropertyBag>> AddressBookClient::containers() {
  nspi::GetSpecialTable::Request request;
  request.state = stat();
  OXB_TRY(const auto response, call<nspi::GetSpecialTable>(request));
  std::vector<mapi::PropertyBag> out;
  if (response.rows)
    for (const auto& row : *response.rows) out.push_back(bag_of(row));
  return out;
}

Result<nspi::MinimalId> AddressBookClient::find_dn(const std::string& dn) {
  nspi::DnToMinId::Request request;
  request.names = std::vector<std::string>{dn};
  OXB_TRY(const auto response, call<nspi::DnToMinId>(request));
  if (!response.ids || response.ids->size() != 1) return fail(Errc::malformed, "DNToMId did not answer one id");
  if (response.ids->front() == nspi::kUnresolved)
    return fail(Errc::not_found, "the address book does not know this DN");
  return response.ids->front();
}

Result<mapi::PropertyBag> AddressBookClient::properties(nspi::MinimalId id, const std::vector<mapi::PropTag>& tags) {
  nspi::GetProps::Request request;
  request.state = stat();
  request.state->current = id;
  if (!tags.empty()) request.properties = tags;
  OXB_TRY(const auto response, call<nspi::GetProps>(request));
  if (!response.row) return fail(Errc::not_found, "GetProps answered no values");
  return bag_of(*response.row);
}

Result<AddressBookClient::Page> AddressBookClient::first_rows(std::uint32_t count,
                                                              const std::vector<mapi::PropTag>& tags) {
  nspi::QueryRows::Request request;
  request.state = stat();
  request.count = count;
  request.columns = tags;
  OXB_TRY(const auto response, call<nspi::QueryRows>(request));
  Page page{bags_of(response.rows), response.state ? response.state->total : 0};
  if (page.rows.size() > count) return fail(Errc::malformed, "QueryRows answered more rows than asked for");
  return page;
}

Result<AddressBookClient::Page> AddressBookClient::seek(const std::string& display_name,
                                                        const std::vector<mapi::PropTag>& tags) {
  nspi::SeekEntries::Request request;
  request.state = stat();
  request.target = mapi::Property{tag::kDisplayName, display_name};
  request.columns = tags;
  OXB_TRY(const auto response, call<nspi::SeekEntries>(request));
  return Page{bags_of(response.rows), response.state ? response.state->total : 0};
}

Result<std::vector<AddressBookClient::Match>> AddressBookClient::resolve(const std::vector<std::string>& names,
                                                                         const std::vector<mapi::PropTag>& tags) {
  nspi::ResolveNames::Request request;
  request.state = stat();
  request.properties = tags;
  request.names = names;
  OXB_TRY(const auto response, call<nspi::ResolveNames>(request));
  if (!response.ids || response.ids->size() != names.size())
    return fail(Errc::malformed, "ResolveNames did not answer one id for each name");
  auto rows = bags_of(response.rows);
  std::vector<Match> out;
  std::size_t next = 0;
  for (const auto id : *response.ids) {
    Match match;
    if (id == nspi::kAmbiguous) match.kind = Match::Kind::ambiguous;
    if (id >= nspi::kResolved) {
      if (next == rows.size()) return fail(Errc::malformed, "ResolveNames answered too few rows");
      match.kind = Match::Kind::one;
      match.entry = std::move(rows[next++]);
    }
    out.push_back(std::move(match));
  }
  return out;
}

Result<std::vector<mapi::PropertyBag>> AddressBookClient::search(const std::string& text, std::uint32_t most,
                                                                 const std::vector<mapi::PropTag>& tags) {
  nspi::GetMatches::Request request;
  request.state = stat();
  request.filter =
      mapi::Restriction{mapi::PropertyRestriction{mapi::RelationalOperator::equal, tag::kAnr, {tag::kAnr, text}}};
  request.row_count = most;
  request.columns = tags;
  OXB_TRY(const auto response, call<nspi::GetMatches>(request));
  return bags_of(response.rows);
}

}  // namespace oxb::cli
