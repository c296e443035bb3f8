// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A mailbox over MAPI/HTTP (EMSMDB): what Outlook does, in blocking calls for command-line tools and tests.
#include "cli/web.h"
#include "proto/mapihttp/bodies.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"

#include <map>
#include <optional>

namespace oxb::cli {

using mapi::Eid;
using mapi::PropertyBag;
using mapi::PropTag;

// A server object; released by MapiClient::release only.
struct Handle {
  std::uint32_t value = rop::kNoHandle;
};

struct FolderInfo {
  Eid id;
  std::string name;
  unsigned depth = 0;  // 1: directly below
  std::string container_class;
  std::uint32_t count = 0;
  std::uint32_t unread = 0;
  bool hidden = false;
  bool readable = true;  // the user may see what is in it
};

struct OpenedMessage {
  Handle handle;
  PropertyBag properties;
  std::vector<PropertyBag> recipients;
};

class MapiClient {
 public:
  MapiClient(Web& web, std::string url) : web_(web), url_(std::move(url)) {}

  Result<mapihttp::Connect::Response> connect(const std::string& user_dn);
  Result<> disconnect();
  Result<> ping();
  // True as soon as events are pending.
  Result<bool> wait_for_events(std::chrono::seconds time);

  // A batch of ROPs; `handles` is the table that they index. Tables' columns are remembered by handle. Notifications
  // at the end of the answer are put aside.
  Result<rop::ResponseBuffer> execute(std::vector<rop::RopRequest> rops, std::vector<std::uint32_t> handles);
  std::vector<rop::Notify::Response> take_notifications() { return std::exchange(notifications_, {}); }

  // One ROP on `input`; its indexes are 0 (input) and 1 (output). A return value other than ecNone is an error that
  // names it.
  template <class Rop>
  struct Answer {
    typename Rop::Response response;
    Handle opened;
  };
  template <class Rop>
  Result<Answer<Rop>> call(Handle input, typename Rop::Request request) {
    if constexpr (requires { request.output; }) request.output = 1;
    OXB_TRY(auto buffer,
            execute({rop::RopRequest::of<Rop>(kLogon, std::move(request))}, {input.value, rop::kNoHandle}));
    OXB_TRY(const auto* answer, only(buffer, Rop::kId));
    const auto* body = answer->body.template get<typename Rop::Response>();
    if (body == nullptr) return fail(Errc::malformed, std::string(Rop::kName) + " was answered without its body");
    return Answer<Rop>{*body, Handle{buffer.handles.size() > 1 ? buffer.handles[1] : rop::kNoHandle}};
  }

  Result<rop::Logon::Response> log_on(const std::string& mailbox_dn);
  Handle logon() const { return logon_; }
  Eid logon_folder(rop::LogonFolder which) const { return logon_folders_[static_cast<std::size_t>(which)]; }
  void release(Handle handle);

  Result<Eid> receive_folder(const std::string& message_class);
  Result<Handle> open_folder(Eid folder);
  // The folders below one, depth first.
  Result<std::vector<FolderInfo>> folders_below(Eid folder);
  Result<PropertyBag> properties(Handle object, const std::vector<PropTag>& tags);
  Result<std::vector<PropTag>> property_ids(const std::vector<mapi::PropertyName>& names,
                                            const std::vector<mapi::PropType>& types);
  // The id of a folder by a private folder entry id, through its long-term id.
  Result<Eid> folder_of_entry_id(ByteView entry_id);

  struct Query {
    std::vector<PropTag> columns;
    std::vector<mapi::SortOrder> order;
    std::optional<mapi::Restriction> restriction;
    std::uint8_t table_flags = 0;
    std::size_t most = 50;
  };
  struct Rows {
    std::vector<PropertyBag> rows;
    std::uint32_t total = 0;  // of the table with its restriction
  };
  Result<Rows> contents(Handle folder, Query query);
  Result<Rows> attachments(Handle message, std::vector<PropTag> columns);

  Result<OpenedMessage> open_message(Eid folder, Eid message, const std::vector<PropTag>& tags);
  Result<Handle> open_attachment(Handle message, std::uint32_t number);
  Result<OpenedMessage> open_embedded(Handle attachment, const std::vector<PropTag>& tags);
  // A value by stream, at most `most` bytes. not_found: the property is absent.
  Result<Bytes> stream(Handle object, PropTag tag, std::size_t most);
  // Text of a string property, from `known` or by stream where it was too large.
  Result<std::string> text(Handle object, const PropertyBag& known, PropTag tag, std::size_t most);
  Result<Handle> subscribe_store(std::uint16_t types);

 private:
  static constexpr std::uint8_t kLogon = 0;
  static constexpr std::size_t kRowsAtATime = 100;
  static Result<const rop::RopResponse*> only(const rop::ResponseBuffer& buffer, std::uint8_t id);
  Result<Rows> rows_of(Handle table, const Query& query);
  static std::vector<PropertyBag> recipients_of(const rop::MessageHeader& header);
  Result<> read_more_recipients(OpenedMessage& message, const rop::MessageHeader& header);

  Web& web_;
  std::string url_;
  net::CookieJar cookies_;
  Handle logon_;
  rop::LogonFolders logon_folders_{};
  std::map<std::uint32_t, std::shared_ptr<const mapi::Columns>> columns_;
  std::vector<rop::Notify::Response> notifications_;
};

}  // namespace oxb::cli
