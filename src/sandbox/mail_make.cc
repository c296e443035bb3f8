// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/mail_make.h"

#include "base/text.h"
#include "format/html/html.h"
#include "sandbox/mail_phrases.h"
#include "sandbox/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace oxb::sandbox {
namespace {

// SplitMix64: the standard distributions differ between libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    auto z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool percent(unsigned chance) { return next() % 100 < chance; }
  template <class C>
  const auto& one_of(const C& items) {
    return items[below(items.size())];
  }

 private:
  std::uint64_t state_;
};

std::string wrapped_base64(std::string_view bytes) {
  const auto coded = to_base64(as_bytes(bytes));
  std::string out;
  for (std::size_t at = 0; at < coded.size(); at += 76) out += coded.substr(at, 76) + "\r\n";
  return out;
}

std::string quoted_printable(std::string_view bytes) {
  std::string out, line;
  const auto end_line = [&](std::string_view end) {
    out += line;
    out += end;
    line.clear();
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\r') continue;
    if (c == '\n') {
      end_line("\r\n");
      continue;
    }
    const bool last = i + 1 == bytes.size() || bytes[i + 1] == '\n' || bytes[i + 1] == '\r';
    const bool plain = c == ' ' || c == '\t' ? !last : c > ' ' && c < 0x7F && c != '=';
    const auto piece =
        plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    if (line.size() + piece.size() > 75) end_line("=\r\n");
    line += piece;
  }
  out += line;
  return out;
}

struct Thread {
  const Language* language;
  std::string subject;
  std::vector<std::string> ids;
  std::string last_text;
};

class Maker {
 public:
  explicit Maker(const MakeOptions& options) : options_(options), dice_(options.seed) {}

  std::string mail(std::size_t number) {
    choose_thread();
    choose_people();
    const auto& charset = dice_.one_of(thread_->language->charsets);
    charset_ = charset;
    id_ = fmt::format("<{:016x}.{}@mail.example>", dice_.next(), number);
    const auto text = body_text();
    auto out = header(number) + content(text);
    thread_->ids.push_back(id_);
    thread_->last_text = text;
    return out;
  }

 private:
  void choose_thread() {
    if (!threads_.empty() && dice_.percent(45)) {
      const auto recent = std::min<std::size_t>(threads_.size(), 12);
      thread_ = &threads_[threads_.size() - 1 - dice_.below(recent)];
      if (thread_->ids.size() < 9) return;
    }
    const auto all = languages();
    // Half of the mail is in the company's own languages.
    const auto& language = dice_.percent(50) ? all[dice_.below(2)] : all[dice_.below(all.size())];
    threads_.push_back({&language, std::string(dice_.one_of(language.subjects)), {}, {}});
    if (dice_.percent(30)) threads_.back().subject += fmt::format(" {}", 100 + dice_.below(900));
    thread_ = &threads_.back();
  }

  void choose_people() {
    const bool inside = !options_.colleagues.empty() &&
                        (thread_->language->tag == "de" || thread_->language->tag == "en") && dice_.percent(60);
    if (inside) {
      from_ = dice_.one_of(options_.colleagues);
    } else {
      const auto& writer = dice_.one_of(thread_->language->writers);
      from_ = {std::string(writer.name), std::string(writer.address), {}};
    }
    cc_.clear();
    for (const auto& c : options_.colleagues)
      if (c.address != from_.address && c.address != options_.owner.address && cc_.size() < 4 && dice_.percent(12))
        cc_.push_back(c);
  }

  std::string body_text() {
    const auto& language = *thread_->language;
    auto greeting = std::string(language.greeting);
    greeting.replace(greeting.find("{}"), 2, options_.owner.name);
    std::string out = greeting + "\r\n\r\n";
    const auto all = language.sentences.size();
    const auto count = std::min(all, 2 + dice_.below(5));
    const auto first = dice_.below(all);
    for (std::size_t i = 0; i < count; ++i) {
      out += language.sentences[(first + i) % all];
      out += i % 3 == 2 ? "\r\n\r\n" : "\r\n";
    }
    out += "\r\n" + std::string(language.closing) + "\r\n" + from_.name + "\r\n";
    return out;
  }

  std::string person(const mime::Mailbox& who) {
    const auto words = encoded_words(who.name, charset_.name, charset_.code_page);
    const bool special = words == who.name && words.find_first_of(",.\"@'") != std::string::npos;
    return (special ? "\"" + words + "\"" : words) + " <" + who.address + ">";
  }

