// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Message and attachment ROPs [MS-OXCROPS] 2.2.6, [MS-OXCMSG] 2.2.3.
#include "proto/mapi/recipient.h"
#include "proto/rop/folder.h"

namespace oxb::rop {

constexpr std::uint16_t kLogonCodePage = 0x0FFF;  // "the code page of the logon"

// OpenModeFlags [MS-OXCMSG] 2.2.3.1.1
constexpr std::uint8_t kOpenReadOnly = 0x00;
constexpr std::uint8_t kOpenReadWrite = 0x01;
constexpr std::uint8_t kOpenBestAccess = 0x03;
constexpr std::uint8_t kOpenSoftDeletedMessage = 0x04;

// TypedString [MS-OXCDATA] 2.11.7
struct TypedString {
  enum class Type : std::uint8_t { none = 0, empty = 1, string8 = 2, reduced_unicode = 3, unicode = 4 };
  Type type = Type::none;
  std::string text;  // UTF-8 for unicode, bytes for string8, Latin-1 bytes for reduced_unicode
  static TypedString of(std::string_view utf8) {
    if (utf8.empty()) return {Type::empty, {}};
    return {Type::unicode, std::string(utf8)};
  }
  static void describe(auto& v, auto& m) {
    v("StringType", m.type);
    if (m.type == Type::string8 || m.type == Type::reduced_unicode)
      v("String", wire::priv(wire::string8z(m.text)));
    else if (m.type == Type::unicode)
      v("String", wire::priv(wire::utf16z(m.text)));
  }
  bool operator==(const TypedString&) const = default;
};

// A RecipientRow behind its size, where size 0 stands for no row.
template <class R>
struct SizedRecipient {
  static constexpr bool kIsAdapter = true;
  const std::vector<PropTag>& columns;
  R& maybe;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      maybe.reset();
      const auto size = v.template number<std::uint16_t>();
      if (size == 0) return;
      const auto* outer = v.open_window(size);
      if (!v.failed()) mapi::read_recipient(v, maybe.emplace(), columns);
      v.close_window(outer);
    } else if constexpr (wire::is_writer<V>) {
      const auto at = v.size();
      v.number(std::uint16_t{0});
      if (!maybe) return;
      mapi::write_recipient(v, *maybe, columns);
      v.patch(at, v.template narrow<std::uint16_t>(v.size() - at - 2, "recipient"));
    } else if constexpr (wire::is_printer<V>) {
      if (maybe)
        mapi::print_recipient(v, *maybe, columns);
      else
        v.value("none");
    } else {
      maybe.reset();
      if (v.next() & 1) mapi::make_recipient(v, maybe.emplace(), columns);
    }
  }
};
template <class R>
SizedRecipient<R> sized_recipient(const std::vector<PropTag>& columns, R& maybe) {
  return {columns, maybe};
}

// OpenRecipientRow [MS-OXCROPS] 2.2.6.1.2.1
struct OpenRecipient {
  std::uint8_t type{};
  std::uint16_t code_page{};
  std::uint16_t reserved{};
  std::optional<mapi::RecipientRow> row;
  static void describe(auto& v, auto& m, const std::vector<PropTag>& columns) {
    v("RecipientType", m.type);
    v("CodePageId", m.code_page);
    v("Reserved", m.reserved);
    v("RecipientRow", sized_recipient(columns, m.row));
  }
  bool operator==(const OpenRecipient&) const = default;
};

// What opening a message tells at once.
struct MessageHeader {
  bool has_named_properties{};
  TypedString subject_prefix;
  TypedString normalized_subject;
  std::uint16_t recipient_count{};
  std::vector<PropTag> recipient_columns;
  std::vector<OpenRecipient> recipients;  // as many as fit
  static void describe(auto& v, auto& m) {
    v("HasNamedProperties", wire::bool8(m.has_named_properties));
    v("SubjectPrefix", m.subject_prefix);
    v("NormalizedSubject", m.normalized_subject);
    v("RecipientCount", m.recipient_count);
    v("RecipientColumns", wire::counted<std::uint16_t>(m.recipient_columns));
    const auto& columns = m.recipient_columns;
    v("RecipientRows",
      wire::counted_as<std::uint8_t>(m.recipients, [&columns](auto& row) { return with(columns, row); }));
  }
  bool operator==(const MessageHeader&) const = default;
};

struct OpenMessage {
  static constexpr std::uint8_t kId = 0x03;
  static constexpr std::string_view kName = "RopOpenMessage";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint16_t code_page = kLogonCodePage;
    Eid folder;
    std::uint8_t mode{};
    Eid message;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("CodePageId", m.code_page);
      v("FolderId", m.folder);
      v("OpenModeFlags", m.mode);
      v("MessageId", m.message);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = MessageHeader;
};

struct CreateMessage {
  static constexpr std::uint8_t kId = 0x06;
  static constexpr std::string_view kName = "RopCreateMessage";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint16_t code_page = kLogonCodePage;
    Eid folder;
    bool associated{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("CodePageId", m.code_page);
      v("FolderId", m.folder);
      v("AssociatedFlag", wire::bool8(m.associated));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::optional<Eid> message;
    static void describe(auto& v, auto& m) { v("MessageId", wire::present<1>(m.message)); }
    bool operator==(const Response&) const = default;
  };
};

