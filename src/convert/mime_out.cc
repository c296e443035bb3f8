// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/mime_out.h"

#include "base/text.h"
#include "convert/body.h"
#include "convert/mime_out_parts.h"
#include "format/html/html.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::convert {

using namespace mapi;

namespace {

struct Bodies {
  std::string text;
  std::optional<std::string> html;
};

Bodies bodies_of(const Content& content) {
  const auto& p = content.properties;
  Bodies out;
  if (!is_plain_text(p)) out.html = body_as_html(p);
  if (auto text = body_as_text(p)) out.text = std::move(*text);
  return out;
}

// [MS-OXOSMIME] 2.1.3.2
bool is_smime_class(std::string_view message_class) {
  const auto name = ascii_lower(message_class);
  return name == "ipm.note.smime" || name.starts_with("ipm.note.smime.") || name.ends_with(".smime") ||
         name.ends_with(".smime.multipartsigned");
}

const Bytes* protected_data(const Content& content) {
  if (content.attachments.size() != 1) return nullptr;
  const auto* data = content.attachments.front().properties.get<Bytes>(tag::kAttachDataBinary);
  return data && !data->empty() ? data : nullptr;
}

std::string on_one_line(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  return out;
}

// A header field that was folded by somebody else, as it is where each of its lines is one that may be sent.
void copy_field(mime::FieldWriter& out, const mime::Field& field) {
  std::string lines(field.name);
  lines += ":";
  bool sound = true;
  std::size_t length = lines.size();
  for (std::size_t i = 0; i < field.raw.size() && sound; ++i) {
    const char c = field.raw[i];
    if (c == '\r' && field.raw.substr(i + 1, 1) == "\n") continue;
    if (c == '\n') {
      const auto next = field.raw.substr(i + 1, 1);
      sound = next == " " || next == "\t";
      lines += "\r\n";
      length = 0;
      continue;
    }
    sound = (c == '\t' || (c >= 0x20 && c < 0x7F)) && ++length < 990;
    lines.push_back(c);
  }
  if (sound)
    out.verbatim(field.name, lines + "\r\n");
  else
    out.words(field.name, on_one_line(field.raw));
}

// The signed entity as it is attached: its content fields, then every byte of its body.
std::optional<mime::Entity> clear_signed(ByteView data) {
  const auto part = mime::parse(as_text(data));
  if (!part || !part->is("multipart/signed")) return std::nullopt;
  mime::Entity out;
  for (const auto& field : part->headers.fields)
    if (ascii_lower(field.name).starts_with("content-") && !out.fields.has(field.name)) copy_field(out.fields, field);
  out.body = part->body;
  return out;
}

mime::Entity opaque(const PropertyBag& attachment, ByteView data) {
  const auto field = "Content-Type: " + on_one_line(text_value(attachment, tag::kAttachMimeTag)) + "\r\n\r\n";
  mime::Part tag;
  if (auto headers = mime::parse_headers(field)) tag.headers = std::move(*headers);
  mime::read_content_fields(tag);
  const bool known = tag.is("application/pkcs7-mime") || tag.is("application/x-pkcs7-mime");
  auto name = text_value(attachment, tag::kAttachLongFilename);
  if (name.empty()) name = "smime.p7m";
  std::vector<mime::Parameter> parameters;
  if (const auto kind = tag.parameter("smime-type"); known && !kind.empty())
    parameters.push_back({"smime-type", std::string(kind)});
  parameters.push_back({"name", name});
  auto out = mime::binary_entity(known ? tag.type : "application/pkcs7-mime", data, std::move(parameters));
  out.fields.parameters("Content-Disposition", "attachment", {{"filename", name}});
  return out;
}

class Builder {
 public:
  explicit Builder(const MimeContext& context) : context_(context) {}

  // headers is filled with the mail's fields; the result is its content.
  Result<mime::Entity> mail(const Content& content, mime::FieldWriter& headers, Level level) {
    if (++depth_ > kDepth) return fail(Errc::limit, "messages nested too deeply");
    write_headers(headers, content, context_, level);
    OXB_TRY(auto out, entity(content, headers, level));
    write_other_headers(headers, content, context_, level);
    --depth_;
    return out;
  }

