// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Property ROPs [MS-OXCROPS] 2.2.8, [MS-OXCPRPT] 2.2.
#include "proto/mapi/row.h"
#include "proto/rop/body.h"

namespace oxb::rop {

struct GetPropertyIdsFromNames {
  static constexpr std::uint8_t kId = 0x56;
  static constexpr std::string_view kName = "RopGetPropertyIdsFromNames";
  static constexpr std::uint8_t kCreate = 0x02;
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::vector<mapi::PropertyName> names;  // none on a logon: all
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Flags", m.flags);
      v("PropertyNames", wire::counted<std::uint16_t>(m.names));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::vector<mapi::PropId> ids;  // 0: no such name
    static void describe(auto& v, auto& m) { v("PropertyIds", wire::counted<std::uint16_t>(m.ids)); }
    bool operator==(const Response&) const = default;
  };
  // With this warning the response is complete all the same.
  static constexpr EcCode kFailureCode = EcCode::warn_with_errors;
  using Failure = Response;
};

struct GetNamesFromPropertyIds {
  static constexpr std::uint8_t kId = 0x55;
  static constexpr std::string_view kName = "RopGetNamesFromPropertyIds";
  struct Request {
    HandleIndex input{};
    std::vector<mapi::PropId> ids;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("PropertyIds", wire::counted<std::uint16_t>(m.ids));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::vector<std::optional<mapi::PropertyName>> names;
    static void describe(auto& v, auto& m) { v("PropertyNames", wire::counted<std::uint16_t>(m.names)); }
    bool operator==(const Response&) const = default;
  };
};

struct GetPropertiesSpecific {
  static constexpr std::uint8_t kId = 0x07;
  static constexpr std::string_view kName = "RopGetPropertiesSpecific";
  struct Request {
    HandleIndex input{};
    std::uint16_t size_limit{};
    std::uint16_t want_unicode = 1;
    std::vector<PropTag> tags;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("PropertySizeLimit", m.size_limit);
      v("WantUnicode", m.want_unicode);
      v("PropertyTags", wire::counted<std::uint16_t>(m.tags));
    }
    bool operator==(const Request&) const = default;
  };
  // Columns: the tags of the request.
  struct Response {
    mapi::PropertyRow row;
    static void describe(auto& v, auto& m) { v("RowData", m.row); }
    bool operator==(const Response&) const = default;
  };
};

struct GetPropertiesAll {
  static constexpr std::uint8_t kId = 0x08;
  static constexpr std::string_view kName = "RopGetPropertiesAll";
  struct Request {
    HandleIndex input{};
    std::uint16_t size_limit{};
    std::uint16_t want_unicode = 1;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("PropertySizeLimit", m.size_limit);
      v("WantUnicode", m.want_unicode);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::vector<mapi::Property> properties;
    static void describe(auto& v, auto& m) { v("PropertyValues", wire::counted<std::uint16_t>(m.properties)); }
    bool operator==(const Response&) const = default;
  };
};

struct GetPropertiesList {
  static constexpr std::uint8_t kId = 0x09;
  static constexpr std::string_view kName = "RopGetPropertiesList";
  using Request = InputOnly;
  struct Response {
    std::vector<PropTag> tags;
    static void describe(auto& v, auto& m) { v("PropertyTags", wire::counted<std::uint16_t>(m.tags)); }
    bool operator==(const Response&) const = default;
  };
};

// PropertyValueSize, PropertyValueCount, PropertyValues.
struct PropertyBlock {
  std::vector<mapi::Property> properties;
  static void describe(auto& v, auto& m) { v("Values", wire::counted<std::uint16_t>(m.properties)); }
  bool operator==(const PropertyBlock&) const = default;
};

struct SetPropertiesRequest {
  HandleIndex input{};
  PropertyBlock values;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("PropertyValues", wire::sized<std::uint16_t>(m.values));
  }
  bool operator==(const SetPropertiesRequest&) const = default;
};

struct SetProperties {
  static constexpr std::uint8_t kId = 0x0A;
  static constexpr std::string_view kName = "RopSetProperties";
  using Request = SetPropertiesRequest;
  using Response = PropertyProblems;
};

