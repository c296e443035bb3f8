// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/body.h"

#include "base/text.h"
#include "format/html/html.h"
#include "format/rtf/rtf.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

namespace oxb::convert {

using namespace mapi;

namespace {

std::uint32_t code_page_of(const PropertyBag& bag) {
  const auto* page = bag.get<std::int32_t>(tag::kInternetCodepage);
  return page && *page > 0 ? static_cast<std::uint32_t>(*page) : 65001;
}

std::optional<std::string> stored_html(const PropertyBag& bag) {
  const auto* html = bag.find(tag::kHtml.id());
  if (!html) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&html->value)) return *text;
  const auto* bytes = std::get_if<Bytes>(&html->value);
  if (!bytes) return std::nullopt;
  const auto page = code_page_of(bag);
  auto text = utf8_from_code_page(as_text(*bytes), page);
  return text ? std::move(*text) : make_valid_utf8(as_text(*bytes));
}

std::optional<std::string> stored_rtf(const PropertyBag& bag) {
  const auto* packed = bag.get<Bytes>(tag::kRtfCompressed);
  if (!packed) return std::nullopt;
  auto rtf = rtf::decompress(*packed);
  return rtf ? std::optional(std::move(*rtf)) : std::nullopt;
}

// HTML in bytes that every code page reads alike.
std::string in_ascii(std::string_view html) {
  std::string out;
  const auto wide = utf16_from_utf8(html);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    std::uint32_t c = wide[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < wide.size() && wide[i + 1] >= 0xDC00 && wide[i + 1] < 0xE000)
      c = 0x10000 + ((c - 0xD800) << 10) + (wide[++i] - 0xDC00U);
    if (c < 0x80)
      out.push_back(static_cast<char>(c));
    else
      out += fmt::format("&#{};", c);
  }
  return out;
}

bool has_text(const PropertyBag& bag) { return bag.get<std::string>(tag::kBody) != nullptr; }

}  // namespace

bool is_body_property(PropId id) {
  return id == tag::kBody.id() || id == tag::kHtml.id() || id == tag::kRtfCompressed.id();
}

NativeBody native_body(const PropertyBag& bag) {
  const bool text = has_text(bag), html = bag.has(tag::kHtml), rtf = bag.has(tag::kRtfCompressed);
  if (const auto* native = bag.get<std::int32_t>(tag::kNativeBody)) {
    if (*native == 1 && text) return NativeBody::text;
    if (*native == 2 && rtf) return NativeBody::rtf;
    if (*native == 3 && html) return NativeBody::html;
    if (*native == 4) return html ? NativeBody::html : text ? NativeBody::text : NativeBody::clear_signed;
  }
  const auto* sync = bag.get<bool>(tag::kRtfInSync);
  const bool in_sync = !sync || *sync;
  if (rtf && (in_sync || (!html && !text))) return NativeBody::rtf;
  if (html) return NativeBody::html;
  return text ? NativeBody::text : NativeBody::undefined;
}

std::optional<std::string> body_as_text(const PropertyBag& bag) {
  if (has_text(bag)) return *bag.get<std::string>(tag::kBody);
  if (native_body(bag) == NativeBody::rtf) {
    const auto rtf = stored_rtf(bag);
    if (!rtf) return std::nullopt;
    if (const auto html = rtf::encapsulated_html(*rtf)) return html::to_text(*html);
    const auto text = rtf::to_text(*rtf);
    return text ? std::optional(*text) : std::nullopt;
  }
  const auto html = stored_html(bag);
  return html ? std::optional(html::to_text(*html)) : std::nullopt;
}

std::optional<std::string> body_as_html(const PropertyBag& bag) {
  if (auto html = stored_html(bag)) return html::with_declared_charset(*html, "utf-8");
  if (native_body(bag) == NativeBody::rtf) {
    const auto rtf = stored_rtf(bag);
    const auto from = rtf ? rtf::origin(*rtf) : rtf::Origin::text;
    if (from == rtf::Origin::html)
      if (const auto html = rtf::encapsulated_html(*rtf)) return html::with_declared_charset(*html, "utf-8");
    if (from == rtf::Origin::rtf)
      if (auto html = rtf::to_html(*rtf)) return std::move(*html);
  }
  const auto text = body_as_text(bag);
  return text ? std::optional(html::from_text(*text)) : std::nullopt;
}

