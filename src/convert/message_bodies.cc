// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "convert/body.h"
#include "convert/message_parts.h"
#include "format/html/html.h"
#include "format/rtf/rtf.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::convert {

using namespace mapi;

namespace {

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') continue;
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out.push_back('\r');
    out.push_back(text[i]);
    if (text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n')) out.push_back('\n');
  }
  return out;
}

// text/enriched (RFC 1896): commands in angle brackets, "<<" for a bracket, single line breaks fold.
std::string plain_from_enriched(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') {
      if (text.substr(i, 2) == "<<") {
        out.push_back('<');
        ++i;
        continue;
      }
      const auto close = text.find('>', i);
      if (close == std::string_view::npos) break;
      i = close;
    } else if (text[i] != '\r') {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string plain_text_of(const mime::Part& part) {
  auto text = part.text();
  if (part.is("text/enriched") || part.is("text/richtext")) return plain_from_enriched(text);
  if (ascii_iequals(part.parameter("format"), "flowed")) {
    const auto del = ascii_iequals(part.parameter("delsp"), "yes") ? mime::DeleteSpace::yes : mime::DeleteSpace::no;
    return mime::unflow(text, del);
  }
  return text;
}

// The character set of HTML: the parameter wins, then what the page says itself.
std::string html_charset(const mime::Part& part, std::string_view bytes) {
  auto charset = ascii_lower(trim(part.parameter("charset")));
  if (charset.empty() || charset == "us-ascii") {
    const auto declared = html::declared_charset(bytes);
    if (!declared.empty() && utf8_from_charset("x", declared)) return declared;
  }
  return charset;
}

std::string html_text_of(const mime::Part& part) {
  const auto bytes = part.content();
  auto text = mime::text_from_charset(as_text(bytes), html_charset(part, as_text(bytes)));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

// The code page under which these bytes read as text does, so that they can stay as they are; 0 where there is none.
std::uint32_t faithful_code_page(std::string_view bytes, std::string_view charset, std::string_view text) {
  auto page = code_page_of_charset(charset);
  if (page == 28591 || page == 20127 || page == 0) page = page == 0 ? 0 : 1252;  // read as their superset
  const bool single_or_utf8 = page == 65001 || (page >= 1250 && page <= 1258) || (page >= 28592 && page <= 28606) ||
                              page == 20866 || page == 21866 || page == 932 || page == 936 || page == 949 ||
                              page == 950;
  if (!single_or_utf8) return 0;
  const auto declared = html::declared_charset(bytes);
  if (!declared.empty() && declared != charset &&
      !(page == 1252 && (declared == "iso-8859-1" || declared == "windows-1252")))
    return 0;
  const auto read = utf8_from_code_page(bytes, page);
  return read && *read == text ? page : 0;
}

void set_single_html(PropertyBag& bag, const mime::Part& part) {
  const auto bytes = part.content();
  const auto charset = html_charset(part, as_text(bytes));
  const auto text = html_text_of(part);
  if (const auto page = faithful_code_page(as_text(bytes), charset, text))
    set_html_body(bag, bytes, page);
  else
    set_html_body(bag, to_bytes(html::with_declared_charset(text, "utf-8")));
}

// A page that later texts are put into, in front of its end.
class Page {
 public:
  bool empty() const { return head_.empty() && tail_.empty(); }
  void start(std::string page) {
    const auto lower = ascii_lower(page);
    auto at = lower.rfind("</body");
    if (at == std::string::npos) at = lower.rfind("</html");
    if (at != std::string::npos) {
      tail_ = page.substr(at);
      page.resize(at);
    }
    head_ = std::move(page);
  }
  void add(std::string_view piece) { head_.append("<br>\r\n").append(piece); }
  std::string text() const { return head_ + tail_; }

 private:
  std::string head_, tail_;
};

}  // namespace

void set_bodies(Content& out, const Plan& plan) {
  auto& bag = out.properties;
  if (plan.texts.empty()) return set_text_body(bag, {});
  if (plan.texts.size() == 1 && plan.texts[0].html) return set_single_html(bag, *plan.texts[0].node->part);
  std::string text;
  Page page;
  bool html = plan.texts[0].html;
  for (const auto& planned : plan.texts) {
    const auto& part = *planned.node->part;
    if (planned.html && !html) {  // from here on the whole is HTML
      page.start(html::from_text(with_crlf(text)));
      html = true;
    }
    if (planned.html) {
      auto more = html::with_declared_charset(html_text_of(part), "utf-8");
      if (page.empty())
        page.start(std::move(more));
      else
        page.add(more);
      continue;
    }
    auto found = mime::extract_uuencoded(plain_text_of(part));
    for (auto& file : found.files)
      out.attachments.push_back(file_attachment(std::move(file.name), {}, std::move(file.content), {}));
    if (html) {
      page.add(html::fragment_from_text(found.text));
    } else {
      if (!text.empty() && !text.ends_with('\n')) text += "\r\n";
      text += found.text;
    }
  }
  if (html)
    set_html_body(bag, to_bytes(page.text()));
  else
    set_text_body(bag, with_crlf(text));
}

}  // namespace oxb::convert
