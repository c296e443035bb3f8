// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/mapi_client.h"

#include "base/text.h"
#include "cli/address_book_client.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"
#include "proto/mapihttp/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace oxb::cli {
namespace {

constexpr std::int32_t kReadAny = 1;  // PidTagRights

namespace tag = mapi::tag;

constexpr std::uint32_t kCodePage = 1252;
constexpr std::uint32_t kLocale = 0x0409;
constexpr std::uint32_t kMaxRopOut = 0x10008;
constexpr std::uint16_t kStreamChunk = 0x7000;

Errc error_of(EcCode code) {
  switch (code) {
    case EcCode::not_found:
      return Errc::not_found;
    case EcCode::access_denied:
    case EcCode::login_perm:
      return Errc::access_denied;
    case EcCode::not_supported:
    case EcCode::not_implemented:
      return Errc::unsupported;
    case EcCode::network:
      return Errc::unavailable;
    default:
      return Errc::invalid;
  }
}

template <class Response>
Result<> check(const Response& response, std::string_view name) {
  if (response.status != 0)
    return fail(Errc::unavailable, fmt::format("{} failed with status {:#x}", name, response.status));
  if (response.code != EcCode::none)
    return fail(error_of(response.code), fmt::format("{} failed with {}", name, ec_text(response.code)));
  return {};
}

}  // namespace

Result<mapihttp::Connect::Response> MapiClient::connect(const std::string& user_dn) {
  mapihttp::Connect::Request request;
  request.user_dn = user_dn;
  request.code_page = kCodePage;
  request.sort_locale = kLocale;
  request.string_locale = kLocale;
  OXB_TRY(auto body, wire::encode(request));
  OXB_TRY(const auto answer, web_.mapi(url_, "Connect", std::move(body), cookies_));
  OXB_TRY(auto response, wire::decode<mapihttp::Connect::Response>(answer));
  OXB_CHECK(check(response, "Connect"));
  if (cookies_.cookies().empty()) return fail(Errc::malformed, "Connect set no cookie");
  return response;
}

Result<> MapiClient::disconnect() {
  OXB_TRY(auto body, wire::encode(mapihttp::Disconnect::Request{}));
  OXB_TRY(const auto answer, web_.mapi(url_, "Disconnect", std::move(body), cookies_));
  OXB_TRY(const auto response, wire::decode<mapihttp::Disconnect::Response>(answer));
  cookies_.clear();
  return check(response, "Disconnect");
}

Result<> MapiClient::ping() {
  OXB_TRY(const auto answer, web_.mapi(url_, "PING", {}, cookies_));
  static_cast<void>(answer);
  return {};
}

Result<bool> MapiClient::wait_for_events(std::chrono::seconds time) {
  OXB_TRY(auto body, wire::encode(mapihttp::NotificationWait::Request{}));
  OXB_TRY(const auto answer, web_.mapi(url_, "NotificationWait", std::move(body), cookies_, time));
  OXB_TRY(const auto response, wire::decode<mapihttp::NotificationWait::Response>(answer));
  OXB_CHECK(check(response, "NotificationWait"));
  return response.event_pending != 0;
}

Result<rop::ResponseBuffer> MapiClient::execute(std::vector<rop::RopRequest> rops, std::vector<std::uint32_t> handles) {
  rop::RequestBuffer buffer;
  buffer.rops = std::move(rops);
  buffer.handles = std::move(handles);
  mapihttp::Execute::Request request;
  request.flags = mapihttp::Execute::kNoXorMagic;
  request.max_rop_out = kMaxRopOut;
  OXB_TRY(auto payload, rop::encode_request_buffer(buffer));
  OXB_TRY(request.rop_buffer,
          mapihttp::frame({std::move(payload)}, mapihttp::Compression::when_smaller, mapihttp::Obfuscation::none));
  OXB_TRY(auto body, wire::encode(request));
  OXB_TRY(const auto answer, web_.mapi(url_, "Execute", std::move(body), cookies_));
  OXB_TRY(const auto response, wire::decode<mapihttp::Execute::Response>(answer));
  OXB_CHECK(check(response, "Execute"));
  OXB_TRY(const auto payloads, mapihttp::unframe(response.rop_buffer));
  if (payloads.size() != 1)
    return fail(Errc::unsupported, "the answer was chained though the request did not allow it");
  rop::ResponseContext context{&buffer.rops, &buffer.handles, [this](std::uint32_t handle) {
                                 const auto known = columns_.find(handle);
                                 return known != columns_.end() ? known->second : nullptr;
                               }};
  OXB_TRY(auto out, rop::parse_response_buffer(payloads.front(), context));
  for (const auto& each : buffer.rops)
    if (const auto* set = each.body.get<rop::SetColumns::Request>())
      if (each.input < out.handles.size())
        columns_[out.handles[each.input]] = std::make_shared<const mapi::Columns>(mapi::Columns{set->columns});
  const auto is_note = [](const rop::RopResponse& each) {
    return each.id == rop::Notify::kId || each.id == rop::Pending::kId;
  };
  for (const auto& each : out.rops)
    if (each.id == rop::Notify::kId) notifications_.push_back(each.as<rop::Notify>());
  std::erase_if(out.rops, is_note);
  return out;
}