struct SaveChangesMessage {
  static constexpr std::uint8_t kId = 0x0C;
  static constexpr std::string_view kName = "RopSaveChangesMessage";
  static constexpr std::uint8_t kKeepOpenReadOnly = 0x01;
  static constexpr std::uint8_t kKeepOpenReadWrite = 0x02;
  static constexpr std::uint8_t kForceSave = 0x04;
  struct Request {
    HandleIndex response{};
    HandleIndex input{};
    std::uint8_t flags{};
    static void describe(auto& v, auto& m) {
      v("ResponseHandleIndex", m.response);
      v("InputHandleIndex", m.input);
      v("SaveFlags", m.flags);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    HandleIndex input{};
    Eid message;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageId", m.message);
    }
    bool operator==(const Response&) const = default;
  };
};

struct RemoveAllRecipients {
  static constexpr std::uint8_t kId = 0x0D;
  static constexpr std::string_view kName = "RopRemoveAllRecipients";
  struct Request {
    HandleIndex input{};
    std::uint32_t reserved{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Reserved", m.reserved);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct ModifyRecipients {
  static constexpr std::uint8_t kId = 0x0E;
  static constexpr std::string_view kName = "RopModifyRecipients";
  struct Row {
    std::uint32_t row_id{};
    std::uint8_t type{};
    std::optional<mapi::RecipientRow> row;  // absent: delete the row
    static void describe(auto& v, auto& m, const std::vector<PropTag>& columns) {
      v("RowId", m.row_id);
      v("RecipientType", m.type);
      v("RecipientRow", sized_recipient(columns, m.row));
    }
    bool operator==(const Row&) const = default;
  };
  struct Request {
    HandleIndex input{};
    std::vector<PropTag> columns;
    std::vector<Row> rows;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("RecipientColumns", wire::counted<std::uint16_t>(m.columns));
      const auto& columns = m.columns;
      v("RecipientRows", wire::counted_as<std::uint16_t>(m.rows, [&columns](auto& row) { return with(columns, row); }));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct ReadRecipients {
  static constexpr std::uint8_t kId = 0x0F;
  static constexpr std::string_view kName = "RopReadRecipients";
  struct Request {
    HandleIndex input{};
    std::uint32_t row_id{};
    std::uint16_t reserved{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("RowId", m.row_id);
      v("Reserved", m.reserved);
    }
    bool operator==(const Request&) const = default;
  };
  struct Row {
    std::uint32_t row_id{};
    std::uint8_t type{};
    std::uint16_t code_page{};
    std::uint16_t reserved{};
    std::optional<mapi::RecipientRow> row;
    static void describe(auto& v, auto& m, const std::vector<PropTag>& columns) {
      v("RowId", m.row_id);
      v("RecipientType", m.type);
      v("CodePageId", m.code_page);
      v("Reserved", m.reserved);
      v("RecipientRow", sized_recipient(columns, m.row));
    }
    bool operator==(const Row&) const = default;
  };
  // The columns are those of the response that opened the message: wire parameter mapi::Columns.
  struct Response {
    std::vector<Row> rows;
    static void describe(auto& v, auto& m) {
      static const std::vector<PropTag> kNone;
      const auto* parameter = v.template parameter<mapi::Columns>();
      const auto& columns = parameter ? parameter->tags : kNone;
      v("RecipientRows", wire::counted_as<std::uint8_t>(m.rows, [&columns](auto& row) { return with(columns, row); }));
    }
    bool operator==(const Response&) const = default;
  };
};

struct ReloadCachedInformation {
  static constexpr std::uint8_t kId = 0x10;
  static constexpr std::string_view kName = "RopReloadCachedInformation";
  struct Request {
    HandleIndex input{};
    std::uint16_t reserved{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Reserved", m.reserved);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = MessageHeader;
};

struct MessageStatus {
  std::uint32_t status{};
  static void describe(auto& v, auto& m) { v("MessageStatusFlags", m.status); }
  bool operator==(const MessageStatus&) const = default;
};

struct SetMessageStatus {
  static constexpr std::uint8_t kId = 0x20;
  static constexpr std::string_view kName = "RopSetMessageStatus";
  struct Request {
    HandleIndex input{};
    Eid message;
    std::uint32_t flags{};
    std::uint32_t mask{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageId", m.message);
      v("MessageStatusFlags", m.flags);
      v("MessageStatusMask", m.mask);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = MessageStatus;
};

struct GetMessageStatus {
  static constexpr std::uint8_t kId = 0x1F;
  static constexpr std::string_view kName = "RopGetMessageStatus";
  // The answer carries the id of RopSetMessageStatus [MS-OXCROPS] 2.2.6.9.2.
  static constexpr std::uint8_t kResponseId = SetMessageStatus::kId;
  struct Request {
    HandleIndex input{};
    Eid message;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageId", m.message);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = MessageStatus;
};

// ReadFlags [MS-OXCMSG] 2.2.3.10.1
constexpr std::uint8_t kReadFlagSuppressReceipt = 0x01;
constexpr std::uint8_t kReadFlagClear = 0x04;
constexpr std::uint8_t kReadFlagGenerateReceiptOnly = 0x10;
constexpr std::uint8_t kReadFlagClearNotifyRead = 0x20;
constexpr std::uint8_t kReadFlagClearNotifyUnread = 0x40;

struct SetReadFlags {
  static constexpr std::uint8_t kId = 0x66;
  static constexpr std::string_view kName = "RopSetReadFlags";
  struct Request {
    HandleIndex input{};
    bool asynchronous{};
    std::uint8_t flags{};
    std::vector<Eid> messages;  // empty: all of the folder
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("WantAsynchronous", wire::bool8(m.asynchronous));
      v("ReadFlags", m.flags);
      v("MessageIds", wire::counted<std::uint16_t>(m.messages));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = PartialCompletion;
};

struct SetMessageReadFlag {
  static constexpr std::uint8_t kId = 0x11;
  static constexpr std::string_view kName = "RopSetMessageReadFlag";
  struct Request {
    HandleIndex response{};
    HandleIndex input{};
    std::uint8_t flags{};
    Bytes client_data;  // 24 bytes, only in public folders
    static void describe(auto& v, auto& m) {
      v("ResponseHandleIndex", m.response);
      v("InputHandleIndex", m.input);
      v("ReadFlags", m.flags);
      const auto* kind = v.template parameter<LogonKind>();
      if (kind && *kind == LogonKind::public_folders) v("ClientData", wire::fixed(m.client_data, 24));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool changed{};
    std::uint8_t logon{};  // these two only when changed
    Bytes client_data;
    static void describe(auto& v, auto& m) {
      v("ReadStatusChanged", wire::bool8(m.changed));
      if (!m.changed) return;
      v("LogonId", m.logon);
      v("ClientData", wire::fixed(m.client_data, 24));
    }
    bool operator==(const Response&) const = default;
  };
};

struct OpenAttachment {
  static constexpr std::uint8_t kId = 0x22;
  static constexpr std::string_view kName = "RopOpenAttachment";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t flags{};
    std::uint32_t attachment{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("OpenAttachmentFlags", m.flags);
      v("AttachmentID", m.attachment);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct CreateAttachment {
  static constexpr std::uint8_t kId = 0x23;
  static constexpr std::string_view kName = "RopCreateAttachment";
  using Request = InputOutput;
  struct Response {
    std::uint32_t attachment{};
    static void describe(auto& v, auto& m) { v("AttachmentID", m.attachment); }
    bool operator==(const Response&) const = default;
  };
};

struct DeleteAttachment {
  static constexpr std::uint8_t kId = 0x24;
  static constexpr std::string_view kName = "RopDeleteAttachment";
  struct Request {
    HandleIndex input{};
    std::uint32_t attachment{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("AttachmentID", m.attachment);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SaveChangesAttachment {
  static constexpr std::uint8_t kId = 0x25;
  static constexpr std::string_view kName = "RopSaveChangesAttachment";
  using Request = SaveChangesMessage::Request;
  using Response = NoFields;
};

struct OpenEmbeddedMessage {
  static constexpr std::uint8_t kId = 0x46;
  static constexpr std::string_view kName = "RopOpenEmbeddedMessage";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint16_t code_page = kLogonCodePage;
    std::uint8_t mode{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("CodePageId", m.code_page);
      v("OpenModeFlags", m.mode);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint8_t reserved{};
    Eid message;
    MessageHeader header;
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("MessageId", m.message);
      MessageHeader::describe(v, m.header);
    }
    bool operator==(const Response&) const = default;
  };
};

struct GetAttachmentTable {
  static constexpr std::uint8_t kId = 0x21;
  static constexpr std::string_view kName = "RopGetAttachmentTable";
  using Request = OpenTableRequest;
  using Response = NoFields;
};

struct GetValidAttachments {
  static constexpr std::uint8_t kId = 0x52;
  static constexpr std::string_view kName = "RopGetValidAttachments";
  using Request = InputOnly;
  struct Response {
    std::vector<std::uint32_t> attachments;
    static void describe(auto& v, auto& m) { v("AttachmentIdArray", wire::counted<std::uint16_t>(m.attachments)); }
    bool operator==(const Response&) const = default;
  };
};

using MessageRops = TypeList<OpenMessage, CreateMessage, SaveChangesMessage, RemoveAllRecipients, ModifyRecipients,
                             ReadRecipients, ReloadCachedInformation, SetMessageStatus, GetMessageStatus, SetReadFlags,
                             SetMessageReadFlag, OpenAttachment, CreateAttachment, DeleteAttachment,
                             SaveChangesAttachment, OpenEmbeddedMessage, GetAttachmentTable, GetValidAttachments>;

}  // namespace oxb::rop