struct SetPropertiesNoReplicate {
  static constexpr std::uint8_t kId = 0x79;
  static constexpr std::string_view kName = "RopSetPropertiesNoReplicate";
  using Request = SetPropertiesRequest;
  using Response = PropertyProblems;
};

struct DeletePropertiesRequest {
  HandleIndex input{};
  std::vector<PropTag> tags;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("PropertyTags", wire::counted<std::uint16_t>(m.tags));
  }
  bool operator==(const DeletePropertiesRequest&) const = default;
};

struct DeleteProperties {
  static constexpr std::uint8_t kId = 0x0B;
  static constexpr std::string_view kName = "RopDeleteProperties";
  using Request = DeletePropertiesRequest;
  using Response = PropertyProblems;
};

struct DeletePropertiesNoReplicate {
  static constexpr std::uint8_t kId = 0x7A;
  static constexpr std::string_view kName = "RopDeletePropertiesNoReplicate";
  using Request = DeletePropertiesRequest;
  using Response = PropertyProblems;
};

struct QueryNamedProperties {
  static constexpr std::uint8_t kId = 0x5F;
  static constexpr std::string_view kName = "RopQueryNamedProperties";
  static constexpr std::uint8_t kNoStrings = 0x01;
  static constexpr std::uint8_t kNoIds = 0x02;
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::optional<Guid> set;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("QueryFlags", m.flags);
      v("PropertyGuid", wire::present<1>(m.set));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::vector<mapi::PropId> ids;
    std::vector<std::optional<mapi::PropertyName>> names;  // as many as ids
    static void describe(auto& v, auto& m) {
      std::size_t count = m.ids.size();
      v("IdCount", wire::length<std::uint16_t>(count));
      v("PropertyIds", wire::times(m.ids, count));
      v("PropertyNames", wire::times(m.names, count));
    }
    bool operator==(const Response&) const = default;
  };
};

struct CopyProperties {
  static constexpr std::uint8_t kId = 0x67;
  static constexpr std::string_view kName = "RopCopyProperties";
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    bool asynchronous{};
    std::uint8_t flags{};
    std::vector<PropTag> tags;
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("CopyFlags", m.flags);
      v("PropertyTags", wire::counted<std::uint16_t>(m.tags));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PropertyProblems;
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  struct Failure {
    std::uint32_t destination{};
    static void describe(auto& v, auto& m) { v("DestHandleIndex", m.destination); }
    bool operator==(const Failure&) const = default;
  };
};

struct CopyTo {
  static constexpr std::uint8_t kId = 0x39;
  static constexpr std::string_view kName = "RopCopyTo";
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    bool asynchronous{};
    bool sub_objects{};
    std::uint8_t flags{};
    std::vector<PropTag> excluded;
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("WantSubObjects", wire::bool8(m.sub_objects));
      v("CopyFlags", m.flags);
      v("ExcludedTags", wire::counted<std::uint16_t>(m.excluded));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PropertyProblems;
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  using Failure = CopyProperties::Failure;
};

struct Progress {
  static constexpr std::uint8_t kId = 0x50;
  static constexpr std::string_view kName = "RopProgress";
  struct Request {
    HandleIndex input{};
    bool cancel{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("WantCancel", wire::bool8(m.cancel));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint8_t logon{};
    std::uint32_t completed{};
    std::uint32_t total{};
    static void describe(auto& v, auto& m) {
      v("LogonId", m.logon);
      v("CompletedTaskCount", m.completed);
      v("TotalTaskCount", m.total);
    }
    bool operator==(const Response&) const = default;
  };
};

using PropertyRops = TypeList<GetPropertyIdsFromNames, GetNamesFromPropertyIds, GetPropertiesSpecific, GetPropertiesAll,
                              GetPropertiesList, SetProperties, SetPropertiesNoReplicate, DeleteProperties,
                              DeletePropertiesNoReplicate, QueryNamedProperties, CopyProperties, CopyTo, Progress>;

}  // namespace oxb::rop
