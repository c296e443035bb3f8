// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The address books: one SQLite file per OX context, filled by signed-in users' own sessions. What a user's session did
// not return, that user does not see here either, not even another version of an entry he does see.
#include "base/clock.h"
#include "base/sqlite.h"
#include "directory/view.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace oxb::directory {

// One context. Thread-safe; reading never waits for the disk once a view is made.
class Directory {
 public:
  static Result<std::shared_ptr<Directory>> open(const std::string& file, Installation installation,
                                                 std::uint32_t context, const Clock& clock = system_clock());

  std::uint32_t context() const { return context_; }
  const Installation& installation() const { return installation_; }

  // What the session of this user returned just now: from here on all he sees. An empty list means that he sees nobody.
  Result<> deliver(std::uint32_t user, const std::vector<model::DirectoryEntry>& entries);
  // Never null; empty for a user whose session never delivered anything.
  Result<std::shared_ptr<const View>> view(std::uint32_t user);
  // When the user's session delivered last.
  Result<std::optional<Instant>> delivered(std::uint32_t user);
  // Nothing is shown to this user any more.
  Result<> forget(std::uint32_t user);

 private:
  Directory(std::unique_ptr<Sqlite> sql, Installation installation, std::uint32_t context, const Clock& clock)
      : sql_(std::move(sql)), installation_(std::move(installation)), context_(context), clock_(&clock) {}
  Result<> migrate();
  Result<> store(std::uint32_t user, const std::vector<model::DirectoryEntry>& entries);
  Result<std::int64_t> content_id(const model::DirectoryEntry& entry);
  Result<std::shared_ptr<const View>> load(std::uint32_t user);
  void keep(std::uint32_t user, std::shared_ptr<const View> view);

  std::mutex mutex_;
  std::unique_ptr<Sqlite> sql_;
  Installation installation_;
  std::uint32_t context_;
  const Clock* clock_;
  std::map<std::int64_t, std::weak_ptr<const Entry>> contents_;  // shared between the views of different users
  struct Kept {
    std::shared_ptr<const View> view;
    std::uint64_t used{};
  };
  std::map<std::uint32_t, Kept> views_;
  std::uint64_t uses_ = 0;
};

// All contexts of one installation. Thread-safe.
class Directories {
 public:
  // path: a folder, made if missing, mode 0700.
  static Result<std::shared_ptr<Directories>> create(std::string path, Installation installation,
                                                     const Clock& clock = system_clock());
  Result<std::shared_ptr<Directory>> of(std::uint32_t context);
  const Installation& installation() const { return installation_; }

 private:
  Directories(std::string path, Installation installation, const Clock& clock)
      : path_(std::move(path)), installation_(std::move(installation)), clock_(&clock) {}

  std::mutex mutex_;
  std::string path_;
  Installation installation_;
  const Clock* clock_;
  std::map<std::uint32_t, std::shared_ptr<Directory>> open_;
};

}  // namespace oxb::directory
