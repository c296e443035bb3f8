// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A property as a stream of bytes [MS-OXCPRPT] 2.2.14: strings are UTF-16 or text in a code page, without terminator.
#include "session/objects.h"

namespace oxb::session {

class Stream final : public Object {
 public:
  enum class Origin : std::uint8_t { begin = 0, current = 1, end = 2 };
  static constexpr std::size_t kMaxBytes = 64U << 20;  // what a client may write

  // kept: keeps the bytes alive while the stream only reads them.
  Stream(ByteView bytes, std::shared_ptr<const void> kept) : kept_(std::move(kept)), view_(bytes) {}
  explicit Stream(Bytes bytes) : own_(std::move(bytes)), view_(own_) {}
  Stream(const Stream&) = delete;

  ByteView bytes() const { return view_; }
  std::size_t position() const { return position_; }
  ByteView read(std::size_t count);
  // invalid: before the beginning or beyond 2^31 bytes.
  Result<std::uint64_t> seek(Origin origin, std::int64_t offset);
  // The number of bytes written. access_denied: read only; limit: too large.
  Result<std::size_t> write(ByteView bytes);
  Result<> resize(std::uint64_t size);

  bool writable = false;
  bool is_dirty = false;
  // Where a commit puts the bytes.
  mapi::PropTag tag;
  std::shared_ptr<Object> target;

 private:
  void own();
  std::shared_ptr<const void> kept_;
  Bytes own_;
  ByteView view_;
  std::size_t position_ = 0;
};

// The bytes of a value as a stream shows them; nullopt: no stream for that type.
std::optional<Bytes> stream_bytes(const mapi::PropertyValue& value);
// The value that a stream's bytes make. malformed: an odd number of bytes of UTF-16.
Result<mapi::PropertyValue> stream_value(ByteView bytes, mapi::PropType type);

}  // namespace oxb::session
