// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Mail in any number, written straight into the Maildir of a private Dovecot before it looks there.
#include "base/clock.h"
#include "tests/support/dovecot.h"

#include "bench/figures.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

namespace oxb::bench {

struct MailFolder {
  std::string user;
  std::string name;  // below the Inbox's Maildir; empty: the Inbox itself
  int count = 0;
  int smallest = 400, largest = 900;  // bytes of the text; with an HTML form of the same text beside it from 2,000 on
};

inline std::string words(std::mt19937& random, std::size_t bytes, std::string_view between) {
  static constexpr std::array kWords = {"the",     "offer",    "of",     "Monday",  "delivery",
                                        "is",      "attached", "please", "confirm", "before",
                                        "project", "budget",   "by",     "Friday",  "team",
                                        "meeting", "and",      "report", "Hamburg", "gr\xC3\xBC\xC3\x9F"};
  std::string out;
  std::size_t line = 0;
  while (out.size() < bytes) {
    const std::string_view word = kWords[random() % kWords.size()];
    out.append(word);
    line += word.size() + 1;
    if (line > 68) {
      out.append(between).append("\r\n");
      line = 0;
    } else {
      out.push_back(' ');
    }
  }
  return out;
}

inline std::string one_mail(const MailFolder& folder, int number, std::int64_t time, std::mt19937& random) {
  char date[64];
  const std::time_t seconds = time;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &parts);
  auto out = fmt::format(
      "Return-Path: <person{0}@example.test>\r\nReceived: from mx.example.test by mail.example.test; {1}\r\n"
      "From: Person {0} <person{0}@example.test>\r\nTo: <{2}>\r\nSubject: Report {3} of week {4}\r\n"
      "Message-ID: <{3}.{5}@example.test>\r\nDate: {1}\r\nMIME-Version: 1.0\r\n",
      random() % 300, date, folder.user, number, random() % 52, random());
  const auto bytes = static_cast<std::size_t>(
      folder.smallest + static_cast<int>(random() % static_cast<unsigned>(folder.largest - folder.smallest + 1)));
  constexpr std::string_view kPlain =
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  if (bytes < 2000) return out.append(kPlain).append(words(random, bytes, {})).append("\r\n");
  out.append("Content-Type: multipart/alternative; boundary=\"=_part\"\r\n\r\n--=_part\r\n").append(kPlain);
  out.append(words(random, bytes / 3, {})).append("\r\n--=_part\r\nContent-Type: text/html; charset=utf-8\r\n");
  out.append("Content-Transfer-Encoding: 8bit\r\n\r\n<html><head><style>p { margin: 0 }</style></head><body><p>");
  return out.append(words(random, bytes - bytes / 3, "</p><p>")).append("</p></body></html>\r\n--=_part--\r\n");
}

// Returns the bytes written.
inline std::uint64_t fill(const testing::Dovecot& dovecot, const MailFolder& folder) {
  namespace fs = std::filesystem;
  const auto home = fs::path(dovecot.directory()) / "mail";
  struct stat owner {};
  if (::stat(home.c_str(), &owner) != 0) give_up("the mail server has no home for mail");
  std::vector<fs::path> made;
  const auto directory = [&](const fs::path& path) {
    if (fs::create_directory(path)) made.push_back(path);
  };
  auto maildir = home / folder.user;
  directory(maildir);
  directory(maildir /= "Maildir");
  if (!folder.name.empty()) directory(maildir /= "." + folder.name);
  for (const char* part : {"cur", "new", "tmp"}) directory(maildir / part);
  for (const auto& path : made)
    if (::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0 || ::chmod(path.c_str(), 0700) != 0)
      give_up("cannot give a mail folder to the mail server");
  std::mt19937 random(static_cast<unsigned>(folder.count));
  std::uint64_t total = 0;
  constexpr std::int64_t kNewest = 1'793'000'000;  // October 2026
  for (int i = 0; i < folder.count; ++i) {
    const auto time = kNewest - static_cast<std::int64_t>(folder.count - i) * 60;
    const auto text = one_mail(folder, i, time, random);
    const auto file =
        maildir / "cur" / fmt::format("{}.M{}P1.bench,S={}:2,{}", time, i, text.size(), i % 4 == 0 ? "" : "S");
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const timespec times[2] = {{time, 0}, {time, 0}};
    if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fchown(fd, owner.st_uid, owner.st_gid) != 0 || ::futimens(fd, times) != 0)
      give_up("cannot write mail");
    ::close(fd);
    total += text.size();
  }
  return total;
}

}  // namespace oxb::bench
