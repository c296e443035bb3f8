// SPDX-License-Identifier: GPL-3.0-or-later
// Attachments as parts [MS-OXCMAIL] 2.1.3.4.
#include "base/text.h"
#include "convert/mime_out_parts.h"
#include "convert/mime_types.h"
#include "format/html/html.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace oxb::convert {

using namespace mapi;

namespace {

// PidTagAttachMethod [MS-OXCMSG] 2.2.2.9
enum Method : std::int32_t { kByValue = 1, kReference = 2, kOnlyReference = 4, kEmbedded = 5, kOle = 6, kWeb = 7 };

std::string clean_name(std::string name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  name = make_valid_utf8(name);
  std::erase_if(name, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  return std::string(trim(name));
}

std::string file_name(const PropertyBag& p) {
  for (const auto tag :
       {tag::kAttachLongFilename, tag::kAttachTransportName, tag::kAttachFilename, tag::kDisplayName}) {
    auto name = clean_name(text_value(p, tag));
    if (!name.empty()) return name;
  }
  return {};
}

std::string_view extension(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot);
}

// [MS-OXCMAIL] 2.1.3.4.2: by the tag, else by the name; what would be taken for a part of this mail is only bytes.
std::string content_type(const PropertyBag& p, std::string_view name) {
  constexpr std::string_view kBytes = "application/octet-stream";
  auto type = ascii_lower(trim(text_value(p, tag::kAttachMimeTag)));
  type = std::string(trim(type.substr(0, type.find(';'))));
  if (!mime::is_content_type(type)) type = type_of_extension(extension(name));
  static constexpr std::array<std::string_view, 9> kForbidden = {
      "message/rfc822",      "message/global",          "message/partial",
      "message/news",        "message/external-body",   "application/applefile",
      "application/ms-tnef", "application/vnd.ms-tnef", "application/mac-binhex40"};
  if (type.empty() || type.starts_with("multipart/") ||
      std::find(kForbidden.begin(), kForbidden.end(), type) != kForbidden.end())
    type = kBytes;
  return type;
}

mime::Entity entity_of(std::string_view type, const std::string& name, ByteView data) {
  std::vector<mime::Parameter> parameters;
  if (!name.empty()) parameters.push_back({"name", name});
  if (type.starts_with("message/")) {
    if (auto plain = mime::plain_entity(type, as_text(data), parameters)) return std::move(*plain);
    return mime::binary_entity("application/octet-stream", data, parameters);
  }
  // Text whose characters can be known says so.
  const bool ascii = std::all_of(data.begin(), data.end(), [](std::byte b) { return b < std::byte{0x80}; });
  if (type.starts_with("text/") && !ascii && is_valid_utf8(as_text(data)))
    parameters.insert(parameters.begin(), {"charset", "utf-8"});
  return mime::binary_entity(type, data, parameters);
}

// What the HTML loads: "cid:" references and other addresses.
class Shown {
 public:
  explicit Shown(std::string_view html) {
    for (auto& r : html::references(html)) {
      if (ascii_iequals(std::string_view(r).substr(0, 4), "cid:")) r.replace(0, 4, "cid:");
      all_.insert(std::move(r));
    }
  }
  bool has(const std::string& content_id, const std::string& location) const {
    if (all_.empty()) return false;
    return (!content_id.empty() && all_.count("cid:" + content_id) > 0) ||
           (!location.empty() && all_.count(location) > 0);
  }

 private:
  std::set<std::string> all_;
};

std::string content_id(const PropertyBag& p) {
  auto id = std::string(trim(text_value(p, tag::kAttachContentId)));
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  const bool plain = id.size() <= 500 && std::all_of(id.begin(), id.end(), [](char c) {
                       return c > 0x20 && c < 0x7F && c != '<' && c != '>';
                     });
  return plain ? id : std::string();
}

WrittenFile file(const PropertyBag& p, std::string_view type, const std::string& name, ByteView data,
                 const Shown& shown) {
  const auto id = content_id(p);
  const auto location = text_value(p, tag::kAttachContentLocation);
  WrittenFile out{entity_of(type, name, data), shown.has(id, location)};
  auto& fields = out.entity.fields;
  std::vector<mime::Parameter> parameters;
  if (!name.empty()) parameters.push_back({"filename", name});
  fields.parameters("Content-Disposition", out.is_inline ? "inline" : "attachment", parameters);
  if (!id.empty()) fields.words("Content-ID", "<" + id + ">");
  fields.text("Content-Location", location);
  fields.text("Content-Base", text_value(p, tag::kAttachContentBase));
  return out;
}

ByteView data_of(const PropertyBag& p) {
  const auto* data = p.get<Bytes>(tag::kAttachDataBinary);
  return data ? ByteView(*data) : ByteView{};
}

// An OLE object: the picture that was shown for it where there is one, else the object's own bytes.
WrittenFile ole_object(const PropertyBag& p, const Shown& shown) {
  auto name = file_name(p);
  const auto* picture = p.get<Bytes>(tag::kAttachRendering);
  if (picture && !picture->empty()) {
    if (name.empty()) name = "picture";
    return file(p, "image/wmf", name + ".wmf", *picture, shown);
  }
  if (name.empty()) name = "object";
  return file(p, content_type(p, name), name, data_of(p), shown);
}

// A file that stays where it is, as the shortcut that Windows knows.
std::optional<WrittenFile> link(const PropertyBag& p, const Shown& shown) {
  auto place = text_value(p, tag::kAttachLongPathname);
  if (place.empty()) place = text_value(p, tag::kAttachPathname);
  place = make_valid_utf8(place);
  std::erase_if(place, [](char c) { return c >= 0 && c < 0x20; });
  if (place.empty()) return std::nullopt;
  auto name = file_name(p);
  if (name.empty()) name = "link";
  return file(p, "application/internet-shortcut", name + ".url",
              to_bytes(fmt::format("[InternetShortcut]\r\nURL={}\r\n", place)), shown);
}

}  // namespace

Result<std::vector<WrittenFile>> files_of(const Content& content, std::string_view html, const MimeContext& context,
                                          const WriteEmbedded& embed) {
  const Shown shown(html);
  std::vector<WrittenFile> out;
  for (const auto& attachment : content.attachments) {
    const auto& p = attachment.properties;
    const auto method = number_value(p, tag::kAttachMethod, kByValue);
    if (method == kEmbedded && attachment.embedded) {
      const auto item = context.item_file ? context.item_file(*attachment.embedded) : std::nullopt;
      if (item) {
        out.push_back(file(p, mime::is_content_type(item->type) ? item->type : "application/octet-stream",
                           clean_name(item->name), as_bytes(item->text), shown));
        continue;
      }
      OXB_TRY(auto entity, embed(*attachment.embedded));
      out.push_back({std::move(entity), false});
      continue;
    }
    if (method == kOle) {
      out.push_back(ole_object(p, shown));
      continue;
    }
    const bool linked = method == kReference || method == 3 || method == kOnlyReference || method == kWeb;
    if (linked && data_of(p).empty()) {
      if (auto shortcut = link(p, shown)) out.push_back(std::move(*shortcut));
      continue;
    }
    // An attachment of which nothing was written yet is none.
    if (method == 0 && !p.has(tag::kAttachDataBinary)) continue;
    auto name = file_name(p);
    const auto type = content_type(p, name);
    // A name that mail programs take for Outlook's private format.
    if (ascii_iequals(name, "winmail.dat")) name = "winmail.bin";
    out.push_back(file(p, type, name, data_of(p), shown));
  }
  return out;
}

}  // namespace oxb::convert
