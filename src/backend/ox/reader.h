// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How the modules calendar, contacts and tasks are read. Each reader is a set of functions over one Context.
#include "backend/connector.h"
#include "backend/ox/capabilities.h"
#include "backend/ox/session.h"

#include <map>
#include <span>

namespace oxb::backend::ox {

struct Context {
  std::shared_ptr<Session> session;
  std::shared_ptr<Capabilities> capabilities;
  std::chrono::milliseconds tombstones{};  // how long the server remembers deletions
};

// How far a folder has been read: "<stamp>/<anchor>/<day>". stamp: everything up to it is known. anchor: contacts only,
// see contacts.cc. day: when it was read; a position older than the server's memory for deletions is of no use.
struct Position {
  std::int64_t stamp = 0;
  std::int64_t anchor = 0;
  std::int64_t day = 0;
};
std::optional<Position> parse_position(const model::Position& text);
model::Position print_position(const Position& position);
Position position_now(std::int64_t stamp, std::int64_t anchor, const Clock& clock);
// Empty, unreadable, or older than the tombstones: the folder has to be read whole.
bool needs_full_reading(const std::optional<Position>& position, const Context& context);

// The number behind "con://0/32" or "32"; the id itself where it belongs to another account than the first.
std::string plain_id(const std::string& folder);
bool is_first_account(const std::string& folder);  // cal://0/.., con://0/.., or plain

Result<std::span<const json::value>> array_of(const oxjson::Answer& answer, std::string_view doing);
// An answer that must be good: see Session::call.
Result<> require_good(const oxjson::Answer& answer, std::string_view doing);
// Splits into parts of at most size.
template <class T>
std::vector<std::vector<T>> chunks(const std::vector<T>& all, std::size_t size) {
  std::vector<std::vector<T>> out;
  for (std::size_t at = 0; at < all.size(); at += size) {
    const auto end = std::min(all.size(), at + size);
    out.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

namespace calendar {
Task<Result<ItemChanges>> changes(Context context, model::Folder folder, model::Position since, Wait wait);
Task<Result<std::vector<RemoteId>>> existing(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                             Wait wait);
Task<Result<std::vector<Result<Item>>>> items(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                              Wait wait);
}  // namespace calendar

// Contacts and tasks: modules with rows.
namespace rows {
Task<Result<ItemChanges>> changes(Context context, model::Folder folder, model::Position since, Wait wait);
Task<Result<std::vector<RemoteId>>> existing(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                             Wait wait);
Task<Result<std::vector<Result<Item>>>> items(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                              Wait wait);
}  // namespace rows

Task<Result<std::vector<model::Folder>>> read_folders(Context context, std::map<std::string, model::FolderRole> roles,
                                                      Wait wait);
Task<Result<std::vector<model::DirectoryEntry>>> read_address_book(Context context, Wait wait);

}  // namespace oxb::backend::ox