  std::string header(std::size_t number) {
    const auto step = options_.count > 1 ? options_.count - 1 : 1;
    const auto span = Ticks(std::chrono::hours(24) * options_.days);
    const auto at = options_.until - span +
                    Ticks(span.count() / static_cast<std::int64_t>(step) * static_cast<std::int64_t>(number)) +
                    std::chrono::seconds(number + 1 == options_.count ? 0 : dice_.below(3000));
    const auto prefix = thread_->ids.empty() ? std::string() : std::string(thread_->language->reply);
    std::string out =
        fmt::format("Received: from mail.example (mail.example [192.0.2.{}]) by mx.example with ESMTPS;\r\n\t{}\r\n",
                    1 + dice_.below(250), date_field({at + std::chrono::seconds(4), 0}));
    out += "Date: " + date_field({at, 0}) + "\r\nFrom: " + person(from_) + "\r\nTo: " + person(options_.owner) + "\r\n";
    if (!cc_.empty()) {
      out += "Cc: ";
      for (std::size_t i = 0; i < cc_.size(); ++i) out += (i ? ",\r\n " : "") + person(cc_[i]);
      out += "\r\n";
    }
    out += "Subject: " + encoded_words(prefix + thread_->subject, charset_.name, charset_.code_page) +
           "\r\nMessage-ID: " + id_ + "\r\n";
    if (!thread_->ids.empty()) {
      out += "In-Reply-To: " + thread_->ids.back() + "\r\nReferences:";
      for (const auto& id : thread_->ids) out += "\r\n " + id;
      out += "\r\n";
    }
    if (dice_.percent(6)) out += "X-Priority: 1\r\nImportance: high\r\n";
    out += "MIME-Version: 1.0\r\nX-Sample-Flags: " + flags(number) + "\r\n";
    return out;
  }

  std::string flags(std::size_t number) {
    std::string out;
    const bool fresh = number + options_.count / 10 >= options_.count;  // of the newest tenth a part is unread
    if (!fresh || dice_.percent(40)) out += "\\Seen ";
    if (dice_.percent(20)) out += "\\Answered ";
    if (dice_.percent(5)) out += "\\Flagged ";
    if (dice_.percent(5)) out += "$Forwarded ";
    return out;
  }

  std::string text_part(std::string_view type, std::string_view utf8) {
    auto bytes = code_page_from_utf8(utf8, charset_.code_page).value_or(std::string(utf8));
    std::string head = fmt::format("Content-Type: {}; charset={}\r\n", type, charset_.name);
    if (charset_.name == "iso-2022-jp") return head + "Content-Transfer-Encoding: 7bit\r\n\r\n" + bytes;
    if (charset_.code_page == 65001 && dice_.percent(25))
      return head + "Content-Transfer-Encoding: 8bit\r\n\r\n" + bytes;
    const bool mostly_ascii = std::count_if(bytes.begin(), bytes.end(), [](char c) { return c & 0x80; }) * 5 <
                              static_cast<std::ptrdiff_t>(bytes.size());
    if (mostly_ascii) return head + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(bytes);
    return head + "Content-Transfer-Encoding: base64\r\n\r\n" + wrapped_base64(bytes);
  }

  std::string html_of(std::string_view text, std::string_view picture) {
    std::string out = fmt::format(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={}\"></head>\r\n", charset_.name);
    out += thread_->language->tag == "ar" ? "<body dir=\"rtl\">\r\n"
                                          : "<body style=\"font-family: Calibri, sans-serif\">\r\n";
    std::string paragraph;
    const auto end = [&] {
      if (!paragraph.empty()) out += "<p>" + paragraph + "</p>\r\n";
      paragraph.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
      const auto stop = std::min(text.find("\r\n", at), text.size());
      const auto line = text.substr(at, stop - at);
      at = stop + 2;
      if (line.empty())
        end();
      else
        paragraph += (paragraph.empty() ? "" : "<br>\r\n") + html::escape(line);
    }
    end();
    if (!picture.empty())
      out += fmt::format("<p><img src=\"cid:{}\" alt=\"chart\" width=\"132\" height=\"64\"></p>\r\n", picture);
    if (!thread_->last_text.empty() && dice_.percent(70))
      out += "<blockquote style=\"border-left: 2px solid #888; padding-left: 8px\">" +
             html::escape(thread_->last_text) + "</blockquote>\r\n";
    return out + "</body></html>\r\n";
  }

  std::string boundary() { return fmt::format("=_{:016x}", dice_.next()); }
  static std::string joined(std::string_view type, const std::string& mark, const std::vector<std::string>& parts) {
    std::string out = fmt::format("Content-Type: {}; boundary=\"{}\"\r\n\r\n", type, mark);
    for (const auto& p : parts) out += "--" + mark + "\r\n" + p + "\r\n";
    return out + "--" + mark + "--\r\n";
  }

