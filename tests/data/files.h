// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the files of a tree hold, read by other means than the gateway's own readers: libical for calendars, a line
// reader for cards, curl's dates for mail. The measure for what has to be seen through MAPI.
#include "base/clock.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oxb::data {

struct SourceItem {
  std::string component;         // VEVENT, VTODO, VCARD, mail
  std::string uid;               // empty where the file has none
  std::string occurrence;        // RECURRENCE-ID
  std::string title;             // SUMMARY, FN, Subject
  std::optional<Instant> start;  // of the first occurrence; Date of a mail
  std::optional<Instant> end;    // of a single event
  bool recurring = false;
  std::string text, location;       // DESCRIPTION, LOCATION; NOTE of a card
  std::size_t people = 0;           // ATTENDEEs with an address, each once
  std::size_t files = 0;            // ATTACHments
  std::size_t addresses = 0;        // of a card
  std::vector<std::string> fields;  // of a card: every value that is text, and each part of it
  std::string from;                 // of a mail: the field as it stands
  bool plain_title = true;          // false: an encoded title, which only the table of hard cases knows
};

enum class FileKind { calendar, contacts, mail };
std::string_view name_of(FileKind kind);

struct SourceFile {
  std::filesystem::path path;
  FileKind kind{};
  std::vector<SourceItem> items;
  std::string others;  // names of components that are no items: "VTIMEZONE"
  std::string bytes;
};

// Where the sample data is: OXBRIDGE_DATA, else ../shared/data.
std::filesystem::path data_directory();
std::string content_of(const std::filesystem::path& path);
// Every .ics, .vcf and .eml below a directory, in the order of their paths. Dates and floating times are read in
// `zone`.
std::vector<SourceFile> read_tree(const std::filesystem::path& directory, const std::string& zone);

}  // namespace oxb::data
