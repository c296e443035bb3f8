// SPDX-License-Identifier: GPL-3.0-or-later
// Rich text as a page, for mail programs that know none.
#include "format/html/html.h"
#include "format/rtf/reader.h"

#include <fmt/format.h>

namespace oxb::rtf {
namespace {

enum OwnKind : int { kInstruction = 1, kColors = 2 };

// The address of a HYPERLINK field; empty where it is none, or one that a mail should not lead to.
std::string link_of(std::string_view instruction) {
  const auto word = ascii_lower(instruction).find("hyperlink");
  if (word == std::string::npos) return {};
  auto rest = trim(instruction.substr(word + 9));
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find('"'));
  } else {
    rest = rest.substr(0, rest.find(' '));
  }
  const auto lower = ascii_lower(rest);
  for (const std::string_view scheme : {"http://", "https://", "mailto:", "ftp://", "tel:"})
    if (lower.starts_with(scheme)) return std::string(rest);
  return {};
}

class Renderer : public Reader {
 public:
  explicit Renderer(std::string_view rtf) : Reader(rtf, Origin::rtf) {
    out_ = "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\r\n";
  }

 private:
  void put(std::string_view utf8) override {
    if (now().place == Place::own) {
      if (now().own_kind == kInstruction && instruction_.size() < 4096) instruction_ += utf8;
      if (now().own_kind == kColors) add_colors(utf8);
      return;
    }
    begin_paragraph();
    if (open_ != now().style) {
      end_style();
      begin_style(now().style);
    }
    auto shown = html::escape(utf8);
    // Blanks in a row are kept.
    for (auto at = shown.find("  "); at != std::string::npos; at = shown.find("  ", at)) shown.replace(at, 1, "&nbsp;");
    out_ += shown;
  }

  void put_special(const Special& special) override {
    if (!writes()) return;
    flush();
    const auto name = special.word;
    if (now().place == Place::own) return;
    if (name == "par" || name == "sect" || name == "page" || name == "row" || name == "nestrow") {
      begin_paragraph();
      end_paragraph();
    } else if (name == "line") {
      begin_paragraph();
      out_ += "<br>\r\n";
    } else if (name == "tab" || name == "cell" || name == "nestcell") {
      put("\u00A0\u00A0\u00A0 ");
    } else {
      put(special.text);
    }
  }

  void style(const RtfToken& token) override {
    auto& s = now().style;
    const auto on = token.number.value_or(1) != 0;
    const auto name = token.name;
    const auto change = [&](auto& member, auto value) {
      flush();
      member = value;
    };
    if (now().place == Place::own) {
      flush();  // the end of the color before this one
      const auto part = static_cast<std::uint32_t>(std::clamp(token.number.value_or(0), 0, 255));
      if (name == "red") color_ = color_.value_or(0) | part << 16;
      if (name == "green") color_ = color_.value_or(0) | part << 8;
      if (name == "blue") color_ = color_.value_or(0) | part;
    } else if (name == "b") {
      change(s.bold, on);
    } else if (name == "i") {
      change(s.italic, on);
    } else if (name == "ul" || name == "ulnone") {
      change(s.underline, name == "ul" && on);
    } else if (name == "strike") {
      change(s.strike, on);
    } else if (name == "fs") {
      change(s.half_points, std::clamp(token.number.value_or(24), 2, 400));
    } else if (name == "cf") {
      change(s.color, token.number.value_or(0));
    } else if (name == "plain") {
      change(s, Style{});
    } else if (name == "pard") {
      align_ = {};
    } else if (name == "qc" || name == "qr") {
      align_ = name == "qc" ? "center" : "right";
    }
  }

  bool own_destination(std::string_view name) override {
    if (name == "fldinst" || name == "colortbl") {
      flush();
      if (name == "fldinst") instruction_.clear();
      now().place = Place::own;
      now().own_kind = name == "fldinst" ? kInstruction : kColors;
      return true;
    }
    if (name == "fldrslt" && now().place == Place::text) {
      flush();
      const auto link = link_of(instruction_);
      instruction_.clear();
      if (!link.empty() && !in_link_) {
        begin_paragraph();
        end_style();
        out_ += "<a href=\"" + html::escape(link) + "\">";
        in_link_ = true;
        now().link = groups_.size();
      }
      return true;
    }
    return name == "pntext" || name == "listtext";  // the marks of lists are text here
  }

  void closing() override {
    if (in_link_ && now().link == groups_.size()) end_link();
  }

  void finish() override {
    end_paragraph();
    out_ += "</body></html>\r\n";
  }

  void begin_paragraph() {
    if (in_paragraph_) return;
    out_ += align_.empty() ? "<p style=\"margin:0\">" : fmt::format("<p style=\"margin:0;text-align:{}\">", align_);
    in_paragraph_ = true;
    paragraph_start_ = out_.size();
  }
  void end_paragraph() {
    if (!in_paragraph_) return;
    end_link();
    end_style();
    if (out_.size() == paragraph_start_) out_ += "&nbsp;";
    out_ += "</p>\r\n";
    in_paragraph_ = false;
  }
  void end_link() {
    if (!in_link_) return;
    end_style();
    out_ += "</a>";
    in_link_ = false;
  }

  void begin_style(const Style& s) {
    open_ = s;
    std::string css;
    if (s.half_points != 0) css += fmt::format("font-size:{}pt;", s.half_points / 2.0);
    if (s.color > 0 && static_cast<std::size_t>(s.color) < colors_.size())
      if (const auto color = colors_[static_cast<std::size_t>(s.color)]) css += fmt::format("color:#{:06x};", *color);
    has_span_ = !css.empty();
    if (has_span_) out_ += "<span style=\"" + css + "\">";
    if (s.bold) out_ += "<b>";
    if (s.italic) out_ += "<i>";
    if (s.underline) out_ += "<u>";
    if (s.strike) out_ += "<s>";
  }
  void end_style() {
    if (open_.strike) out_ += "</s>";
    if (open_.underline) out_ += "</u>";
    if (open_.italic) out_ += "</i>";
    if (open_.bold) out_ += "</b>";
    if (has_span_) out_ += "</span>";
    has_span_ = false;
    open_ = {};
  }

  void add_colors(std::string_view text) {
    for (const char c : text) {
      if (c != ';' || colors_.size() >= 1000) continue;
      colors_.push_back(color_);
      color_.reset();
    }
  }

  Style open_;  // of the tags that are open
  bool has_span_ = false, in_paragraph_ = false, in_link_ = false;
  std::size_t paragraph_start_ = 0;
  std::string instruction_;
  std::string_view align_;
  std::vector<std::optional<std::uint32_t>> colors_;  // none: the reader's own
  std::optional<std::uint32_t> color_;
};

}  // namespace

Result<std::string> to_html(std::string_view rtf) { return Renderer(rtf).read(); }

}  // namespace oxb::rtf
