// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/smtp/reply.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace oxb::smtp {
namespace {

// RFC 5321 section 4.5.3.1.5 allows 512 octets in a line; servers send more.
constexpr std::size_t kLongestLine = 8 * 1024;
constexpr std::size_t kMostLines = 500;
constexpr std::size_t kMostBytes = 256 * 1024;
constexpr std::size_t kMostReplies = 10'000;  // that nobody has taken yet

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace

std::string Reply::text() const {
  std::string all;
  for (const auto& line : lines) all.append(all.empty() ? "" : " ").append(line);
  return all;
}

Result<> ReplyParser::feed(ByteView bytes) {
  auto rest = as_text(bytes);
  while (!rest.empty()) {
    const auto newline = rest.find('\n');
    const auto piece = rest.substr(0, newline);
    if (line_.size() + piece.size() > kLongestLine) return fail(Errc::limit, "SMTP reply: a line without end");
    line_ += piece;
    if (newline == std::string_view::npos) return {};
    rest.remove_prefix(newline + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    const auto taken = take_line(line_);
    line_.clear();
    if (!taken) return taken;
  }
  return {};
}

Result<> ReplyParser::take_line(std::string_view line) {
  const bool has_code = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit) && line[0] >= '2' &&
                        line[0] <= '5' && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!has_code) return fail(Errc::malformed, "SMTP reply: a line without a code");
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (current_.code != 0 && current_.code != code) return fail(Errc::malformed, "SMTP reply: two codes in one reply");
  current_bytes_ += line.size();
  if (current_.lines.size() >= kMostLines || current_bytes_ > kMostBytes)
    return fail(Errc::limit, "SMTP reply: lines without end");
  current_.code = code;
  auto text = make_valid_utf8(line.substr(std::min<std::size_t>(line.size(), 4)));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  current_.lines.push_back(std::move(text));
  if (line.size() > 3 && line[3] == '-') return {};
  if (ready_.size() >= kMostReplies) return fail(Errc::limit, "SMTP reply: replies without end");
  ready_.push_back(std::move(current_));
  current_ = {};
  current_bytes_ = 0;
  return {};
}

std::optional<Reply> ReplyParser::next() {
  if (ready_.empty()) return std::nullopt;
  auto reply = std::move(ready_.front());
  ready_.pop_front();
  return reply;
}

void ReplyParser::clear() { *this = {}; }

Extensions Extensions::of(const Reply& ehlo) {
  Extensions extensions;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {  // the first line greets
    auto words = words_of(ehlo.lines[i]);
    if (words.empty()) continue;
    auto keyword = ascii_upper(words.front());
    words.erase(words.begin());
    // An old spelling that servers still send for old clients.
    if (keyword.starts_with("AUTH=")) {
      words.insert(words.begin(), keyword.substr(5));
      keyword = "AUTH";
    }
    extensions.keywords_.emplace_back(std::move(keyword), std::move(words));
  }
  return extensions;
}

const std::vector<std::string>* Extensions::find(std::string_view keyword) const {
  for (const auto& [name, parameters] : keywords_)
    if (name == keyword) return &parameters;
  return nullptr;
}

bool Extensions::has(std::string_view keyword, std::string_view parameter) const {
  const auto is_it = [&](const std::string& word) { return ascii_iequals(word, parameter); };
  return std::any_of(keywords_.begin(), keywords_.end(), [&](const auto& entry) {
    return entry.first == keyword && std::any_of(entry.second.begin(), entry.second.end(), is_it);
  });
}

std::uint64_t Extensions::number(std::string_view keyword) const {
  const auto* parameters = find(keyword);
  if (!parameters || parameters->empty()) return 0;
  const auto& text = parameters->front();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

}  // namespace oxb::smtp
