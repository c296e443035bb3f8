// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Address book request types and their bodies [MS-OXCMAPIHTTP] 2.2.5. A response whose StatusCode is not 0 ends there.
#include "proto/nspi/types.h"
#include "wire/codec.h"

namespace oxb::nspi {

namespace detail {
inline void aux(auto& v, auto& bytes) { v("AuxiliaryBuffer", wire::blob<std::uint32_t>(bytes)); }
// true: the response goes on.
inline bool begin(auto& v, auto& m) {
  v("StatusCode", m.status);
  if (m.status != 0) {
    aux(v, m.aux);
    return false;
  }
  v("ErrorCode", m.code);
  return true;
}
}  // namespace detail

// What most responses begin and end with.
struct Answer {
  std::uint32_t status{};
  EcCode code = EcCode::none;
  Bytes aux;
  bool operator==(const Answer&) const = default;
};

struct Bind {
  static constexpr std::string_view kName = "Bind";
  struct Request {
    static constexpr std::string_view kName = "BindRequest";
    std::uint32_t flags{};
    std::optional<Stat> state;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("State", wire::present(m.state));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "BindResponse";
    Guid server;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("ServerGuid", m.server);
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct Unbind {
  static constexpr std::string_view kName = "Unbind";
  struct Request {
    static constexpr std::string_view kName = "UnbindRequest";
    std::uint32_t reserved{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "UnbindResponse";
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct CompareMinIds {
  static constexpr std::string_view kName = "CompareMIds";
  struct Request {
    static constexpr std::string_view kName = "CompareMIdsRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    MinimalId first{};
    MinimalId second{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("MinimalId1", m.first);
      v("MinimalId2", m.second);
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "CompareMIdsResponse";
    std::int32_t result{};
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("Result", m.result);
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct DnToMinId {
  static constexpr std::string_view kName = "DNToMId";
  struct Request {
    static constexpr std::string_view kName = "DNToMIdRequest";
    std::uint32_t reserved{};
    std::optional<std::vector<std::string>> names;  // ASCII DNs
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("Names", wire::priv(wire::present_as(m.names, [](auto& list) {
          return wire::counted_as<std::uint32_t>(list, [](auto& text) { return wire::string8z(text); });
        })));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "DNToMIdResponse";
    MinimalIds ids;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("MinimalIds", tags(m.ids));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetMatches {
  static constexpr std::string_view kName = "GetMatches";
  struct Request {
    static constexpr std::string_view kName = "GetMatchesRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    MinimalIds ids;
    std::uint32_t interface_flags{};
    std::optional<mapi::Restriction> filter;
    std::optional<NamedId> property_name;
    std::uint32_t row_count{};
    Tags columns;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("MinimalIds", tags(m.ids));
      v("InterfaceOptionFlags", m.interface_flags);
      v("Filter", wire::present_as(m.filter, [](auto& x) {
          return mapi::RestrictionIn<std::remove_reference_t<decltype(x)>>{x, mapi::RestrictionForm::nspi};
        }));
      v("PropertyName", wire::present(m.property_name));
      v("RowCount", m.row_count);
      v("Columns", tags(m.columns));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetMatchesResponse";
    std::optional<Stat> state;
    MinimalIds ids;
    std::optional<RowSet> rows;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("State", wire::present(m.state));
      v("MinimalIds", tags(m.ids));
      v("ColumnsAndRows", wire::present(m.rows));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetPropList {
  static constexpr std::string_view kName = "GetPropList";
  struct Request {
    static constexpr std::string_view kName = "GetPropListRequest";
    std::uint32_t flags{};
    MinimalId id{};
    std::uint32_t code_page{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("MinimalId", m.id);
      v("CodePage", m.code_page);
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetPropListResponse";
    Tags properties;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("PropertyTags", tags(m.properties));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetProps {
  static constexpr std::string_view kName = "GetProps";
  struct Request {
    static constexpr std::string_view kName = "GetPropsRequest";
    std::uint32_t flags{};
    std::optional<Stat> state;
    Tags properties;  // absent: all
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("State", wire::present(m.state));
      v("PropertyTags", tags(m.properties));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetPropsResponse";
    std::uint32_t code_page{};
    std::optional<PropertyList> row;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("CodePage", m.code_page);
      v("PropertyValues", wire::present(m.row));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetSpecialTable {
  static constexpr std::string_view kName = "GetSpecialTable";
  static constexpr std::uint32_t kAddressCreationTemplates = 0x02;
  static constexpr std::uint32_t kUnicodeStrings = 0x04;
  struct Request {
    static constexpr std::string_view kName = "GetSpecialTableRequest";
    std::uint32_t flags = kUnicodeStrings;
    std::optional<Stat> state;
    std::optional<std::uint32_t> version;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("State", wire::present(m.state));
      v("Version", wire::present(m.version));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetSpecialTableResponse";
    std::uint32_t code_page{};
    std::optional<std::uint32_t> version;
    std::optional<std::vector<PropertyList>> rows;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("CodePage", m.code_page);
      v("Version", wire::present(m.version));
      v("Rows", tags(m.rows));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetTemplateInfo {
  static constexpr std::string_view kName = "GetTemplateInfo";
  struct Request {
    static constexpr std::string_view kName = "GetTemplateInfoRequest";
    std::uint32_t flags{};
    std::uint32_t display_type{};
    std::optional<std::string> dn;
    std::uint32_t code_page{};
    std::uint32_t locale{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("DisplayType", m.display_type);
      v("TemplateDn", wire::present_as(m.dn, [](auto& text) { return wire::string8z(text); }));
      v("CodePage", m.code_page);
      v("LocaleId", m.locale);
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetTemplateInfoResponse";
    std::uint32_t code_page{};
    std::optional<PropertyList> row;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("CodePage", m.code_page);
      v("Row", wire::present(m.row));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct ModLinkAtt {
  static constexpr std::string_view kName = "ModLinkAtt";
  struct Request {
    static constexpr std::string_view kName = "ModLinkAttRequest";
    std::uint32_t flags{};  // 1: delete
    PropTag property;
    MinimalId id{};
    std::optional<std::vector<Bytes>> entry_ids;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("PropertyTag", m.property);
      v("MinimalId", m.id);
      v("EntryIds", wire::priv(wire::present_as(m.entry_ids, [](auto& list) {
          return wire::counted_as<std::uint32_t>(list, [](auto& bytes) { return wire::blob<std::uint32_t>(bytes); });
        })));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "ModLinkAttResponse";
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct ModProps {
  static constexpr std::string_view kName = "ModProps";
  struct Request {
    static constexpr std::string_view kName = "ModPropsRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    Tags remove;
    std::optional<PropertyList> values;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("PropertyTagsToRemove", tags(m.remove));
      v("PropertyValues", wire::present(m.values));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "ModPropsResponse";
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct QueryRows {
  static constexpr std::string_view kName = "QueryRows";
  struct Request {
    static constexpr std::string_view kName = "QueryRowsRequest";
    std::uint32_t flags{};
    std::optional<Stat> state;
    std::vector<MinimalId> explicit_table;
    std::uint32_t count{};
    Tags columns;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("State", wire::present(m.state));
      v("ExplicitTable", wire::counted<std::uint32_t>(m.explicit_table));
      v("RowCount", m.count);
      v("Columns", tags(m.columns));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "QueryRowsResponse";
    std::optional<Stat> state;
    std::optional<RowSet> rows;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("State", wire::present(m.state));
      v("ColumnsAndRows", wire::present(m.rows));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct QueryColumns {
  static constexpr std::string_view kName = "QueryColumns";
  struct Request {
    static constexpr std::string_view kName = "QueryColumnsRequest";
    std::uint32_t reserved{};
    std::uint32_t flags{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("MapiFlags", m.flags);
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "QueryColumnsResponse";
    Tags columns;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("Columns", tags(m.columns));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct ResolveNames {
  static constexpr std::string_view kName = "ResolveNames";
  struct Request {
    static constexpr std::string_view kName = "ResolveNamesRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    Tags properties;
    std::optional<std::vector<std::string>> names;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("PropertyTags", tags(m.properties));
      v("Names", wire::priv(wire::present_as(m.names, [](auto& list) {
          return wire::counted_as<std::uint32_t>(list, [](auto& text) { return wire::utf16z(text); });
        })));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "ResolveNamesResponse";
    std::uint32_t code_page{};
    MinimalIds ids;
    std::optional<RowSet> rows;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("CodePage", m.code_page);
      v("MinimalIds", tags(m.ids));
      v("RowsAndColumns", wire::present(m.rows));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct ResortRestriction {
  static constexpr std::string_view kName = "ResortRestriction";
  struct Request {
    static constexpr std::string_view kName = "ResortRestrictionRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    MinimalIds ids;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("MinimalIds", tags(m.ids));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "ResortRestrictionResponse";
    std::optional<Stat> state;
    MinimalIds ids;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("State", wire::present(m.state));
      v("MinimalIds", tags(m.ids));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct SeekEntries {
  static constexpr std::string_view kName = "SeekEntries";
  struct Request {
    static constexpr std::string_view kName = "SeekEntriesRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    std::optional<mapi::Property> target;
    MinimalIds explicit_table;
    Tags columns;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("Target", wire::present_as(m.target, [](auto& x) {
          return mapi::PropertyIn<std::remove_reference_t<decltype(x)>>{x, mapi::ValueForm::nspi};
        }));
      v("ExplicitTable", tags(m.explicit_table));
      v("Columns", tags(m.columns));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = QueryRows::Response;
};

struct UpdateStat {
  static constexpr std::string_view kName = "UpdateStat";
  struct Request {
    static constexpr std::string_view kName = "UpdateStatRequest";
    std::uint32_t reserved{};
    std::optional<Stat> state;
    bool delta_requested{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("State", wire::present(m.state));
      v("DeltaRequested", wire::bool8(m.delta_requested));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "UpdateStatResponse";
    std::optional<Stat> state;
    std::optional<std::int32_t> delta;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("State", wire::present(m.state));
      v("Delta", wire::present(m.delta));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetMailboxUrl {
  static constexpr std::string_view kName = "GetMailboxUrl";
  struct Request {
    static constexpr std::string_view kName = "GetMailboxUrlRequest";
    std::uint32_t flags{};
    std::string user_dn;
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("UserDn", wire::priv(wire::utf16z(m.user_dn)));
      detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : Answer {
    static constexpr std::string_view kName = "GetMailboxUrlResponse";
    std::string url;
    static void describe(auto& v, auto& m) {
      if (!detail::begin(v, m)) return;
      v("ServerUrl", wire::utf16z(m.url));
      detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetAddressBookUrl {
  static constexpr std::string_view kName = "GetAddressBookUrl";
  using Request = GetMailboxUrl::Request;
  using Response = GetMailboxUrl::Response;
};

template <class... Requests>
struct TypeList {};
// The names are those of X-RequestType.
using All = TypeList<Bind, Unbind, CompareMinIds, DnToMinId, GetMatches, GetPropList, GetProps, GetSpecialTable,
                     GetTemplateInfo, ModLinkAtt, ModProps, QueryRows, QueryColumns, ResolveNames, ResortRestriction,
                     SeekEntries, UpdateStat, GetMailboxUrl, GetAddressBookUrl>;

// Text of a whole body by request type (case-insensitive); unsupported: no such type.
enum class Direction : std::uint8_t { request, response };
Result<std::string> body_text(std::string_view request_type, Direction direction, ByteView body, wire::Privacy privacy);

}  // namespace oxb::nspi
