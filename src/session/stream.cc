// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/stream.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>

namespace oxb::session {

ByteView Stream::read(std::size_t count) {
  const auto at = std::min(position_, view_.size());
  const auto out = view_.subspan(at, std::min(count, view_.size() - at));
  position_ = at + out.size();
  return out;
}

Result<std::uint64_t> Stream::seek(Origin origin, std::int64_t offset) {
  constexpr std::int64_t kFarthest = 0x7FFF'FFFF;  // [MS-OXCPRPT] 3.2.5.19
  std::int64_t base = 0;
  if (origin == Origin::current) base = static_cast<std::int64_t>(position_);
  if (origin == Origin::end) base = static_cast<std::int64_t>(view_.size());
  if (offset > kFarthest || offset < -kFarthest) return fail(Errc::invalid, "seek offset");
  const auto wanted = base + offset;
  if (wanted < 0 || wanted > kFarthest) return fail(Errc::invalid, "seek beyond the stream");
  position_ = static_cast<std::size_t>(wanted);
  return static_cast<std::uint64_t>(wanted);
}

void Stream::own() {
  if (kept_) {
    own_.assign(view_.begin(), view_.end());
    kept_.reset();
  }
  view_ = own_;
}

Result<std::size_t> Stream::write(ByteView bytes) {
  if (!writable) return fail(Errc::access_denied, "stream is open for reading");
  if (position_ + bytes.size() > kMaxBytes) return fail(Errc::limit, "stream too large");
  own();
  if (own_.size() < position_ + bytes.size()) own_.resize(position_ + bytes.size());
  if (!bytes.empty()) std::memcpy(own_.data() + position_, bytes.data(), bytes.size());
  position_ += bytes.size();
  view_ = own_;
  is_dirty = true;
  return bytes.size();
}

Result<> Stream::resize(std::uint64_t size) {
  if (!writable) return fail(Errc::access_denied, "stream is open for reading");
  if (size > kMaxBytes) return fail(Errc::limit, "stream too large");
  own();
  own_.resize(static_cast<std::size_t>(size));
  view_ = own_;
  position_ = std::min(position_, own_.size());
  is_dirty = true;
  return {};
}

std::optional<Bytes> stream_bytes(const mapi::PropertyValue& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value)) return *bytes;
  if (const auto* text = std::get_if<mapi::String8>(&value)) return to_bytes(text->bytes);
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto wide = utf16_from_utf8(*text);
    Bytes out(wide.size() * 2);
    for (std::size_t i = 0; i < wide.size(); ++i) {
      out[2 * i] = static_cast<std::byte>(wide[i] & 0xFFU);
      out[2 * i + 1] = static_cast<std::byte>(wide[i] >> 8U);
    }
    return out;
  }
  return std::nullopt;
}

Result<mapi::PropertyValue> stream_value(ByteView bytes, mapi::PropType type) {
  switch (type) {
    case mapi::PropType::binary:
      return mapi::PropertyValue(Bytes(bytes.begin(), bytes.end()));
    case mapi::PropType::string8:
      return mapi::PropertyValue(mapi::String8{std::string(as_text(bytes))});
    case mapi::PropType::string: {
      if (bytes.size() % 2 != 0) return fail(Errc::malformed, "odd number of bytes in a text stream");
      std::u16string wide(bytes.size() / 2, u'\0');
      for (std::size_t i = 0; i < wide.size(); ++i)
        wide[i] = static_cast<char16_t>(std::to_integer<unsigned>(bytes[2 * i]) |
                                        std::to_integer<unsigned>(bytes[2 * i + 1]) << 8U);
      return mapi::PropertyValue(utf8_from_utf16(wide));
    }
    default:
      return fail(Errc::unsupported, "no stream for this property type");
  }
}

}  // namespace oxb::session
