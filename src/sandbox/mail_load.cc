// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/mail_load.h"

#include "base/text.h"
#include "format/mime/message.h"
#include "sandbox/mail_make.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace oxb::sandbox {
namespace fs = std::filesystem;
namespace {

Result<std::string> read_file(const fs::path& path, std::size_t largest) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::not_found, "cannot read " + path.string());
  std::ostringstream out;
  out << in.rdbuf();
  auto bytes = std::move(out).str();
  if (bytes.size() > largest) return fail(Errc::limit, path.string() + " is too large");
  return bytes;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') continue;  // IMAP literals cannot hold it
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out.push_back('\r');
    out.push_back(text[i]);
  }
  return out;
}

bool is_flag(std::string_view word) {
  const auto name = word.starts_with('\\') ? word.substr(1) : word;
  return !name.empty() && name.size() < 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
  });
}

// Removes the first field of that name; its value.
std::string take_field(std::string& mail, std::string_view name) {
  const auto headers = mime::parse_headers(mail);
  const auto* field = headers ? headers->find(name) : nullptr;
  if (!field) return {};
  std::string value(trim(field->raw));
  const auto begin = static_cast<std::size_t>(field->name.data() - mail.data());
  const auto value_end = static_cast<std::size_t>(field->raw.data() + field->raw.size() - mail.data());
  mail.erase(begin, std::min(mail.find('\n', value_end), mail.size() - 1) + 1 - begin);
  return value;
}

// "day-3 09:12 +0100"; never later than now.
std::optional<mime::Date> relative_date(const std::string& text, Instant now) {
  int day = 0, hour = 0, minute = 0, zone = 0;
  char sign = '+';
  if (std::sscanf(text.c_str(), "day%d %d:%d %c%d", &day, &hour, &minute, &sign, &zone) != 5) return std::nullopt;
  if (day < -20'000 || day > 20'000 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || zone < 0 || zone > 1400)
    return std::nullopt;
  const int offset = (zone / 100 * 60 + zone % 100) * (sign == '-' ? -1 : 1);
  constexpr auto kDay = std::chrono::hours(24);
  const auto today = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<86400>>>(now.time_since_epoch());
  auto at = Instant(std::chrono::duration_cast<Ticks>(today)) + day * kDay +
            std::chrono::minutes(hour * 60 + minute - offset);
  while (at > now) at -= kDay;
  return mime::Date{at, offset};
}

// The line that mbox puts before a mail; "From : x" is a field in the form of RFC 2822 4.5.
bool is_separator(std::string_view line) {
  if (!line.starts_with("From ")) return false;
  const auto next = line.find_first_not_of(" \t", 4);
  return next == std::string_view::npos || line[next] != ':';
}

// A message of an mbox file starts at a line "From " after an empty line; ">From " in its text loses one ">".
Result<> read_mbox(const fs::path& path, const LoadOptions& options, const std::function<Result<>(StoredMail)>& visit) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::not_found, "cannot read " + path.string());
  std::string message, line;
  bool empty_before = true, started = false;
  const auto end = [&]() -> Result<> {
    if (!started) return {};
    return visit(stored_mail(message, options.folder, options.now));
  };
  while (std::getline(in, line)) {
    if (empty_before && is_separator(line)) {
      OXB_CHECK(end());
      message.clear();
      started = true;
      empty_before = false;
      continue;
    }
    if (!started) continue;
    const auto quote = line.find_first_not_of('>');
    if (quote != 0 && quote != std::string::npos && line.compare(quote, 5, "From ") == 0) line.erase(0, 1);
    message += line + "\n";
    empty_before = line.empty() || line == "\r";
    if (message.size() > options.largest) return fail(Errc::limit, "a mail in " + path.string() + " is too large");
  }
  return end();
}

std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    const auto extension = ascii_lower(entry.path().extension().string());
    if (entry.is_regular_file() && (extension == ".eml" || extension == ".mbox")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

StoredMail stored_mail(std::string_view bytes, std::string folder, Instant now) {
  if (is_separator(bytes)) bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size() - 1) + 1);
  StoredMail out;
  out.folder = std::move(folder);
  out.bytes = with_crlf(bytes);
  std::istringstream words{take_field(out.bytes, "X-Sample-Flags")};
  for (std::string word; words >> word;)
    if (is_flag(word)) out.flags.push_back(word);
  if (const auto date = relative_date(take_field(out.bytes, "X-Sample-Date"), now)) {
    take_field(out.bytes, "Date");
    out.bytes.insert(0, "Date: " + date_field(*date) + "\r\n");
    out.received = date->time;
    return out;
  }
  const auto headers = mime::parse_headers(out.bytes);
  const auto date = headers ? mime::parse_date(headers->raw("Date")) : std::nullopt;
  out.received = date ? date->time : now;
  return out;
}

Result<> read_mails(const fs::path& path, const LoadOptions& options,
                    const std::function<Result<>(StoredMail)>& visit) {
  std::error_code error;
  if (!fs::exists(path, error)) return fail(Errc::not_found, path.string() + " does not exist");
  const bool tree = fs::is_directory(path, error);
  const auto files = tree ? files_below(path) : std::vector<fs::path>{path};
  for (const auto& file : files) {
    auto here = options;
    if (tree) {
      const auto folder = fs::relative(file.parent_path(), path, error).generic_string();
      if (!folder.empty() && folder != ".") here.folder = folder;
    }
    if (ascii_lower(file.extension().string()) == ".mbox") {
      OXB_CHECK(read_mbox(file, here, visit));
      continue;
    }
    OXB_TRY(const auto bytes, read_file(file, options.largest));
    OXB_CHECK(visit(stored_mail(bytes, here.folder, options.now)));
  }
  return {};
}

Result<std::size_t> load_mails(ImapAppend& server, const std::vector<fs::path>& paths, const LoadOptions& options) {
  constexpr std::size_t kBatchMails = 50, kBatchBytes = 4U << 20;
  std::vector<StoredMail> batch;
  std::size_t count = 0, bytes = 0;
  const auto flush = [&]() -> Result<> {
    OXB_CHECK(server.append(batch));
    batch.clear();
    bytes = 0;
    return {};
  };
  const auto add = [&](StoredMail mail) -> Result<> {
    if (++count > options.most) return fail(Errc::limit, fmt::format("more than {} mails", options.most));
    if (!batch.empty() &&
        (batch.front().folder != mail.folder || batch.size() >= kBatchMails || bytes + mail.bytes.size() > kBatchBytes))
      OXB_CHECK(flush());
    bytes += mail.bytes.size();
    batch.push_back(std::move(mail));
    return {};
  };
  for (const auto& path : paths) OXB_CHECK(read_mails(path, options, add));
  OXB_CHECK(flush());
  return count;
}

}  // namespace oxb::sandbox