bool is_plain_text(const PropertyBag& bag) {
  const auto native = native_body(bag);
  if (native == NativeBody::html) return false;
  if (native != NativeBody::rtf) return true;
  const auto rtf = stored_rtf(bag);
  return !rtf || rtf::origin(*rtf) == rtf::Origin::text;
}

std::optional<std::string> body_as_rtf(const PropertyBag& bag) {
  if (auto rtf = stored_rtf(bag)) return rtf;
  // RTF is many times the size of what it is made from; of very large bodies clients make it themselves.
  constexpr std::size_t kLargest = 8U << 20;
  if (const auto html = stored_html(bag))
    return html->size() > kLargest ? std::nullopt : std::optional(rtf::from_html(*html));
  const auto* text = bag.get<std::string>(tag::kBody);
  return !text || text->size() > kLargest ? std::nullopt : std::optional(rtf::from_text(*text));
}

std::optional<PropertyValue> body_property(const PropertyBag& bag, PropTag tag) {
  const auto id = tag.id();
  if (const auto* stored = bag.find(id)) {
    const bool wants_text = tag.type() == PropType::string || tag.type() == PropType::string8;
    if (id == tag::kHtml.id() && wants_text != std::holds_alternative<std::string>(stored->value)) {
      const auto html = stored_html(bag);
      if (!html) return std::nullopt;
      if (wants_text) return PropertyValue(*html);
      auto bytes = code_page_from_utf8(*html, code_page_of(bag));
      return PropertyValue(bytes ? to_bytes(*bytes) : to_bytes(*html));
    }
    return stored->value;
  }
  if (id == tag::kBody.id()) {
    auto text = body_as_text(bag);
    return text ? std::optional<PropertyValue>(std::move(*text)) : std::nullopt;
  }
  if (id == tag::kHtml.id()) {
    auto html = body_as_html(bag);
    if (!html) return std::nullopt;
    if (tag.type() == PropType::string) return PropertyValue(std::move(*html));
    // The bytes must be in the code page that PidTagInternetCodepage names, which was set for the native form.
    return PropertyValue(to_bytes(code_page_of(bag) == 65001 ? *html : in_ascii(*html)));
  }
  if (id == tag::kRtfCompressed.id()) {
    const auto rtf = body_as_rtf(bag);
    return rtf ? std::optional<PropertyValue>(rtf::compress(*rtf)) : std::nullopt;
  }
  return std::nullopt;
}

std::string body_preview(const PropertyBag& bag, std::size_t characters) {
  if (native_body(bag) == NativeBody::html)
    if (const auto html = stored_html(bag)) return html::preview(*html, characters);
  const auto text = body_as_text(bag);
  return text ? html::preview(html::escape(text->substr(0, 8U << 10)), characters) : std::string();
}

void set_text_body(PropertyBag& bag, std::string text, std::uint32_t code_page) {
  bag.set(tag::kBody, std::move(text));
  bag.set(tag::kNativeBody, static_cast<std::int32_t>(NativeBody::text));
  bag.set(tag::kInternetCodepage, static_cast<std::int32_t>(code_page));
  bag.set(tag::kRtfInSync, false);
}

void set_html_body(PropertyBag& bag, Bytes html, std::uint32_t code_page) {
  bag.set(tag::kHtml, std::move(html));
  bag.set(tag::kNativeBody, static_cast<std::int32_t>(NativeBody::html));
  bag.set(tag::kInternetCodepage, static_cast<std::int32_t>(code_page));
  bag.set(tag::kRtfInSync, false);
}

void set_rtf_body(PropertyBag& bag, std::string_view rtf) {
  bag.set(tag::kRtfCompressed, rtf::compress(rtf));
  bag.set(tag::kNativeBody, static_cast<std::int32_t>(NativeBody::rtf));
  bag.set(tag::kInternetCodepage, std::int32_t{65001});
  bag.set(tag::kRtfInSync, true);
}

}  // namespace oxb::convert
