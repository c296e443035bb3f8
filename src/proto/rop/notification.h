// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Notification ROPs [MS-OXCROPS] 2.2.14, [MS-OXCNOTIF] 2.2.1; other ROPs that only servers send [MS-OXCROPS] 2.2.15.
#include "proto/rop/body.h"

namespace oxb::rop {

// NotificationTypes [MS-OXCNOTIF] 2.2.1.1
constexpr std::uint16_t kNotifyNewMail = 0x0002;
constexpr std::uint16_t kNotifyCreated = 0x0004;
constexpr std::uint16_t kNotifyDeleted = 0x0008;
constexpr std::uint16_t kNotifyModified = 0x0010;
constexpr std::uint16_t kNotifyMoved = 0x0020;
constexpr std::uint16_t kNotifyCopied = 0x0040;
constexpr std::uint16_t kNotifySearchComplete = 0x0080;
constexpr std::uint16_t kNotifyTableModified = 0x0100;
constexpr std::uint16_t kNotifyStatusObjectModified = 0x0200;
constexpr std::uint16_t kNotifyExtended = 0x0400;
// Flags beside the type in NotificationData
constexpr std::uint16_t kNotifyTypeMask = 0x0FFF;
constexpr std::uint16_t kNotifyHasTotal = 0x1000;
constexpr std::uint16_t kNotifyHasUnread = 0x2000;
constexpr std::uint16_t kNotifySearchFolder = 0x4000;
constexpr std::uint16_t kNotifyMessage = 0x8000;

enum class TableEvent : std::uint16_t {
  none = 0,
  changed = 1,
  row_added = 3,
  row_deleted = 4,
  row_modified = 5,
  restriction_changed = 7,
};

struct RegisterNotification {
  static constexpr std::uint8_t kId = 0x29;
  static constexpr std::string_view kName = "RopRegisterNotification";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint16_t types{};
    std::uint8_t reserved{};  // only with kNotifyExtended
    bool whole_store{};
    Eid folder;  // these two only when !whole_store
    Eid message;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("NotificationTypes", m.types);
      if (m.types & kNotifyExtended) v("Reserved", m.reserved);
      v("WantWholeStore", wire::bool8(m.whole_store));
      if (m.whole_store) return;
      v("FolderId", m.folder);
      v("MessageId", m.message);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

// One row of a table notification.
struct TableRowKey {
  Eid folder;
  Eid message;  // these two only in tables of messages
  std::uint32_t instance{};
  bool operator==(const TableRowKey&) const = default;
};

// NotificationData [MS-OXCNOTIF] 2.2.1.4.1.2: which fields exist depends on flags and event.
struct NotificationData {
  std::uint16_t flags{};
  TableEvent table_event = TableEvent::none;
  TableRowKey row;
  TableRowKey insert_after;
  Bytes row_data;  // a PropertyRow with the columns of the table
  bool hierarchy_changed{};
  std::vector<Eid> folders;
  std::vector<std::uint64_t> change_numbers;
  Eid folder;
  Eid message;
  Eid parent;
  Eid old_folder;
  Eid old_message;
  Eid old_parent;
  std::uint16_t tag_count{};  // 0 or 0xFFFF: no list
  std::vector<PropTag> tags;
  std::uint32_t total{};
  std::uint32_t unread{};
  std::uint32_t message_flags{};
  bool unicode = true;
  std::string message_class;

  std::uint16_t type() const { return static_cast<std::uint16_t>(flags & kNotifyTypeMask); }
  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }

