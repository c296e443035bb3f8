// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Folder ROPs [MS-OXCROPS] 2.2.4, [MS-OXCFOLD] 2.2.1.
#include "proto/rop/logon.h"
#include "proto/rop/restriction_block.h"

namespace oxb::rop {

constexpr std::uint8_t kOpenSoftDeleted = 0x04;  // RopOpenFolder

// TableFlags of hierarchy and contents tables [MS-OXCFOLD] 2.2.1.13, .14
constexpr std::uint8_t kTableAssociated = 0x02;
constexpr std::uint8_t kTableDepth = 0x04;
constexpr std::uint8_t kTableDeferredErrors = 0x08;
constexpr std::uint8_t kTableNoNotifications = 0x10;
constexpr std::uint8_t kTableSoftDeletes = 0x20;
constexpr std::uint8_t kTableUseUnicode = 0x40;
constexpr std::uint8_t kTableSuppressNotifications = 0x80;  // hierarchy
constexpr std::uint8_t kTableConversationMembers = 0x80;    // contents

struct OpenFolder {
  static constexpr std::uint8_t kId = 0x02;
  static constexpr std::string_view kName = "RopOpenFolder";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    Eid folder;
    std::uint8_t mode{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("FolderId", m.folder);
      v("OpenModeFlags", m.mode);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool has_rules{};
    bool is_ghosted{};
    OwningServers servers;
    static void describe(auto& v, auto& m) {
      v("HasRules", wire::bool8(m.has_rules));
      v("IsGhosted", wire::bool8(m.is_ghosted));
      if (m.is_ghosted) v("Servers", m.servers);
    }
    bool operator==(const Response&) const = default;
  };
};

struct CreateFolder {
  static constexpr std::uint8_t kId = 0x1C;
  static constexpr std::string_view kName = "RopCreateFolder";
  static constexpr std::uint8_t kGeneric = 1;
  static constexpr std::uint8_t kSearch = 2;
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t type = kGeneric;
    bool unicode = true;
    bool open_existing{};
    std::uint8_t reserved{};
    std::string name;
    std::string comment;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("FolderType", m.type);
      v("UseUnicodeStrings", wire::bool8(m.unicode));
      v("OpenExisting", wire::bool8(m.open_existing));
      v("Reserved", m.reserved);
      v("DisplayName", wire::priv(text_by(m.unicode, m.name)));
      v("Comment", wire::priv(text_by(m.unicode, m.comment)));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Eid folder;
    bool existed{};
    bool has_rules{};  // these three only when it existed
    bool is_ghosted{};
    OwningServers servers;
    static void describe(auto& v, auto& m) {
      v("FolderId", m.folder);
      v("IsExistingFolder", wire::bool8(m.existed));
      if (!m.existed) return;
      v("HasRules", wire::bool8(m.has_rules));
      v("IsGhosted", wire::bool8(m.is_ghosted));
      if (m.is_ghosted) v("Servers", m.servers);
    }
    bool operator==(const Response&) const = default;
  };
};

struct DeleteFolder {
  static constexpr std::uint8_t kId = 0x1D;
  static constexpr std::string_view kName = "RopDeleteFolder";
  static constexpr bool kBodyOnFailure = true;
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    Eid folder;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("DeleteFolderFlags", m.flags);
      v("FolderId", m.folder);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PartialCompletion;
};

