// SPDX-License-Identifier: GPL-3.0-or-later
// Stream ROPs [MS-OXCPRPT] 2.2.14 - 2.2.27.
#include "session/stream.h"

#include "proto/mapi/tags.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/session.h"

#include <algorithm>

namespace oxb::session {
namespace {

// OpenModeFlags [MS-OXCPRPT] 2.2.14.1.3
constexpr std::uint8_t kReadOnly = 0, kReadWrite = 1, kCreate = 2, kBestAccess = 3;

// Of streams alone [MS-OXCPRPT] 2.2.16, 2.2.20, 2.2.21
constexpr auto kStreamSeekError = static_cast<EcCode>(0x8003'0019);
constexpr auto kStreamAccessDenied = static_cast<EcCode>(0x8003'0005);
constexpr auto kStreamSizeError = static_cast<EcCode>(0x8003'0070);

// The object of an attachment [MS-OXCMSG] 2.2.2.8 is a stream as well; other objects are not.
bool is_streamable(const Object& object, mapi::PropTag tag) {
  const auto type = tag.type();
  if (type == mapi::PropType::object)
    return dynamic_cast<const Attachment*>(&object) != nullptr && tag == mapi::tag::kAttachDataObject;
  return type == mapi::PropType::binary || type == mapi::PropType::string || type == mapi::PropType::string8;
}

bool may_write(const Object& object) {
  if (const auto* message = dynamic_cast<const Message*>(&object)) return message->writable;
  if (const auto* attachment = dynamic_cast<const Attachment*>(&object)) return attachment->writable;
  return dynamic_cast<const Folder*>(&object) != nullptr || dynamic_cast<const Logon*>(&object) != nullptr;
}

// A stream over the value; bytes that nobody can change meanwhile are not copied. null: there is no such value.
Answer<std::shared_ptr<Stream>> stream_over(Call& call, const std::shared_ptr<Object>& object, mapi::PropTag tag) {
  const auto* message = dynamic_cast<const Message*>(object.get());
  const auto* attachment = dynamic_cast<const Attachment*>(object.get());
  const auto code_page = message != nullptr ? message->code_page : (object->logon ? object->logon->code_page : 1252);
  std::shared_ptr<const void> kept;
  if (message != nullptr && !message->draft) kept = message->content;
  if (attachment != nullptr && !attachment->draft && !attachment->message->draft) kept = attachment->message->content;
  if (tag.type() == mapi::PropType::object) tag = tag.with(mapi::PropType::binary);
  std::shared_ptr<Stream> stream;
  OXB_CHECK(with_properties(call, object, [&](const PropertySource& source) -> Result<> {
    const auto value = find_as(source, tag, code_page);
    if (!value) return {};
    const auto* lent = !kept                   ? nullptr
                       : attachment != nullptr ? attachment->value()->properties.find(tag)
                                               : message->content->properties.find(tag);
    if (const auto* bytes = lent == &*value ? std::get_if<Bytes>(lent) : nullptr) {
      stream = std::make_shared<Stream>(ByteView(*bytes), kept);
      return {};
    }
    auto made = stream_bytes(*value);
    if (made) stream = std::make_shared<Stream>(std::move(*made));
    return {};
  }));
  return stream;
}

template <class T>
Answer<T> write(Call& call, const rop::StreamData& request) {
  OXB_TRY(const auto stream, call.object<Stream>(request.input));
  if (!stream->writable) return refuse(kStreamAccessDenied);
  if (stream->position() + request.data.size() > Stream::kMaxBytes) return refuse(kStreamSizeError);
  if (request.data.size() > call.session().write_room()) return refuse(EcCode::not_enough_memory);
  OXB_TRY(const auto written, stream->write(request.data));
  return T{static_cast<decltype(T::written)>(written)};
}

}  // namespace

Reply<rop::OpenStream> handle(Of<rop::OpenStream>, Call& call, const rop::OpenStream::Request& request) {
  const auto object = call.find(request.input);
  if (!object) co_return refuse(EcCode::null_object);
  if (!is_streamable(*object, request.tag)) co_return refuse(EcCode::not_supported);
  if (request.mode > kBestAccess) co_return refuse(EcCode::invalid_parameter);
  if (auto* message = dynamic_cast<Message*>(object.get())) OXB_CO_CHECK(co_await load_content(call, *message));
  if (auto* attachment = dynamic_cast<Attachment*>(object.get()))
    OXB_CO_CHECK(co_await load_content(call, *attachment->message));
  const bool wants_write = request.mode != kReadOnly;
  const bool writes = wants_write && may_write(*object);
  if (!writes && (request.mode == kReadWrite || request.mode == kCreate)) co_return refuse(EcCode::access_denied);
  std::shared_ptr<Stream> stream;
  if (request.mode != kCreate) {
    OXB_CO_TRY(stream, stream_over(call, object, request.tag));
    if (!stream) co_return refuse(EcCode::not_found);
  } else {
    stream = std::make_shared<Stream>(Bytes{});
    stream->is_dirty = true;  // an empty value, even when nothing is written
  }
  stream->logon = std::dynamic_pointer_cast<Logon>(object) ? std::dynamic_pointer_cast<Logon>(object) : object->logon;
  stream->tag = request.tag;
  stream->target = object;
  stream->writable = writes;
  OXB_CO_CHECK(call.open(request.output, stream));
  co_return rop::OpenStream::Response{static_cast<std::uint32_t>(stream->bytes().size())};
}

Reply<rop::ReadStream> handle(Of<rop::ReadStream>, Call& call, const rop::ReadStream::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  constexpr std::size_t kSizeField = 2;
  const std::size_t wanted = request.count == rop::kMaximumByteCountFollows ? request.maximum : request.count;
  const auto room = call.room() > kSizeField ? call.room() - kSizeField : 0;
  if (room == 0 && wanted > 0) co_return refuse(EcCode::buffer_too_small);
  const auto data = stream->read(std::min({wanted, room, std::size_t{0xFFFF}}));
  co_return rop::ReadStream::Response{Bytes(data.begin(), data.end())};
}

Reply<rop::WriteStream> handle(Of<rop::WriteStream>, Call& call, const rop::WriteStream::Request& request) {
  co_return write<rop::WrittenSize>(call, request);
}

Reply<rop::WriteStreamExtended> handle(Of<rop::WriteStreamExtended>, Call& call,
                                       const rop::WriteStreamExtended::Request& request) {
  co_return write<rop::WriteStreamExtended::Response>(call, request);
}

Reply<rop::WriteAndCommitStream> handle(Of<rop::WriteAndCommitStream>, Call& call,
                                        const rop::WriteAndCommitStream::Request& request) {
  OXB_CO_TRY(const auto written, write<rop::WrittenSize>(call, request));
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  OXB_CO_CHECK(co_await commit_stream(call, *stream));
  co_return written;
}

Reply<rop::CommitStream> handle(Of<rop::CommitStream>, Call& call, const rop::CommitStream::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  OXB_CO_CHECK(co_await commit_stream(call, *stream));
  co_return rop::NoFields{};
}

Reply<rop::GetStreamSize> handle(Of<rop::GetStreamSize>, Call& call, const rop::GetStreamSize::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  co_return rop::OpenStream::Response{static_cast<std::uint32_t>(stream->bytes().size())};
}

Reply<rop::SetStreamSize> handle(Of<rop::SetStreamSize>, Call& call, const rop::SetStreamSize::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  if (!stream->writable) co_return refuse(kStreamAccessDenied);
  if (request.size > stream->bytes().size() && request.size - stream->bytes().size() > call.session().write_room())
    co_return refuse(EcCode::not_enough_memory);
  OXB_CO_CHECK(stream->resize(request.size));
  co_return rop::NoFields{};
}

Reply<rop::SeekStream> handle(Of<rop::SeekStream>, Call& call, const rop::SeekStream::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  if (request.origin > 2) co_return refuse(EcCode::invalid_parameter);
  const auto position = stream->seek(static_cast<Stream::Origin>(request.origin), request.offset);
  if (!position) co_return refuse(kStreamSeekError);
  co_return rop::SeekStream::Response{*position};
}

Reply<rop::CopyToStream> handle(Of<rop::CopyToStream>, Call& call, const rop::CopyToStream::Request& request) {
  OXB_CO_TRY(const auto from, call.object<Stream>(request.source));
  const auto any = call.find(request.destination);
  if (!any) co_return refuse(EcCode::dst_null_object);
  OXB_CO_TRY(const auto to, call.object<Stream>(request.destination));
  if (from == to) co_return refuse(EcCode::invalid_parameter);
  if (!to->writable) co_return refuse(kStreamAccessDenied);
  const auto data = from->read(static_cast<std::size_t>(std::min<std::uint64_t>(request.count, Stream::kMaxBytes)));
  if (data.size() > call.session().write_room()) co_return refuse(EcCode::not_enough_memory);
  OXB_CO_TRY(const auto written, to->write(data));
  co_return rop::CopyToStream::Response{data.size(), written};
}

Reply<rop::CloneStream> handle(Of<rop::CloneStream>, Call& call, const rop::CloneStream::Request& request) {
  OXB_CO_TRY(const auto from, call.object<Stream>(request.input));
  // Read only: one object writes a property.
  auto copy = std::make_shared<Stream>(Bytes(from->bytes().begin(), from->bytes().end()));
  OXB_CO_CHECK(copy->seek(Stream::Origin::begin, static_cast<std::int64_t>(from->position())));
  copy->logon = from->logon;
  copy->tag = from->tag;
  OXB_CO_CHECK(call.open(request.output, copy));
  co_return rop::NoFields{};
}

// One client has the object: there is nobody to lock it against.
Reply<rop::LockRegionStream> handle(Of<rop::LockRegionStream>, Call& call,
                                    const rop::LockRegionStream::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  co_return rop::NoFields{};
}

Reply<rop::UnlockRegionStream> handle(Of<rop::UnlockRegionStream>, Call& call,
                                      const rop::UnlockRegionStream::Request& request) {
  OXB_CO_TRY(const auto stream, call.object<Stream>(request.input));
  co_return rop::NoFields{};
}

}  // namespace oxb::session