Result<const rop::RopResponse*> MapiClient::only(const rop::ResponseBuffer& buffer, std::uint8_t id) {
  if (buffer.rops.empty()) return fail(Errc::malformed, fmt::format("{} was not answered", rop::rop_name(id)));
  const auto& answer = buffer.rops.front();
  if (answer.id == rop::BufferTooSmall::kId)
    return fail(Errc::limit, fmt::format("the answer to {} does not fit a buffer", rop::rop_name(id)));
  if (answer.id != id)
    return fail(Errc::malformed, fmt::format("{} was answered as {}", rop::rop_name(id), rop::rop_name(answer.id)));
  if (answer.code != EcCode::none && answer.code != EcCode::warn_with_errors)
    return fail(error_of(answer.code), fmt::format("{} failed with {}", rop::rop_name(id), ec_text(answer.code)));
  return &answer;
}

Result<rop::Logon::Response> MapiClient::log_on(const std::string& mailbox_dn) {
  rop::Logon::Request request;
  request.flags = rop::kLogonPrivate;
  request.open_flags =
      rop::kOpenUsePerMdbReplidMapping | rop::kOpenHomeLogon | rop::kOpenTakeOwnership | rop::kOpenNoMail;
  request.essdn = mailbox_dn;
  OXB_TRY(const auto buffer, execute({rop::RopRequest::of<rop::Logon>(kLogon, request)}, {rop::kNoHandle}));
  OXB_TRY(const auto* answer, only(buffer, rop::Logon::kId));
  if (buffer.handles.empty() || buffer.handles[0] == rop::kNoHandle)
    return fail(Errc::malformed, "RopLogon gave no handle");
  logon_ = Handle{buffer.handles[0]};
  auto response = answer->as<rop::Logon>();
  logon_folders_ = response.folders;
  return response;
}

void MapiClient::release(Handle handle) {
  columns_.erase(handle.value);
  // Best effort: the session ends soon anyway.
  static_cast<void>(execute({rop::RopRequest::of<rop::Release>(kLogon, {0})}, {handle.value}));
}

Result<Eid> MapiClient::receive_folder(const std::string& message_class) {
  OXB_TRY(const auto answer, call<rop::GetReceiveFolder>(logon_, {0, message_class}));
  return answer.response.folder;
}

Result<Handle> MapiClient::open_folder(Eid folder) {
  OXB_TRY(const auto answer, call<rop::OpenFolder>(logon_, {0, 1, folder, 0}));
  return answer.opened;
}

Result<std::vector<FolderInfo>> MapiClient::folders_below(Eid folder) {
  OXB_TRY(const auto handle, open_folder(folder));
  OXB_TRY(const auto table, call<rop::GetHierarchyTable>(handle, {0, 1, rop::kTableDepth | rop::kTableUseUnicode}));
  Query query;
  query.columns = {tag::kFolderId,     tag::kDisplayName,        tag::kDepth,           tag::kContainerClass,
                   tag::kContentCount, tag::kContentUnreadCount, tag::kAttributeHidden, tag::kRights};
  query.most = 100'000;
  OXB_TRY(const auto rows, rows_of(table.opened, query));
  release(table.opened);
  release(handle);
  if (rows.rows.size() != table.response.rows)
    return fail(Errc::malformed, fmt::format("the hierarchy table announced {} rows and gave {}", table.response.rows,
                                             rows.rows.size()));
  std::vector<FolderInfo> out;
  for (const auto& row : rows.rows) {
    FolderInfo info;
    if (const auto* id = row.get<std::int64_t>(tag::kFolderId)) info.id = Eid::from_property(*id);
    if (const auto* name = row.get<std::string>(tag::kDisplayName)) info.name = *name;
    if (const auto* depth = row.get<std::int32_t>(tag::kDepth)) info.depth = static_cast<unsigned>(std::max(*depth, 0));
    if (const auto* kind = row.get<std::string>(tag::kContainerClass)) info.container_class = *kind;
    if (const auto* count = row.get<std::int32_t>(tag::kContentCount)) info.count = static_cast<std::uint32_t>(*count);
    if (const auto* unread = row.get<std::int32_t>(tag::kContentUnreadCount))
      info.unread = static_cast<std::uint32_t>(*unread);
    if (const auto* hidden = row.get<bool>(tag::kAttributeHidden)) info.hidden = *hidden;
    if (const auto* rights = row.get<std::int32_t>(tag::kRights)) info.readable = (*rights & kReadAny) != 0;
    out.push_back(std::move(info));
  }
  return out;
}