  static void describe_table(auto& v, auto& m) {
    const bool messages = m.has(kNotifyMessage);
    v("TableEventType", m.table_event);
    const auto event = m.table_event;
    const bool has_row =
        event == TableEvent::row_added || event == TableEvent::row_deleted || event == TableEvent::row_modified;
    if (!has_row) return;
    v("TableRowFolderID", m.row.folder);
    if (messages) {
      v("TableRowMessageID", m.row.message);
      v("TableRowInstance", m.row.instance);
    }
    if (event == TableEvent::row_deleted) return;
    v("InsertAfterTableRowFolderID", m.insert_after.folder);
    if (messages) {
      v("InsertAfterTableRowID", m.insert_after.message);
      v("InsertAfterTableRowInstance", m.insert_after.instance);
    }
    v("TableRowData", wire::priv(wire::blob<std::uint16_t>(m.row_data)));
  }
  static void describe_object(auto& v, auto& m) {
    const auto type = m.type();
    const bool is_message = m.has(kNotifyMessage);
    const bool moved = type == kNotifyMoved || type == kNotifyCopied;
    v("FolderId", m.folder);
    if (is_message) v("MessageId", m.message);
    const bool has_parent = type == kNotifyCreated || type == kNotifyDeleted || moved;
    if (has_parent && m.has(kNotifySearchFolder) == is_message) v("ParentFolderId", m.parent);
    if (moved) {
      v("OldFolderId", m.old_folder);
      if (is_message)
        v("OldMessageId", m.old_message);
      else
        v("OldParentFolderId", m.old_parent);
    }
    if (type == kNotifyCreated || type == kNotifyModified) {
      v("TagCount", m.tag_count);
      if (m.tag_count != 0 && m.tag_count != 0xFFFF) v("Tags", wire::times(m.tags, m.tag_count));
    }
    if (m.has(kNotifyHasTotal)) v("TotalMessageCount", m.total);
    if (m.has(kNotifyHasUnread)) v("UnreadMessageCount", m.unread);
    if (type == kNotifyNewMail) {
      v("MessageFlags", m.message_flags);
      v("UnicodeFlag", wire::bool8(m.unicode));
      v("MessageClass", text_by(m.unicode, m.message_class));
    }
  }
  static void describe(auto& v, auto& m) {
    v("NotificationFlags", m.flags);
    if (m.type() == kNotifyTableModified) {
      describe_table(v, m);
    } else if (m.type() == kNotifyStatusObjectModified) {
      std::size_t count = m.folders.size();
      v("HierarchyChanged", wire::bool8(m.hierarchy_changed));
      v("FolderIDNumber", wire::length<std::uint32_t>(count));
      v("FolderIDs", wire::times(m.folders, count));
      v("ICSChangeNumbers", wire::times(m.change_numbers, count));
    } else if (m.type() != kNotifyExtended) {
      describe_object(v, m);
    }
  }
  bool operator==(const NotificationData&) const = default;
};

// ---- ROPs that stand in responses only; no handle index and no return value in front ----
struct Notify {
  static constexpr std::uint8_t kId = 0x2A;
  static constexpr std::string_view kName = "RopNotify";
  struct Response {
    std::uint32_t handle{};
    std::uint8_t logon{};
    NotificationData data;
    static void describe(auto& v, auto& m) {
      v("NotificationHandle", m.handle);
      v("LogonId", m.logon);
      v("NotificationData", m.data);
    }
    bool operator==(const Response&) const = default;
  };
};

struct Pending {
  static constexpr std::uint8_t kId = 0x6E;
  static constexpr std::string_view kName = "RopPending";
  struct Response {
    std::uint16_t session{};
    static void describe(auto& v, auto& m) { v("SessionIndex", m.session); }
    bool operator==(const Response&) const = default;
  };
};

struct Backoff {
  static constexpr std::uint8_t kId = 0xF9;
  static constexpr std::string_view kName = "RopBackoff";
  struct Item {
    std::uint8_t rop{};
    std::uint32_t milliseconds{};
    static void describe(auto& v, auto& m) {
      v("RopIdBackoff", m.rop);
      v("Duration", m.milliseconds);
    }
    bool operator==(const Item&) const = default;
  };
  struct Response {
    std::uint8_t logon{};
    std::uint32_t milliseconds{};
    std::vector<Item> items;
    Bytes additional;
    static void describe(auto& v, auto& m) {
      v("LogonId", m.logon);
      v("Duration", m.milliseconds);
      v("BackoffRopData", wire::counted<std::uint8_t>(m.items));
      v("AdditionalData", wire::blob<std::uint16_t>(m.additional));
    }
    bool operator==(const Response&) const = default;
  };
};

// Ends a response buffer: the ROPs that were not executed, as the client sent them.
struct BufferTooSmall {
  static constexpr std::uint8_t kId = 0xFF;
  static constexpr std::string_view kName = "RopBufferTooSmall";
  struct Response {
    std::uint16_t size_needed{};
    Bytes requests;
    static void describe(auto& v, auto& m) {
      v("SizeNeeded", m.size_needed);
      v("RequestBuffers", wire::priv(wire::rest(m.requests)));
    }
    bool operator==(const Response&) const = default;
  };
};

// RopRelease has no response at all [MS-OXCROPS] 2.2.15.3.
struct Release {
  static constexpr std::uint8_t kId = 0x01;
  static constexpr std::string_view kName = "RopRelease";
  using Request = InputOnly;
  using Response = NoFields;
};

using NotificationRops = TypeList<RegisterNotification, Release>;
using ServerRops = TypeList<Notify, Pending, Backoff, BufferTooSmall>;

}  // namespace oxb::rop
