// SPDX-License-Identifier: GPL-3.0-or-later
// What a winmail.dat adds to the mail around it. The header fields of the mail win: the envelope is what the transport
// saw [MS-OXCMAIL] 2.2.3.5; properties, rich body and files come from the stream.
#include "base/text.h"
#include "convert/body.h"
#include "convert/message_parts.h"
#include "format/rtf/rtf.h"
#include "format/tnef/tnef.h"
#include "proto/mapi/tags.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace oxb::convert {

using namespace mapi;

namespace {

constexpr int kDepth = 8;  // of messages inside messages
constexpr std::size_t kNamedLimit = 200;

template <class T>
T little(ByteView bytes) {
  T out{};
  std::memcpy(&out, bytes.data(), std::min(sizeof(T), bytes.size()));
  return out;
}

std::string text_of(ByteView bytes, std::uint32_t code_page) {
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
  auto text = utf8_from_code_page(as_text(bytes), code_page);
  return text ? std::move(*text) : mime::text_from_charset(as_text(bytes), {});
}

std::string wide_text_of(ByteView bytes) {
  std::u16string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    text.push_back(static_cast<char16_t>(static_cast<unsigned>(bytes[i]) | static_cast<unsigned>(bytes[i + 1]) << 8));
  while (!text.empty() && text.back() == 0) text.pop_back();
  return make_valid_utf8(utf8_from_utf16(text));
}

Guid guid_of(ByteView bytes) {
  Guid out;
  std::copy_n(bytes.begin(), std::min<std::size_t>(16, bytes.size()), out.bytes.begin());
  return out;
}

template <class T, class F>
PropertyValue many(const tnef::Property& p, F&& one) {
  std::vector<T> out;
  for (const auto v : p.values) out.push_back(one(v));
  return out;
}

// monostate: a type that is not kept, or no value.
PropertyValue value_of(const tnef::Property& p, std::uint32_t code_page) {
  if (p.values.empty()) return {};
  const auto v = p.values.front();
  const auto text8 = [&](ByteView b) { return text_of(b, code_page); };
  const auto bytes = [](ByteView b) { return Bytes(b.begin(), b.end()); };
  switch (static_cast<PropType>(p.type)) {
    case PropType::integer16:
      return little<std::int16_t>(v);
    case PropType::integer32:
      return little<std::int32_t>(v);
    case PropType::floating32:
      return little<float>(v);
    case PropType::floating64:
      return little<double>(v);
    case PropType::currency:
      return Currency{little<std::int64_t>(v)};
    case PropType::floating_time:
      return FloatingTime{little<double>(v)};
    case PropType::boolean:
      return little<std::uint16_t>(v) != 0;
    case PropType::integer64:
      return little<std::int64_t>(v);
    case PropType::string8:
      return text8(v);
    case PropType::string:
      return wide_text_of(v);
    case PropType::time:
      return FileTime{little<std::uint64_t>(v)};
    case PropType::guid:
      return guid_of(v);
    case PropType::binary:
      return bytes(v);
    case PropType::multi_integer32:
      return many<std::int32_t>(p, little<std::int32_t>);
    case PropType::multi_integer64:
      return many<std::int64_t>(p, little<std::int64_t>);
    case PropType::multi_string8:
      return many<std::string>(p, text8);
    case PropType::multi_string:
      return many<std::string>(p, wide_text_of);
    case PropType::multi_time:
      return many<FileTime>(p, [](ByteView b) { return FileTime{little<std::uint64_t>(b)}; });
    case PropType::multi_guid:
      return many<Guid>(p, guid_of);
    case PropType::multi_binary:
      return many<Bytes>(p, bytes);
    default:
      return {};
  }
}

bool is_absent(const PropertyValue& v) { return std::holds_alternative<std::monostate>(v); }

// Ids whose values belong to the sender's store or to the transport, not to the message.
bool is_foreign(PropId id) {
  static constexpr std::array<PropId, 8> kForeign = {0x001A, 0x0FFF, 0x3FDE, 0x1016, 0x0E07, 0x300B, 0x65E2, 0x65E3};
  return (id >= 0x0E00 && id <= 0x0FFF) || (id >= 0x3000 && id <= 0x300F) || (id >= 0x6500 && id <= 0x67FF) ||
         std::find(kForeign.begin(), kForeign.end(), id) != kForeign.end();
}

void add_named(std::vector<NamedProperty>& out, const tnef::Property& p, PropertyValue value) {
  if (out.size() >= kNamedLimit || is_absent(value)) return;
  const PropertyName name = std::visit([&](const auto& id) { return PropertyName{p.name->set, id}; }, p.name->id);
  const auto same = std::any_of(out.begin(), out.end(), [&](const NamedProperty& n) { return n.name == name; });
  if (!same) out.push_back({name, std::move(value)});
}

void take_properties(Content& out, const tnef::Message& in) {
  for (const auto& p : in.properties) {
    auto value = value_of(p, in.code_page);
    if (is_absent(value)) continue;
    if (p.name) {
      add_named(out.named, p, std::move(value));
    } else if (!is_foreign(p.id) && !is_body_property(p.id) && !out.properties.find(p.id)) {
      out.properties.set(PropTag(p.id, type_of(value)), std::move(value));
    }
  }
}

const tnef::Property* find(const tnef::PropertyList& list, PropTag tag) {
  const auto at = std::find_if(list.begin(), list.end(),
                               [&](const tnef::Property& p) { return p.id == tag.id() && !p.values.empty(); });
  return at == list.end() ? nullptr : &*at;
}

void take_body(Content& out, const tnef::Message& in) {
  auto& bag = out.properties;
  const auto* html = find(in.properties, tag::kHtml);
  const auto* rtf = find(in.properties, tag::kRtfCompressed);
  std::uint32_t page = in.code_page;
  if (const auto* p = find(in.properties, tag::kInternetCodepage))
    page = static_cast<std::uint32_t>(little<std::int32_t>(p->values[0]));
  if (html && html->type == static_cast<std::uint16_t>(PropType::binary)) {
    const auto text = utf8_from_code_page(as_text(html->values[0]), page);
    bag.erase(tag::kBody.id());
    set_html_body(bag, Bytes(html->values[0].begin(), html->values[0].end()), text ? page : 65001);
  } else if (rtf) {
    if (const auto unpacked = rtf::decompress(rtf->values[0])) {
      bag.erase(tag::kBody.id());
      bag.erase(tag::kHtml.id());
      set_rtf_body(bag, *unpacked);
    }
  } else if (const auto* have = bag.get<std::string>(tag::kBody); have && have->empty()) {
    if (const auto* body = find(in.properties, tag::kBody)) {
      if (auto value = value_of(*body, in.code_page); std::holds_alternative<std::string>(value))
        set_text_body(bag, std::get<std::string>(std::move(value)));
    } else if (!in.body.empty()) {
      set_text_body(bag, text_of(in.body, in.code_page));
    }
  }
}

Content inner_message(const tnef::Message& in, Instant time, int depth);

Attachment attachment_of(const tnef::Attachment& in, std::uint32_t code_page, Instant time, int depth) {
  constexpr std::int32_t kEmbedded = 5;
  const auto text = [&](PropTag tag) {
    const auto* p = find(in.properties, tag);
    const auto value = p ? value_of(*p, code_page) : PropertyValue{};
    const auto* s = std::get_if<std::string>(&value);
    return s ? *s : std::string();
  };
  auto name = text(tag::kAttachLongFilename);
  if (name.empty()) name = text(tag::kAttachFilename);
  if (name.empty()) name = text_of(in.title, code_page);
  const auto* method = find(in.properties, tag::kAttachMethod);
  const auto* object = find(in.properties, tag::kAttachDataObject);
  auto data = in.data;
  if (object) data = object->values[0];
  if (const auto* by_value = find(in.properties, tag::kAttachDataBinary); by_value && by_value->type == 0x0102)
    data = by_value->values[0];
  if (depth < kDepth && method && little<std::int32_t>(method->values[0]) == kEmbedded && tnef::is_tnef(data)) {
    if (const auto message = tnef::parse(data)) {
      Attachment out = file_attachment(name, {}, {}, time);
      out.properties.erase(tag::kAttachDataBinary.id());
      out.properties.set(tag::kAttachMethod, kEmbedded);
      auto content = std::make_shared<Content>(inner_message(*message, time, depth + 1));
      const auto* subject = content->properties.get<std::string>(tag::kSubject);
      out.properties.set(tag::kDisplayName, !name.empty()                  ? name
                                            : subject && !subject->empty() ? *subject
                                                                           : std::string("Untitled"));
      out.embedded = std::move(content);
      return out;
    }
  }
  if (name.empty()) name = "ATT00001.dat";
  auto out = file_attachment(std::move(name), text(tag::kAttachMimeTag), Bytes(data.begin(), data.end()), time);
  if (const auto id = text(tag::kAttachContentId); !id.empty()) out.properties.set(tag::kAttachContentId, id);
  if (const auto* rendering = find(in.properties, tag::kRenderingPosition))
    out.properties.set(tag::kRenderingPosition, little<std::int32_t>(rendering->values[0]));
  for (const auto& p : in.properties)
    if (p.name) add_named(out.named, p, value_of(p, code_page));
  return out;
}

void take_files(Content& out, const tnef::Message& in, Instant time, int depth) {
  for (const auto& a : in.attachments) out.attachments.push_back(attachment_of(a, in.code_page, time, depth));
}

Content inner_message(const tnef::Message& in, Instant time, int depth) {
  Content out;
  auto& p = out.properties;
  take_properties(out, in);
  set_text_body(p, {});
  take_body(out, in);
  p.set(tag::kMessageClass, std::string("IPM.Note"));
  p.set(tag::kMessageFlags, message_flag::kRead);
  const auto set_default = [&](PropTag tag, PropertyValue value) {
    if (!p.has(tag)) p.set(tag, std::move(value));
  };
  set_default(tag::kSubject, text_of(in.subject, in.code_page));
  const auto parts = split_subject(*p.get<std::string>(tag::kSubject));
  p.set(tag::kSubjectPrefix, std::string(parts.prefix));
  p.set(tag::kNormalizedSubject, std::string(parts.normalized));
  set_default(tag::kMessageDeliveryTime, file_time(time));
  const auto key = named_guid(*p.get<std::string>(tag::kSubject));
  set_default(tag::kSearchKey, Bytes(key.bytes.begin(), key.bytes.end()));
  for (const auto& row : in.recipients) {
    Recipient recipient;
    for (const auto& property : row)
      if (auto value = value_of(property, in.code_page); !property.name && !is_absent(value))
        recipient.properties.set(PropTag(property.id, type_of(value)), std::move(value));
    if (recipient.properties.has(tag::kEntryId)) out.recipients.push_back(std::move(recipient));
  }
  take_files(out, in, time, depth);
  p.set(tag::kHasAttachments, !out.attachments.empty());
  return out;
}

}  // namespace

bool merge_tnef(Content& out, ByteView stream, Instant time) {
  const auto message = tnef::parse(stream);
  if (!message) return false;
  take_properties(out, *message);
  take_body(out, *message);
  take_files(out, *message, time, 0);
  return true;
}

}  // namespace oxb::convert
