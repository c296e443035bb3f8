// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Logon and store ROPs [MS-OXCROPS] 2.2.3, [MS-OXCSTOR] 2.2.1.
#include "proto/mapi/row.h"
#include "proto/rop/body.h"

#include <array>

namespace oxb::rop {

// LogonFlags [MS-OXCSTOR] 2.2.1.1.1
constexpr std::uint8_t kLogonPrivate = 0x01;
constexpr std::uint8_t kLogonUndercover = 0x02;
constexpr std::uint8_t kLogonGhosted = 0x04;
constexpr std::uint8_t kLogonSpoolerProcess = 0x08;
// OpenFlags
constexpr std::uint32_t kOpenUseAdmin = 0x1;
constexpr std::uint32_t kOpenPublic = 0x2;
constexpr std::uint32_t kOpenHomeLogon = 0x4;
constexpr std::uint32_t kOpenTakeOwnership = 0x8;
constexpr std::uint32_t kOpenAlternateServer = 0x100;
constexpr std::uint32_t kOpenIgnoreHomeMdb = 0x200;
constexpr std::uint32_t kOpenNoMail = 0x400;
constexpr std::uint32_t kOpenUsePerMdbReplidMapping = 0x0100'0000;
constexpr std::uint32_t kOpenSupportProgress = 0x2000'0000;
// ResponseFlags
constexpr std::uint8_t kResponseReserved = 0x01;
constexpr std::uint8_t kResponseOwnerRight = 0x02;
constexpr std::uint8_t kResponseSendAsRight = 0x04;
constexpr std::uint8_t kResponseOutOfOffice = 0x10;

// The order of the thirteen folder ids of a private logon.
enum class LogonFolder : std::uint8_t {
  root,
  deferred_action,
  spooler_queue,
  ipm_subtree,
  inbox,
  outbox,
  sent_items,
  deleted_items,
  common_views,
  schedule,
  search,
  views,
  shortcuts,
  count_
};
using LogonFolders = std::array<Eid, static_cast<std::size_t>(LogonFolder::count_)>;

struct LogonTime {
  std::uint8_t seconds{};
  std::uint8_t minutes{};
  std::uint8_t hour{};
  std::uint8_t day_of_week{};  // Sunday is 0
  std::uint8_t day{};
  std::uint8_t month{};
  std::uint16_t year{};
  static void describe(auto& v, auto& m) {
    v("Seconds", m.seconds);
    v("Minutes", m.minutes);
    v("Hour", m.hour);
    v("DayOfWeek", m.day_of_week);
    v("Day", m.day);
    v("Month", m.month);
    v("Year", m.year);
  }
  bool operator==(const LogonTime&) const = default;
};

struct Logon {
  static constexpr std::uint8_t kId = 0xFE;
  static constexpr std::string_view kName = "RopLogon";
  struct Request {
    HandleIndex output{};
    std::uint8_t flags = kLogonPrivate;
    std::uint32_t open_flags{};
    std::uint32_t store_state{};
    std::string essdn;  // ASCII; on the wire its size counts a terminator
    static void describe(auto& v, auto& m) {
      v("OutputHandleIndex", m.output);
      v("LogonFlags", m.flags);
      v("OpenFlags", m.open_flags);
      v("StoreState", m.store_state);
      v("Essdn", wire::priv(sized_z<std::uint16_t>(m.essdn)));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint8_t flags = kLogonPrivate;
    LogonFolders folders{};
    std::uint8_t response_flags{};
    Guid mailbox_guid;
    std::uint16_t replica_id{};
    Guid replica_guid;
    LogonTime time;
    std::uint64_t gwart_time{};
    std::uint32_t store_state{};
    Guid per_user_guid;  // public logon only
    static void describe(auto& v, auto& m) {
      v("LogonFlags", m.flags);
      for (auto& folder : m.folders) v("FolderId", folder);
      if (m.flags & kLogonPrivate) {
        v("ResponseFlags", m.response_flags);
        v("MailboxGuid", m.mailbox_guid);
        v("ReplId", m.replica_id);
        v("ReplGuid", m.replica_guid);
        v("LogonTime", m.time);
        v("GwartTime", m.gwart_time);
        v("StoreState", m.store_state);
      } else {
        v("ReplId", m.replica_id);
        v("ReplGuid", m.replica_guid);
        v("PerUserGuid", m.per_user_guid);
      }
    }
    bool operator==(const Response&) const = default;
  };
  // With return value ecWrongServer.
  static constexpr EcCode kFailureCode = EcCode::wrong_server;
  struct Failure {
    std::uint8_t flags{};
    std::string server_name;
    static void describe(auto& v, auto& m) {
      v("LogonFlags", m.flags);
      v("ServerName", wire::priv(sized_z<std::uint8_t>(m.server_name)));
    }
    bool operator==(const Failure&) const = default;
  };
};

struct GetReceiveFolder {
  static constexpr std::uint8_t kId = 0x27;
  static constexpr std::string_view kName = "RopGetReceiveFolder";
  struct Request {
    HandleIndex input{};
    std::string message_class;  // ASCII
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageClass", wire::string8z(m.message_class));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Eid folder;
    std::string explicit_message_class;
    static void describe(auto& v, auto& m) {
      v("FolderId", m.folder);
      v("ExplicitMessageClass", wire::string8z(m.explicit_message_class));
    }
    bool operator==(const Response&) const = default;
  };
};

struct SetReceiveFolder {
  static constexpr std::uint8_t kId = 0x26;
  static constexpr std::string_view kName = "RopSetReceiveFolder";
  struct Request {
    HandleIndex input{};
    Eid folder;
    std::string message_class;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("FolderId", m.folder);
      v("MessageClass", wire::string8z(m.message_class));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct GetReceiveFolderTable {
  static constexpr std::uint8_t kId = 0x68;
  static constexpr std::string_view kName = "RopGetReceiveFolderTable";
  using Request = InputOnly;
  struct Response {
    // PidTagFolderId, PidTagMessageClass (String8), PidTagLastModificationTime
    static const std::vector<PropTag>& columns();
    std::vector<mapi::PropertyRow> rows;
    static void describe(auto& v, auto& m) {
      v("Rows", wire::counted_as<std::uint32_t>(m.rows, [](auto& row) { return mapi::row_of(columns(), row); }));
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetStoreState {
  static constexpr std::uint8_t kId = 0x7B;
  static constexpr std::string_view kName = "RopGetStoreState";
  using Request = InputOnly;
  struct Response {
    std::uint32_t state{};
    static void describe(auto& v, auto& m) { v("StoreState", m.state); }
    bool operator==(const Response&) const = default;
  };
};

// OwningServersCount, CheapServersCount, OwningServers.
struct OwningServers {
  std::uint16_t cheap_count{};
  std::vector<std::string> servers;  // ASCII
  static void describe(auto& v, auto& m) {
    std::size_t count = m.servers.size();
    v("OwningServersCount", wire::length<std::uint16_t>(count));
    v("CheapServersCount", m.cheap_count);
    v("OwningServers", names(m.servers, count));
  }
  bool operator==(const OwningServers&) const = default;
};

struct FolderIdRequest {
  HandleIndex input{};
  Eid folder;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("FolderId", m.folder);
  }
  bool operator==(const FolderIdRequest&) const = default;
};

struct GetOwningServers {
  static constexpr std::uint8_t kId = 0x42;
  static constexpr std::string_view kName = "RopGetOwningServers";
  using Request = FolderIdRequest;
  using Response = OwningServers;
};

struct PublicFolderIsGhosted {
  static constexpr std::uint8_t kId = 0x45;
  static constexpr std::string_view kName = "RopPublicFolderIsGhosted";
  using Request = FolderIdRequest;
  struct Response {
    bool is_ghosted{};
    OwningServers servers;  // only when ghosted
    static void describe(auto& v, auto& m) {
      v("IsGhosted", wire::bool8(m.is_ghosted));
      if (m.is_ghosted) v("Servers", m.servers);
    }
    bool operator==(const Response&) const = default;
  };
};

struct LongTermIdFromId {
  static constexpr std::uint8_t kId = 0x43;
  static constexpr std::string_view kName = "RopLongTermIdFromId";
  struct Request {
    HandleIndex input{};
    Eid object;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("ObjectId", m.object);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    mapi::LongTermId id;
    static void describe(auto& v, auto& m) { v("LongTermId", m.id); }
    bool operator==(const Response&) const = default;
  };
};

struct LongTermIdRequest {
  HandleIndex input{};
  mapi::LongTermId id;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("LongTermId", m.id);
  }
  bool operator==(const LongTermIdRequest&) const = default;
};

struct IdFromLongTermId {
  static constexpr std::uint8_t kId = 0x44;
  static constexpr std::string_view kName = "RopIdFromLongTermId";
  using Request = LongTermIdRequest;
  struct Response {
    Eid object;
    static void describe(auto& v, auto& m) { v("ObjectId", m.object); }
    bool operator==(const Response&) const = default;
  };
};

struct GetPerUserLongTermIds {
  static constexpr std::uint8_t kId = 0x60;
  static constexpr std::string_view kName = "RopGetPerUserLongTermIds";
  struct Request {
    HandleIndex input{};
    Guid database;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("DatabaseGuid", m.database);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::vector<mapi::LongTermId> ids;
    static void describe(auto& v, auto& m) { v("LongTermIds", wire::counted<std::uint16_t>(m.ids)); }
    bool operator==(const Response&) const = default;
  };
};

struct GetPerUserGuid {
  static constexpr std::uint8_t kId = 0x61;
  static constexpr std::string_view kName = "RopGetPerUserGuid";
  using Request = LongTermIdRequest;
  struct Response {
    Guid database;
    static void describe(auto& v, auto& m) { v("DatabaseGuid", m.database); }
    bool operator==(const Response&) const = default;
  };
};

struct ReadPerUserInformation {
  static constexpr std::uint8_t kId = 0x63;
  static constexpr std::string_view kName = "RopReadPerUserInformation";
  struct Request {
    HandleIndex input{};
    mapi::LongTermId folder;
    std::uint8_t reserved{};
    std::uint32_t offset{};
    std::uint16_t max_size{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("FolderId", m.folder);
      v("Reserved", m.reserved);
      v("DataOffset", m.offset);
      v("MaxDataSize", m.max_size);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool finished = true;
    Bytes data;
    static void describe(auto& v, auto& m) {
      v("HasFinished", wire::bool8(m.finished));
      v("Data", wire::blob<std::uint16_t>(m.data));
    }
    bool operator==(const Response&) const = default;
  };
};

struct WritePerUserInformation {
  static constexpr std::uint8_t kId = 0x64;
  static constexpr std::string_view kName = "RopWritePerUserInformation";
  struct Request {
    HandleIndex input{};
    mapi::LongTermId folder;
    bool finished{};
    std::uint32_t offset{};
    Bytes data;
    Guid replica;  // only at offset 0 of a private logon
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("FolderId", m.folder);
      v("HasFinished", wire::bool8(m.finished));
      v("DataOffset", m.offset);
      v("Data", wire::blob<std::uint16_t>(m.data));
      const auto* kind = v.template parameter<LogonKind>();
      const bool is_private = kind == nullptr || *kind == LogonKind::private_mailbox;
      if (m.offset == 0 && is_private) v("ReplGuid", m.replica);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

using LogonRops = TypeList<Logon, GetReceiveFolder, SetReceiveFolder, GetReceiveFolderTable, GetStoreState,
                           GetOwningServers, PublicFolderIsGhosted, LongTermIdFromId, IdFromLongTermId,
                           GetPerUserLongTermIds, GetPerUserGuid, ReadPerUserInformation, WritePerUserInformation>;

}  // namespace oxb::rop
