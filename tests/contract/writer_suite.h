// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Signed in as anton, with his default folder of one kind, on one of the servers.
#include "tests/contract/groupware_world.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace oxb::backend::contract {

struct WriterCase {
  const char* name;
  std::unique_ptr<GroupwareWorld> (*make)();
  model::FolderKind kind;
};
inline void PrintTo(const WriterCase& c, std::ostream* out) { *out << c.name; }

class WriterSuite : public testing::TestWithParam<WriterCase> {
 protected:
  void SetUp() override {
    world = GetParam().make();
    kind = GetParam().kind;
    account = sign_in("anton");
    folder = default_folder(*account);
  }
  void TearDown() override { account.reset(); }

  template <class T>
  T run(Task<T> task) {
    return world->loop().run(std::move(task));
  }
  std::shared_ptr<Account> sign_in(const std::string& login) {
    model::Credentials credentials;
    credentials.login = login;
    credentials.secret = Secret(login + "-secret");
    const auto backend = world->backend();
    return run(backend->sign_in(credentials, soon())).value();
  }
  std::vector<model::Folder> folders(Account& of) { return run(of.groupware().folders(soon())).value(); }
  model::Folder default_folder(Account& of) {
    using model::FolderKind, model::FolderRole;
    const auto role = kind == FolderKind::calendar   ? FolderRole::calendar
                      : kind == FolderKind::contacts ? FolderRole::contacts
                                                     : FolderRole::tasks;
    for (const auto& one : folders(of))
      if (one.role == role) return one;
    throw std::runtime_error("no default folder");
  }
  std::optional<model::Folder> folder_of(const RemoteId& id) {
    for (const auto& one : folders(*account))
      if (one.id == id) return one;
    return {};
  }
  model::Folder new_folder(const std::string& name) {
    const auto id = run(writer().create_folder({}, name, kind, soon()));
    if (!id) throw std::runtime_error(id.error().what);
    return *folder_of(*id);
  }

  GroupwareWriter& writer() { return account->groupware_writer(); }
  Result<Written> create(const Item& item) { return run(writer().create(folder, item, soon())); }
  Result<Written> update(const Item& before, const Item& after) {
    return run(writer().update(folder, before, after, soon()));
  }
  Result<Item> try_item(const model::Folder& where, const RemoteId& id) {
    return run(account->groupware().items(where, {id}, soon())).value().at(0);
  }
  Item item(const RemoteId& id) {
    auto found = try_item(folder, id);
    if (!found) throw std::runtime_error(found.error().what);
    return *found;
  }
  ItemChanges read(const model::Folder& where, const model::Position& since = {}) {
    auto changes = run(account->groupware().changes(where, since, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  std::size_t count(const model::Folder& where) { return read(where).changed.size(); }
  // As the server has it after it was written.
  Item made(const Item& wanted) {
    const auto written = create(wanted);
    if (!written) throw std::runtime_error(written.error().what);
    return item(written->id);
  }

  std::unique_ptr<GroupwareWorld> world;
  model::FolderKind kind{};
  std::shared_ptr<Account> account;
  model::Folder folder;
};

inline Written written(const Item& item) { return {id_of(item), version_of(item)}; }
inline model::DateTime utc(std::uint8_t day, std::uint8_t hour) {
  return {model::DateTime::Kind::utc, {2027, 1, day}, hour, 0, 0, ""};
}

}  // namespace oxb::backend::contract
