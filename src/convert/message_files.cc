// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "convert/body.h"
#include "convert/message_parts.h"
#include "convert/mime_types.h"
#include "format/html/html.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oxb::convert {

using namespace mapi;

namespace {

constexpr std::int32_t kByValue = 1, kEmbedded = 5;
constexpr std::int32_t kMhtmlReference = 4;  // PidTagAttachFlags: rendered in the body
constexpr std::uint64_t kOverhead = 0x5C;    // what a store adds to a file's size at least

std::string extension_of_name(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 || name.size() - dot > 64 ? std::string()
                                                                             : std::string(name.substr(dot));
}

// An 8.3 name for PidTagAttachFilename.
std::string short_name(std::string_view name) {
  const auto keep = [](std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text)
      if (out.size() < limit &&
          ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
        out.push_back(c);
    return out;
  };
  const auto extension = extension_of_name(name);
  const auto stem = name.substr(0, name.size() - extension.size());
  const auto bare = extension.empty() ? std::string_view{} : std::string_view(extension).substr(1);
  auto base = keep(stem, 8);
  if (base != stem) base = keep(stem, 6) + "~1";
  if (base == "~1") base = "ATT~1";
  const auto tail = keep(bare, 3);
  return tail.empty() ? base : base + "." + tail;
}

void set_name(PropertyBag& p, const std::string& name) {
  p.set(tag::kAttachLongFilename, name);
  p.set(tag::kAttachFilename, short_name(name));
  p.set(tag::kAttachExtension, extension_of_name(name));
  p.set(tag::kDisplayName, name);
}

void set_common(PropertyBag& p, std::int32_t method, std::uint64_t size, Instant time) {
  p.set(tag::kAttachMethod, method);
  p.set(tag::kAttachSize, static_cast<std::int32_t>(std::min<std::uint64_t>(size + kOverhead, 0x7FFF'FFFF)));
  p.set(tag::kRenderingPosition, std::int32_t{-1});
  p.set(tag::kAttachEncoding, Bytes{});
  p.set(tag::kAttachFlags, std::int32_t{0});
  p.set(tag::kAttachmentFlags, std::int32_t{0});
  p.set(tag::kAttachmentLinkId, std::int32_t{0});
  p.set(tag::kAttachmentHidden, false);
  if (time != Instant{}) {
    p.set(tag::kCreationTime, file_time(time));
    p.set(tag::kLastModificationTime, file_time(time));
  }
}

// The HTML's references to pictures, for the question whether a file is one of them.
class References {
 public:
  explicit References(const PropertyBag& bag) {
    if (native_body(bag) == NativeBody::html)
      if (const auto html = body_as_html(bag)) all_ = html::references(*html);
  }
  bool names(const mime::Part& part) const {
    return std::any_of(all_.begin(), all_.end(), [&](const std::string& r) {
      if (!part.content_id.empty() && r.size() == part.content_id.size() + 4 && ascii_iequals(r.substr(0, 4), "cid:"))
        return r.compare(4, std::string::npos, part.content_id) == 0;
      return !part.content_location.empty() && r == part.content_location;
    });
  }

 private:
  std::vector<std::string> all_;
};

std::string made_up_name(AttachmentNumbering& numbering, std::string_view type) {
  return fmt::format("ATT{:05}{}", ++numbering.unnamed, extension_of_type(type));
}

Attachment embedded(const PlannedFile& file, Instant time, const Embed& embed) {
  const auto& part = *file.node->part;
  Attachment out;
  auto content = std::make_shared<Content>(embed(part.children.front()));
  const auto* subject = content->properties.get<std::string>(tag::kSubject);
  auto name = subject && !subject->empty() ? *subject
              : part.file_name.empty()     ? std::string("Untitled")
                                           : part.file_name;
  set_common(out.properties, kEmbedded, part.raw.size(), time);
  out.properties.set(tag::kDisplayName, name);
  out.properties.set(tag::kAttachMimeTag, part.type);
  out.embedded = std::move(content);
  return out;
}

void set_content_fields(PropertyBag& p, const mime::Part& part) {
  if (!part.content_id.empty()) p.set(tag::kAttachContentId, part.content_id);
  if (!part.content_location.empty()) p.set(tag::kAttachContentLocation, part.content_location);
  const auto base = part.headers.text("Content-Base");
  if (!base.empty()) p.set(tag::kAttachContentBase, base);
}

}  // namespace

Attachment file_attachment(std::string name, std::string_view mime_type, Bytes data, Instant time) {
  Attachment out;
  set_common(out.properties, kByValue, data.size(), time);
  set_name(out.properties, name);
  if (!mime_type.empty()) out.properties.set(tag::kAttachMimeTag, std::string(mime_type));
  out.properties.set(tag::kAttachDataBinary, std::move(data));
  return out;
}

void add_files(Content& out, const Plan& plan, Instant time, const Embed& embed) {
  const References references(out.properties);
  AttachmentNumbering numbering;
  for (const auto& file : plan.files) {
    const auto& part = *file.node->part;
    if (part.is_embedded_message() && !part.children.empty()) {
      auto attachment = embedded(file, time, embed);
      set_content_fields(attachment.properties, part);
      out.attachments.push_back(std::move(attachment));
      continue;
    }
    auto name = part.file_name;
    if (name.empty() && file.node == plan.calendar) name = "meeting.ics";
    if (name.empty()) name = made_up_name(numbering, part.type);
    auto attachment = file_attachment(std::move(name), part.type, part.content(), time);
    auto& p = attachment.properties;
    set_content_fields(p, part);
    // Hidden only when the body really shows it: a file must never become unreachable [MS-OXCMAIL] 2.2.3.4.1.4.1.
    if (references.names(part)) {
      p.set(tag::kAttachFlags, kMhtmlReference);
      p.set(tag::kAttachmentHidden, true);
    }
    out.attachments.push_back(std::move(attachment));
  }
}

void add_protected_entity(Content& out, const mime::Part& root, MailKind kind, Instant time) {
  if (kind == MailKind::smime) {
    auto name = root.file_name.empty() ? std::string("smime.p7m") : root.file_name;
    auto attachment = file_attachment(std::move(name), "application/pkcs7-mime", root.content(), time);
    const auto type = root.headers.text("Content-Type");
    if (!type.empty()) attachment.properties.set(tag::kAttachMimeTag, type);
    out.attachments.push_back(std::move(attachment));
    return;
  }
  // The content fields, then the body byte for byte, but nothing behind the last delimiter: Outlook would verify
  // without it.
  std::string entity;
  for (const auto& field : root.headers.fields) {
    if (!ascii_lower(field.name).starts_with("content-type")) continue;
    entity.append(field.name).append(":").append(field.raw).append("\r\n");
  }
  entity += "\r\n";
  const auto close = "--" + std::string(root.parameter("boundary")) + "--";
  const auto end = root.body.rfind(close);
  entity += root.body.substr(0, end == std::string_view::npos ? root.body.size() : end + close.size());
  if (end != std::string_view::npos) entity += "\r\n";
  auto attachment = file_attachment("smime.p7m", "multipart/signed", to_bytes(entity), time);
  out.attachments.push_back(std::move(attachment));
}

}  // namespace oxb::convert