 private:
  static constexpr int kDepth = 32;
  static constexpr std::size_t kParts = mime::Limits{}.parts;

  Result<mime::Entity> entity(const Content& content, mime::FieldWriter& headers, Level level) {
    if (is_smime_class(text_value(content.properties, tag::kMessageClass))) {
      if (const auto* data = protected_data(content)) {
        const auto& attachment = content.attachments.front().properties;
        if (auto whole = clear_signed(*data)) return std::move(*whole);
        return opaque(attachment, *data);
      }
      // Nothing may leave unprotected that was to be protected; a draft may be kept.
      if (context_.purpose == Purpose::send && level == Level::top)
        return fail(Errc::invalid, "an S/MIME message without its entity");
    }
    return plain_mail(content, headers, level);
  }

  Result<mime::Entity> plain_mail(const Content& content, mime::FieldWriter& headers, Level level) {
    const auto bodies = bodies_of(content);
    const auto embed = [&](const Content& inner) { return embedded(inner); };
    OXB_TRY(auto files, files_of(content, bodies.html ? *bodies.html : std::string_view{}, context_, embed));
    parts_ += files.size() + 1;
    if (parts_ > kParts) return fail(Errc::limit, "too many parts");
    const auto report = report_of(content, context_, level);
    auto text = bodies.text;
    if (report && !bodies.html && trim(text).empty() && !content.properties.has(tag::kTransportMessageHeaders))
      text = report_text(content, context_, level);
    auto body = shown_body(text, bodies.html, level);
    std::vector<mime::Entity> pictures, others;
    for (auto& file : files) (file.is_inline ? pictures : others).push_back(std::move(file.entity));
    if (!pictures.empty()) {
      const auto type = body.kind == mime::Entity::Kind::multipart ? "multipart/" + body.subtype : "text/html";
      pictures.insert(pictures.begin(), std::move(body));
      body = mime::multipart_entity("related", std::move(pictures), {{"type", type}});
    }
    if (!others.empty() && !report) headers.words("X-MS-Has-Attach", "yes");
    if (others.empty() && !report) return body;
    std::vector<mime::Entity> all;
    all.push_back(std::move(body));
    if (report) all.push_back(std::move(report->entity));
    std::move(others.begin(), others.end(), std::back_inserter(all));
    if (report) return mime::multipart_entity("report", std::move(all), {{"report-type", report->type}});
    return mime::multipart_entity("mixed", std::move(all));
  }

  mime::Entity shown_body(const std::string& text, const std::optional<std::string>& html, Level level) const {
    auto plain = mime::text_entity("text/plain", text);
    const bool calendar = level == Level::top && context_.calendar;
    if (!html && !calendar) return plain;
    std::vector<mime::Entity> forms;
    forms.push_back(std::move(plain));
    if (html) forms.push_back(mime::text_entity("text/html", *html));
    if (calendar) {
      std::vector<mime::Parameter> parameters;
      if (!context_.calendar->method.empty()) parameters.push_back({"method", ascii_upper(context_.calendar->method)});
      forms.push_back(mime::text_entity("text/calendar", context_.calendar->text, std::move(parameters)));
    }
    return mime::multipart_entity("alternative", std::move(forms));
  }

  Result<mime::Entity> embedded(const Content& inner) {
    if (++parts_ > kParts) return fail(Errc::limit, "too many parts");
    mime::FieldWriter headers;
    OXB_TRY(auto content, mail(inner, headers, Level::embedded));
    return mime::message_entity(std::move(headers), std::move(content));
  }

  const MimeContext& context_;
  int depth_ = 0;
  std::size_t parts_ = 0;
};

}  // namespace

Result<Bytes> mime_from_message(const Content& content, const MimeContext& context) {
  if (context.purpose == Purpose::send && !mime::is_deliverable(author_of(content, context, Level::top).from.address))
    return fail(Errc::invalid, "the author has no address");
  mime::FieldWriter headers;
  OXB_TRY(const auto entity, Builder(context).mail(content, headers, Level::top));
  OXB_TRY(const auto text, mime::write(headers, entity, context.boundary_seed));
  return to_bytes(text);
}

}  // namespace oxb::convert
