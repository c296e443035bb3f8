// SPDX-License-Identifier: GPL-3.0-or-later
// Entities: transfer encodings and the tree of parts.
#include "base/guid.h"
#include "base/text.h"
#include "format/mime/gmime.h"
#include "format/mime/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mime {
namespace {

constexpr std::size_t kLine = 78;

bool is_seven_bit(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '\n' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return longest;
}

// Lines that end with LF alone, without zero bytes and stray carriage returns.
std::string with_line_feeds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r')
      out.push_back('\n');
    else if (text[i] != '\0' && (text[i] != '\n' || i == 0 || text[i - 1] != '\r'))
      out.push_back(text[i]);
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (const char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  GMimeEncoding state;
  g_mime_encoding_init_encode(&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  std::string out(g_mime_encoding_outlen(&state, text.size()) + 8, '\0');
  out.resize(g_mime_encoding_flush(&state, text.data(), text.size(), out.data()));
  return with_crlf(out);
}

std::string base64_lines(ByteView bytes) {
  constexpr std::size_t kBytes = 57;  // of a line of 76 characters
  std::string out;
  out.reserve(bytes.size() / kBytes * 78 + 100);
  for (std::size_t at = 0; at < bytes.size(); at += kBytes)
    out.append(to_base64(bytes.subspan(at, std::min(kBytes, bytes.size() - at)))).append("\r\n");
  return out;
}

Entity leaf(std::string_view type, std::vector<Parameter> parameters, std::string_view encoding, std::string body) {
  Entity out;
  out.fields.parameters("Content-Type", type, parameters);
  if (!encoding.empty()) out.fields.words("Content-Transfer-Encoding", encoding);
  out.body = std::move(body);
  return out;
}

}  // namespace

Entity text_entity(std::string_view type, std::string_view text, std::vector<Parameter> parameters) {
  const auto lines = with_line_feeds(make_valid_utf8(text));
  const auto other = std::count_if(lines.begin(), lines.end(), [](char c) { return static_cast<signed char>(c) < 0; });
  const bool ascii = other == 0;
  parameters.insert(parameters.begin(), {"charset", ascii ? "us-ascii" : "utf-8"});
  if (ascii && longest_line(lines) <= kLine && lines.find('\x7f') == std::string::npos)
    return leaf(type, std::move(parameters), "7bit", with_crlf(lines));
  if (static_cast<std::size_t>(other) > lines.size() / 6) {
    const auto canonical = with_crlf(lines);
    return leaf(type, std::move(parameters), "base64", base64_lines(as_bytes(canonical)));
  }
  return leaf(type, std::move(parameters), "quoted-printable", quoted_printable(lines));
}

Entity binary_entity(std::string_view type, ByteView bytes, std::vector<Parameter> parameters) {
  return leaf(type, std::move(parameters), "base64", base64_lines(bytes));
}

std::optional<Entity> plain_entity(std::string_view type, std::string_view bytes, std::vector<Parameter> parameters) {
  const auto lines = with_line_feeds(bytes);
  if (!is_seven_bit(bytes) || longest_line(lines) > 990 || with_crlf(lines) != bytes) return std::nullopt;
  return leaf(type, std::move(parameters), "7bit", std::string(bytes));
}

Entity multipart_entity(std::string_view subtype, std::vector<Entity> parts, std::vector<Parameter> parameters) {
  Entity out;
  out.kind = Entity::Kind::multipart;
  out.subtype = subtype;
  out.parameters = std::move(parameters);
  out.parts = std::move(parts);
  return out;
}

Entity message_entity(FieldWriter headers, Entity content) {
  Entity out;
  out.kind = Entity::Kind::message;
  out.fields = std::move(headers);
  out.parts.push_back(std::move(content));
  return out;
}

namespace {

class Writer {
 public:
  Writer(std::string_view seed, const Limits& limits) : limits_(limits) {
    const auto mixed = named_guid(fmt::format("boundary of {}", seed));
    prefix_ = to_hex(ByteView(reinterpret_cast<const std::byte*>(mixed.bytes.data()), 12));
  }

  Result<> measure(const Entity& entity, std::size_t depth) {
    if (++parts_ > limits_.parts) return fail(Errc::limit, "too many parts");
    if (depth > limits_.depth) return fail(Errc::limit, "parts nested too deeply");
    size_ += entity.body.size() + entity.fields.block().size() + 200;
    if (size_ > limits_.bytes) return fail(Errc::limit, "the message is too large");
    for (const auto& part : entity.parts) OXB_CHECK(measure(part, depth + 1));
    return {};
  }

  void entity(const Entity& e) {
    switch (e.kind) {
      case Entity::Kind::leaf:
        out_ += e.fields.block();
        out_ += "\r\n";
        out_ += e.body;
        break;
      case Entity::Kind::message:
        out_ += "Content-Type: message/rfc822\r\n";
        if (!seven_bit(e)) out_ += "Content-Transfer-Encoding: 8bit\r\n";
        out_ += "\r\n";
        mail(e.fields, e.parts.front());
        break;
      case Entity::Kind::multipart:
        multipart(e);
        break;
    }
  }

  void mail(const FieldWriter& headers, const Entity& content) {
    out_ += headers.block();
    if (!headers.has("MIME-Version")) out_ += "MIME-Version: 1.0\r\n";
    entity(content);
  }

  std::string take() {
    if (!out_.ends_with("\r\n")) out_ += "\r\n";
    return std::move(out_);
  }
  void reserve() { out_.reserve(size_ + 1024); }

 private:
  void multipart(const Entity& e) {
    std::string boundary;
    do {
      boundary = fmt::format("=_{}_{:04}_", prefix_, ++boundaries_);
    } while (occurs(e, "--" + boundary));
    auto parameters = e.parameters;
    parameters.push_back({"boundary", boundary});
    FieldWriter type;
    type.parameters("Content-Type", "multipart/" + e.subtype, parameters);
    out_ += e.fields.block();
    out_ += type.block();
    if (!seven_bit(e)) out_ += "Content-Transfer-Encoding: 8bit\r\n";
    out_ += "\r\n";
    for (const auto& part : e.parts) {
      out_.append("--").append(boundary).append("\r\n");
      entity(part);
      out_ += "\r\n";
    }
    out_.append("--").append(boundary).append("--\r\n");
  }

  static bool occurs(const Entity& e, const std::string& mark) {
    return e.body.find(mark) != std::string::npos || e.fields.block().find(mark) != std::string::npos ||
           std::any_of(e.parts.begin(), e.parts.end(), [&](const Entity& part) { return occurs(part, mark); });
  }
  static bool seven_bit(const Entity& e) {
    return is_seven_bit(e.body) && is_seven_bit(e.fields.block()) &&
           std::all_of(e.parts.begin(), e.parts.end(), seven_bit);
  }

  const Limits& limits_;
  std::string prefix_, out_;
  std::size_t parts_ = 0, size_ = 0, boundaries_ = 0;
};

}  // namespace

Result<std::string> write(const FieldWriter& headers, const Entity& content, std::string_view seed,
                          const Limits& limits) {
  Writer writer(seed, limits);
  OXB_CHECK(writer.measure(content, 0));
  writer.reserve();
  writer.mail(headers, content);
  return writer.take();
}

}  // namespace oxb::mime