Result<PropertyBag> MapiClient::properties(Handle object, const std::vector<PropTag>& tags) {
  OXB_TRY(const auto answer, call<rop::GetPropertiesSpecific>(object, {0, 0, 1, tags}));
  return bag_of(tags, answer.response.row);
}

Result<std::vector<PropTag>> MapiClient::property_ids(const std::vector<mapi::PropertyName>& names,
                                                      const std::vector<mapi::PropType>& types) {
  OXB_TRY(const auto answer,
          call<rop::GetPropertyIdsFromNames>(logon_, {0, rop::GetPropertyIdsFromNames::kCreate, names}));
  if (answer.response.ids.size() != names.size())
    return fail(Errc::malformed, "GetPropertyIdsFromNames did not answer one id for each name");
  std::vector<PropTag> out;
  for (std::size_t i = 0; i < names.size(); ++i) out.emplace_back(answer.response.ids[i], types[i]);
  return out;
}

Result<Eid> MapiClient::folder_of_entry_id(ByteView entry_id) {
  OXB_TRY(const auto id, mapi::parse_entry_id(entry_id));
  const auto* folder = std::get_if<mapi::FolderEntryId>(&id);
  if (folder == nullptr) return fail(Errc::malformed, "not the entry id of a folder");
  OXB_TRY(const auto answer, call<rop::IdFromLongTermId>(logon_, {0, folder->folder}));
  return answer.response.object;
}

Result<MapiClient::Rows> MapiClient::rows_of(Handle table, const Query& query) {
  OXB_TRY(const auto set, call<rop::SetColumns>(table, {0, 0, query.columns}));
  static_cast<void>(set);
  if (query.restriction) {
    OXB_TRY(const auto done, call<rop::Restrict>(table, {0, 0, query.restriction}));
    static_cast<void>(done);
  }
  if (!query.order.empty()) {
    OXB_TRY(const auto done, call<rop::SortTable>(table, {0, 0, {0, 0, query.order}}));
    static_cast<void>(done);
  }
  Rows out;
  OXB_TRY(const auto position, call<rop::QueryPosition>(table, {0}));
  out.total = position.response.denominator;
  while (out.rows.size() < query.most) {
    const auto count = std::min(kRowsAtATime, query.most - out.rows.size());
    OXB_TRY(const auto page, call<rop::QueryRows>(table, {0, 0, true, static_cast<std::uint16_t>(count)}));
    if (page.response.rows.size() > count) return fail(Errc::malformed, "QueryRows answered more rows than asked for");
    for (const auto& row : page.response.rows) out.rows.push_back(bag_of(query.columns, row));
    if (page.response.rows.empty()) break;
  }
  return out;
}

Result<MapiClient::Rows> MapiClient::contents(Handle folder, Query query) {
  OXB_TRY(const auto table, call<rop::GetContentsTable>(folder, {0, 1, query.table_flags}));
  auto rows = rows_of(table.opened, query);
  release(table.opened);
  return rows;
}

Result<MapiClient::Rows> MapiClient::attachments(Handle message, std::vector<PropTag> columns) {
  OXB_TRY(const auto table, call<rop::GetAttachmentTable>(message, {0, 1, 0}));
  Query query;
  query.columns = std::move(columns);
  query.most = 1000;
  auto rows = rows_of(table.opened, query);
  release(table.opened);
  return rows;
}

