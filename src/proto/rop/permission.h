// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Permission and rule ROPs [MS-OXCROPS] 2.2.10, 2.2.11; [MS-OXCPERM] 2.2, [MS-OXORULE] 2.2.
#include "proto/rop/folder.h"

namespace oxb::rop {

// PermissionData, RuleData: an operation and tagged values.
struct TableChange {
  std::uint8_t operation{};
  std::vector<mapi::Property> values;
  static void describe(auto& v, auto& m) {
    v("Operation", m.operation);
    v("PropertyValues", wire::counted<std::uint16_t>(m.values));
  }
  bool operator==(const TableChange&) const = default;
};
struct TableChangeRequest {
  HandleIndex input{};
  std::uint8_t flags{};
  std::vector<TableChange> rows;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("ModifyFlags", m.flags);
    v("Rows", wire::counted<std::uint16_t>(m.rows));
  }
  bool operator==(const TableChangeRequest&) const = default;
};

struct ModifyPermissions {
  static constexpr std::uint8_t kId = 0x40;
  static constexpr std::string_view kName = "RopModifyPermissions";
  using Request = TableChangeRequest;
  using Response = NoFields;
};

struct GetPermissionsTable {
  static constexpr std::uint8_t kId = 0x3E;
  static constexpr std::string_view kName = "RopGetPermissionsTable";
  using Request = OpenTableRequest;
  using Response = NoFields;
};

struct ModifyRules {
  static constexpr std::uint8_t kId = 0x41;
  static constexpr std::string_view kName = "RopModifyRules";
  using Request = TableChangeRequest;
  using Response = NoFields;
};

struct GetRulesTable {
  static constexpr std::uint8_t kId = 0x3F;
  static constexpr std::string_view kName = "RopGetRulesTable";
  using Request = OpenTableRequest;
  using Response = NoFields;
};

struct UpdateDeferredActionMessages {
  static constexpr std::uint8_t kId = 0x57;
  static constexpr std::string_view kName = "RopUpdateDeferredActionMessages";
  struct Request {
    HandleIndex input{};
    Bytes server_entry_id;
    Bytes client_entry_id;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("ServerEntryId", wire::blob<std::uint16_t>(m.server_entry_id));
      v("ClientEntryId", wire::blob<std::uint16_t>(m.client_entry_id));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

using PermissionRops =
    TypeList<ModifyPermissions, GetPermissionsTable, ModifyRules, GetRulesTable, UpdateDeferredActionMessages>;

}  // namespace oxb::rop