  std::string file_part() {
    const auto number = 1000 + dice_.below(9000);
    switch (dice_.below(3)) {
      case 0: {
        std::string csv = "Position;Artikel;Menge;Preis\r\n";
        for (std::size_t i = 1; i <= 5 + dice_.below(20); ++i)
          csv += fmt::format("{};A-{};{};{},00\r\n", i, 100 + dice_.below(900), 1 + dice_.below(50), dice_.below(2000));
        return fmt::format(
            "Content-Type: text/csv; name=\"positions-{0}.csv\"\r\nContent-Disposition: attachment; "
            "filename=\"positions-{0}.csv\"\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n{1}",
            number, wrapped_base64(csv));
      }
      case 1: {
        const auto pdf = fmt::format(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% document {}\ntrailer<</Root 1 0 "
            "R>>\n%%EOF\n",
            number);
        return fmt::format(
            "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''{}%20{}.pdf\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n{}",
            "%C3%9Cbersicht", number, wrapped_base64(pdf));
      }
      default:
        return fmt::format(
            "Content-Type: text/plain; charset=us-ascii; name=\"notes-{0}.txt\"\r\nContent-Disposition: attachment; "
            "filename=\"notes-{0}.txt\"\r\n\r\nReference {0}\r\nChecked twice.\r\n",
            number);
    }
  }

  std::string chart_part(const std::string& id) {
    std::array<std::uint8_t, 8> heights{};
    for (auto& h : heights) h = static_cast<std::uint8_t>(4 + dice_.below(58));
    const auto png = bar_chart_png(heights, static_cast<std::uint32_t>(dice_.next() & 0x7F7F7F));
    return "Content-Type: image/png; name=\"chart.png\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: "
           "inline; filename=\"chart.png\"\r\n"
           "Content-ID: <" +
           id + ">\r\n\r\n" + wrapped_base64(png);
  }

  std::string content(const std::string& text) {
    const auto kind = dice_.below(100);
    if (kind < 40) return text_part("text/plain", text);
    const auto picture = kind >= 70 && kind < 82 ? fmt::format("chart.{:x}@mail.example", dice_.next()) : std::string();
    auto alternative = joined("multipart/alternative", boundary(),
                              {text_part("text/plain", text), text_part("text/html", html_of(text, picture))});
    if (!picture.empty()) alternative = joined("multipart/related", boundary(), {alternative, chart_part(picture)});
    if (kind < 82) return alternative;
    std::vector<std::string> parts{kind < 90 ? text_part("text/plain", text) : alternative};
    for (std::size_t i = 0; i <= dice_.below(3); ++i) parts.push_back(file_part());
    return joined("multipart/mixed", boundary(), parts);
  }

  const MakeOptions& options_;
  Dice dice_;
  std::vector<Thread> threads_;
  Thread* thread_ = nullptr;  // of the mail being made
  mime::Mailbox from_;
  std::vector<mime::Mailbox> cc_;
  Charset charset_{};
  std::string id_;
};

}  // namespace

std::string date_field(const mime::Date& date) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = to_unix_ms(date.time) / 1000 + date.offset_minutes * 60;
  std::tm t{};
  gmtime_r(&seconds, &t);
  const auto offset = std::abs(date.offset_minutes);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} {}{:02}{:02}", kDays.at(static_cast<std::size_t>(t.tm_wday)),
                     t.tm_mday, kMonths.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour, t.tm_min,
                     t.tm_sec, date.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

std::string encoded_words(std::string_view text, std::string_view charset, std::uint32_t code_page) {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), ascii)) return std::string(text);
  std::string out, piece;
  const auto flush = [&] {
    if (piece.empty()) return;
    const auto bytes = code_page_from_utf8(piece, code_page).value_or(piece);
    out += (out.empty() ? "" : "\r\n ") + fmt::format("=?{}?B?{}?=", charset, to_base64(as_bytes(bytes)));
    piece.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    auto end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    if (piece.size() + (end - at) > 30) flush();  // 75 characters with the frame, whatever the character set
    piece += text.substr(at, end - at);
    at = end;
  }
  flush();
  return out;
}

Result<> make_mails(const MakeOptions& options,
                    const std::function<Result<>(const std::string&, const std::string&)>& visit) {
  Maker maker(options);
  for (std::size_t i = 0; i < options.count; ++i) OXB_CHECK(visit(fmt::format("{:06}.eml", i + 1), maker.mail(i)));
  return {};
}

}  // namespace oxb::sandbox