struct SetSearchCriteria {
  static constexpr std::uint8_t kId = 0x30;
  static constexpr std::string_view kName = "RopSetSearchCriteria";
  struct Request {
    HandleIndex input{};
    std::optional<mapi::Restriction> restriction;
    std::vector<Eid> folders;
    std::uint32_t flags{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("RestrictionData", restriction_block(m.restriction));
      v("FolderIds", wire::counted<std::uint16_t>(m.folders));
      v("SearchFlags", m.flags);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct GetSearchCriteria {
  static constexpr std::uint8_t kId = 0x31;
  static constexpr std::string_view kName = "RopGetSearchCriteria";
  struct Request {
    HandleIndex input{};
    bool unicode = true;
    bool include_restriction = true;
    bool include_folders = true;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("UseUnicode", wire::bool8(m.unicode));
      v("IncludeRestriction", wire::bool8(m.include_restriction));
      v("IncludeFolders", wire::bool8(m.include_folders));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::optional<mapi::Restriction> restriction;
    std::uint8_t logon{};
    std::vector<Eid> folders;
    std::uint32_t flags{};
    static void describe(auto& v, auto& m) {
      std::size_t count = m.folders.size();
      v("RestrictionData", restriction_block(m.restriction));
      v("LogonId", m.logon);
      v("FolderIdCount", wire::length<std::uint16_t>(count));
      v("FolderIds", wire::times(m.folders, count));
      v("SearchFlags", m.flags);
    }
    bool operator==(const Response&) const = default;
  };
};

struct MoveCopyMessages {
  static constexpr std::uint8_t kId = 0x33;
  static constexpr std::string_view kName = "RopMoveCopyMessages";
  static constexpr bool kBodyOnFailure = true;
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    std::vector<Eid> messages;
    bool asynchronous{};
    bool copy{};
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("MessageIds", wire::counted<std::uint16_t>(m.messages));
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("WantCopy", wire::bool8(m.copy));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PartialCompletion;
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  using Failure = NullDestination;
};

struct MoveFolder {
  static constexpr std::uint8_t kId = 0x35;
  static constexpr std::string_view kName = "RopMoveFolder";
  static constexpr bool kBodyOnFailure = true;
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    bool asynchronous{};
    bool unicode = true;
    Eid folder;
    std::string new_name;
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("UseUnicode", wire::bool8(m.unicode));
      v("FolderId", m.folder);
      v("NewFolderName", wire::priv(text_by(m.unicode, m.new_name)));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PartialCompletion;
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  using Failure = NullDestination;
};

struct CopyFolder {
  static constexpr std::uint8_t kId = 0x36;
  static constexpr std::string_view kName = "RopCopyFolder";
  static constexpr bool kBodyOnFailure = true;
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    bool asynchronous{};
    bool recursive{};
    bool unicode = true;
    Eid folder;
    std::string new_name;
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("WantRecursive", wire::bool8(m.recursive));
      v("UseUnicode", wire::bool8(m.unicode));
      v("FolderId", m.folder);
      v("NewFolderName", wire::priv(text_by(m.unicode, m.new_name)));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PartialCompletion;
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  using Failure = NullDestination;
};

struct EmptyFolderRequest {
  HandleIndex input{};
  bool asynchronous{};
  bool delete_associated{};
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("WantAsynchronous", wire::bool8(m.asynchronous));
    v("WantDeleteAssociated", wire::bool8(m.delete_associated));
  }
  bool operator==(const EmptyFolderRequest&) const = default;
};

struct EmptyFolder {
  static constexpr std::uint8_t kId = 0x58;
  static constexpr std::string_view kName = "RopEmptyFolder";
  static constexpr bool kBodyOnFailure = true;
  using Request = EmptyFolderRequest;
  using Response = PartialCompletion;
};

struct HardDeleteMessagesAndSubfolders {
  static constexpr std::uint8_t kId = 0x92;
  static constexpr std::string_view kName = "RopHardDeleteMessagesAndSubfolders";
  static constexpr bool kBodyOnFailure = true;
  using Request = EmptyFolderRequest;
  using Response = PartialCompletion;
};

struct DeleteMessagesRequest {
  HandleIndex input{};
  bool asynchronous{};
  bool notify_non_read{};
  std::vector<Eid> messages;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("WantAsynchronous", wire::bool8(m.asynchronous));
    v("NotifyNonRead", wire::bool8(m.notify_non_read));
    v("MessageIds", wire::counted<std::uint16_t>(m.messages));
  }
  bool operator==(const DeleteMessagesRequest&) const = default;
};

struct DeleteMessages {
  static constexpr std::uint8_t kId = 0x1E;
  static constexpr std::string_view kName = "RopDeleteMessages";
  static constexpr bool kBodyOnFailure = true;
  using Request = DeleteMessagesRequest;
  using Response = PartialCompletion;
};

struct HardDeleteMessages {
  static constexpr std::uint8_t kId = 0x91;
  static constexpr std::string_view kName = "RopHardDeleteMessages";
  static constexpr bool kBodyOnFailure = true;
  using Request = DeleteMessagesRequest;
  using Response = PartialCompletion;
};

struct OpenTableRequest {
  HandleIndex input{};
  HandleIndex output{};
  std::uint8_t flags{};
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("OutputHandleIndex", m.output);
    v("TableFlags", m.flags);
  }
  bool operator==(const OpenTableRequest&) const = default;
};
struct RowCount {
  std::uint32_t rows{};
  static void describe(auto& v, auto& m) { v("RowCount", m.rows); }
  bool operator==(const RowCount&) const = default;
};

struct GetHierarchyTable {
  static constexpr std::uint8_t kId = 0x04;
  static constexpr std::string_view kName = "RopGetHierarchyTable";
  using Request = OpenTableRequest;
  using Response = RowCount;
};

struct GetContentsTable {
  static constexpr std::uint8_t kId = 0x05;
  static constexpr std::string_view kName = "RopGetContentsTable";
  using Request = OpenTableRequest;
  using Response = RowCount;
};

using FolderRops = TypeList<OpenFolder, CreateFolder, DeleteFolder, SetSearchCriteria, GetSearchCriteria,
                            MoveCopyMessages, MoveFolder, CopyFolder, EmptyFolder, HardDeleteMessagesAndSubfolders,
                            DeleteMessages, HardDeleteMessages, GetHierarchyTable, GetContentsTable>;

}  // namespace oxb::rop