std::vector<PropertyBag> MapiClient::recipients_of(const rop::MessageHeader& header) {
  std::vector<PropertyBag> out;
  for (const auto& each : header.recipients) {
    PropertyBag bag;
    if (each.row) {
      const auto& row = *each.row;
      const std::vector<PropTag> used(
          header.recipient_columns.begin(),
          header.recipient_columns.begin() +
              std::min<std::ptrdiff_t>(row.column_count, std::ssize(header.recipient_columns)));
      bag = bag_of(used, row.properties);
      if (!row.display_name.empty()) bag.set(tag::kDisplayName, row.display_name);
      if (!row.email_address.empty()) bag.set(tag::kEmailAddress, row.email_address);
      if (!row.x500_dn.empty() && row.email_address.empty()) bag.set(tag::kEmailAddress, row.x500_dn);
    }
    bag.set(tag::kRecipientType, static_cast<std::int32_t>(each.type));
    out.push_back(std::move(bag));
  }
  return out;
}

Result<> MapiClient::read_more_recipients(OpenedMessage& message, const rop::MessageHeader& header) {
  columns_[message.handle.value] = std::make_shared<const mapi::Columns>(mapi::Columns{header.recipient_columns});
  while (message.recipients.size() < header.recipient_count) {
    OXB_TRY(const auto more,
            call<rop::ReadRecipients>(message.handle, {0, static_cast<std::uint32_t>(message.recipients.size()), 0}));
    if (more.response.rows.empty()) return fail(Errc::malformed, "ReadRecipients answered no rows");
    rop::MessageHeader part;
    part.recipient_columns = header.recipient_columns;
    for (const auto& row : more.response.rows)
      part.recipients.push_back({row.type, row.code_page, row.reserved, row.row});
    for (auto& bag : recipients_of(part)) message.recipients.push_back(std::move(bag));
  }
  return {};
}

Result<OpenedMessage> MapiClient::open_message(Eid folder, Eid message, const std::vector<PropTag>& tags) {
  OXB_TRY(const auto answer, call<rop::OpenMessage>(logon_, {0, 1, rop::kLogonCodePage, folder, 0, message}));
  OpenedMessage out{answer.opened, {}, recipients_of(answer.response)};
  OXB_CHECK(read_more_recipients(out, answer.response));
  OXB_TRY(out.properties, properties(out.handle, tags));
  return out;
}

Result<Handle> MapiClient::open_attachment(Handle message, std::uint32_t number) {
  OXB_TRY(const auto answer, call<rop::OpenAttachment>(message, {0, 1, 0, number}));
  return answer.opened;
}

Result<OpenedMessage> MapiClient::open_embedded(Handle attachment, const std::vector<PropTag>& tags) {
  OXB_TRY(const auto answer, call<rop::OpenEmbeddedMessage>(attachment, {0, 1, rop::kLogonCodePage, 0}));
  OpenedMessage out{answer.opened, {}, recipients_of(answer.response.header)};
  OXB_CHECK(read_more_recipients(out, answer.response.header));
  OXB_TRY(out.properties, properties(out.handle, tags));
  return out;
}

Result<Bytes> MapiClient::stream(Handle object, PropTag tag, std::size_t most) {
  OXB_TRY(const auto opened, call<rop::OpenStream>(object, {0, 1, tag, 0}));
  Bytes out;
  while (out.size() < most) {
    OXB_TRY(const auto part, call<rop::ReadStream>(opened.opened, {0, kStreamChunk, 0}));
    if (part.response.data.empty()) break;
    out.insert(out.end(), part.response.data.begin(), part.response.data.end());
  }
  release(opened.opened);
  if (out.size() > most) out.resize(most);
  return out;
}

Result<std::string> MapiClient::text(Handle object, const PropertyBag& known, PropTag tag, std::size_t most) {
  if (const auto* value = known.get<std::string>(tag)) return *value;
  OXB_TRY(const auto bytes, stream(object, tag, most * 2));
  std::u16string wide(bytes.size() / 2, u'\0');
  if (!wide.empty()) std::memcpy(wide.data(), bytes.data(), wide.size() * 2);
  if (const auto end = wide.find(u'\0'); end != std::u16string::npos) wide.resize(end);
  return utf8_from_utf16(wide);
}

Result<Handle> MapiClient::subscribe_store(std::uint16_t types) {
  rop::RegisterNotification::Request request;
  request.types = types;
  request.whole_store = true;
  OXB_TRY(const auto answer, call<rop::RegisterNotification>(logon_, request));
  return answer.opened;
}

}  // namespace oxb::cli
