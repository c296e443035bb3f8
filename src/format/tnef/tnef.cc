// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/tnef/tnef.h"

#include "base/text.h"

#include <algorithm>

namespace oxb::tnef {
namespace {

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr std::uint8_t kMessageLevel = 1, kAttachmentLevel = 2;

// [MS-OXTNEF] 2.1.3.3, 2.1.3.4
enum Attribute : std::uint32_t {
  kOemCodePage = 0x00069007,
  kMessageClass = 0x00078008,
  kSubject = 0x00018004,
  kBody = 0x0002800C,
  kMessageProperties = 0x00069003,
  kRecipientTable = 0x00069004,
  kAttachData = 0x0006800F,
  kAttachTitle = 0x00018010,
  kAttachRendData = 0x00069002,
  kAttachProperties = 0x00069005,
};

// A cursor that never passes its end; once it failed it gives zeros.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  std::size_t left() const { return bytes_.size() - at_; }
  ByteView take(std::size_t count) {
    if (count > left()) {
      failed_ = true;
      at_ = bytes_.size();
      return {};
    }
    const auto out = bytes_.subspan(at_, count);
    at_ += count;
    return out;
  }
  std::uint32_t number(unsigned bytes) {
    std::uint32_t out = 0;
    const auto b = take(bytes);
    for (unsigned i = 0; i < b.size(); ++i) out |= static_cast<std::uint32_t>(b[i]) << (8 * i);
    return out;
  }
  ByteView padded(std::size_t count) {  // to a multiple of four
    const auto out = take(count);
    take(std::min((4 - count % 4) % 4, left()));
    return out;
  }
  Guid guid() {
    Guid out;
    const auto b = take(16);
    std::copy(b.begin(), b.end(), out.bytes.begin());
    return out;
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

ByteView without_zero(ByteView text) {
  while (!text.empty() && text.back() == std::byte{0}) text = text.first(text.size() - 1);
  return text;
}

std::size_t fixed_size(std::uint16_t type) {
  switch (type) {
    case 0x0001:
      return 0;
    case 0x0002:
    case 0x000B:
      return 2;  // padded to four
    case 0x0003:
    case 0x0004:
    case 0x000A:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return SIZE_MAX;  // variable
  }
}

bool is_variable(std::uint16_t type) { return type == 0x001E || type == 0x001F || type == 0x000D || type == 0x0102; }

Name read_name(Cursor& in) {
  Name out;
  out.set = in.guid();
  if (in.number(4) == 0) {
    out.id = in.number(4);
    return out;
  }
  const auto bytes = in.padded(in.number(4));
  std::u16string text;
  for (std::size_t i = 0; i + 1 < bytes.size() && text.size() < 1024; i += 2)
    text.push_back(static_cast<char16_t>(static_cast<unsigned>(bytes[i]) | static_cast<unsigned>(bytes[i + 1]) << 8));
  while (!text.empty() && text.back() == 0) text.pop_back();
  out.id = utf8_from_utf16(text);
  return out;
}

// false: what follows cannot be read.
bool read_property(Cursor& in, const Limits& limits, Property& out) {
  out.type = static_cast<std::uint16_t>(in.number(2));
  out.id = static_cast<std::uint16_t>(in.number(2));
  if (out.id >= 0x8000) out.name = read_name(in);
  const auto base = static_cast<std::uint16_t>(out.type & 0x0FFF);
  const bool multiple = (out.type & 0x1000) != 0;
  if (is_variable(base)) {
    const auto count = in.number(4);
    if (count > limits.values || (!multiple && count > 1)) return false;
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      auto value = in.padded(in.number(4));
      if (base == 0x000D) {
        if (value.size() < 16) return false;
        std::copy_n(value.begin(), 16, out.interface.bytes.begin());
        value = value.subspan(16);
      }
      out.values.push_back(value);
    }
    return !in.failed();
  }
  const auto size = fixed_size(base);
  if (size == SIZE_MAX) return false;
  const auto count = multiple ? in.number(4) : 1;
  if (count > limits.values) return false;
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) out.values.push_back(in.padded(size));
  return !in.failed();
}

PropertyList read_list(Cursor& in, const Limits& limits) {
  PropertyList out;
  const auto count = std::min<std::size_t>(in.number(4), limits.properties);
  for (std::size_t i = 0; i < count && in.left() >= 4; ++i) {
    Property property;
    if (!read_property(in, limits, property)) break;
    out.push_back(std::move(property));
  }
  return out;
}

void read_recipients(ByteView data, const Limits& limits, Message& out) {
  Cursor in(data);
  const auto rows = std::min<std::size_t>(in.number(4), limits.recipients);
  for (std::size_t i = 0; i < rows && in.left() >= 4; ++i) out.recipients.push_back(read_list(in, limits));
}

void read_message_attribute(std::uint32_t id, ByteView data, const Limits& limits, Message& out) {
  Cursor in(data);
  switch (id) {
    case kOemCodePage:
      if (const auto page = in.number(4); page != 0) out.code_page = page;
      break;
    case kMessageClass:
      out.message_class = without_zero(data);
      break;
    case kSubject:
      out.subject = without_zero(data);
      break;
    case kBody:
      out.body = without_zero(data);
      break;
    case kMessageProperties:
      out.properties = read_list(in, limits);
      break;
    case kRecipientTable:
      read_recipients(data, limits, out);
      break;
    default:
      break;
  }
}

void read_attachment_attribute(std::uint32_t id, ByteView data, const Limits& limits, Message& out) {
  if (id == kAttachRendData) {
    if (out.attachments.size() < limits.attachments) out.attachments.emplace_back();
    return;
  }
  if (out.attachments.empty()) return;
  auto& attachment = out.attachments.back();
  Cursor in(data);
  switch (id) {
    case kAttachTitle:
      attachment.title = without_zero(data);
      break;
    case kAttachData:
      attachment.data = data;
      break;
    case kAttachProperties:
      attachment.properties = read_list(in, limits);
      break;
    default:
      break;
  }
}

}  // namespace

bool is_tnef(ByteView bytes) { return bytes.size() >= 6 && Cursor(bytes).number(4) == kSignature; }

Result<Message> parse(ByteView stream, const Limits& limits) {
  if (!is_tnef(stream)) return fail(Errc::malformed, "no tnef signature");
  Message out;
  Cursor in(stream);
  in.take(6);
  while (in.left() >= 9) {
    const auto level = static_cast<std::uint8_t>(in.number(1));
    const auto id = in.number(4);
    const auto length = in.number(4);
    if (length > in.left()) break;
    const auto data = in.take(length);
    in.take(std::min<std::size_t>(2, in.left()));  // the checksum; many writers get it wrong
    if (level == kMessageLevel)
      read_message_attribute(id, data, limits, out);
    else if (level == kAttachmentLevel)
      read_attachment_attribute(id, data, limits, out);
    else
      break;
  }
  return out;
}

}  // namespace oxb::tnef
