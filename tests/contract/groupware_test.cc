// SPDX-License-Identifier: GPL-3.0-or-later
// What every groupware backend promises (backend/connector.h), asked of the in-memory server and of the Open-Xchange
// connector.
#include "tests/contract/groupware_world.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace oxb::backend::contract {
namespace {

using model::FolderKind, model::FolderRole;

struct Case {
  const char* name;
  std::unique_ptr<GroupwareWorld> (*make)();
  FolderKind kind;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::string title_of(const Item& item) {
  if (const auto* series = std::get_if<model::Series>(&item)) return series->master->summary;
  if (const auto* contact = std::get_if<model::Contact>(&item)) return (*contact)[model::ContactField::display_name];
  return std::get<model::Task>(item).title;
}

class Groupware_ : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    world = GetParam().make();
    kind = GetParam().kind;
    account = sign_in("anton");
    folder = default_folder(*account);
  }
  void TearDown() override {
    if (world) world->set_down(false);
    account.reset();
  }

  template <class T>
  T run(Task<T> task) {
    return world->loop().run(std::move(task));
  }
  Result<std::shared_ptr<Account>> try_sign_in(const std::string& login, const std::string& password) {
    model::Credentials credentials;
    credentials.login = login;
    credentials.secret = Secret(password);
    const auto backend = world->backend();
    return run(backend->sign_in(credentials, soon()));
  }
  std::shared_ptr<Account> sign_in(const std::string& login) { return try_sign_in(login, login + "-secret").value(); }
  model::Folder default_folder(Account& of) {
    const auto role = kind == FolderKind::calendar   ? FolderRole::calendar
                      : kind == FolderKind::contacts ? FolderRole::contacts
                                                     : FolderRole::tasks;
    const auto folders = run(of.groupware().folders(soon())).value();
    for (const auto& f : folders) {
      if (f.role == role) return f;
    }
    throw std::runtime_error("no default folder");
  }
  Result<ItemChanges> try_read(const model::Position& since = {}) {
    return run(account->groupware().changes(folder, since, soon()));
  }
  ItemChanges read(const model::Position& since = {}) {
    auto changes = try_read(since);
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static std::vector<std::string> ids(const ItemChanges& changes) {
    std::vector<std::string> out;
    for (const auto& item : changes.changed) out.push_back(id_of(item).value);
    std::sort(out.begin(), out.end());
    return out;
  }
  static bool has(const std::vector<RemoteId>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), RemoteId{id}) != list.end();
  }

  std::unique_ptr<GroupwareWorld> world;
  FolderKind kind{};
  std::shared_ptr<Account> account;
  model::Folder folder;
};

TEST_P(Groupware_, SignInFormsOfOneUserMeet) {
  for (const auto* login : {"anton", "anton@example.test", "anton@1"}) {
    const auto other = try_sign_in(login, "anton-secret");
    ASSERT_TRUE(other) << login;
    EXPECT_EQ((*other)->principal().context, account->principal().context);
    EXPECT_EQ((*other)->principal().user, account->principal().user);
    EXPECT_EQ((*other)->principal().email, "anton@example.test");
    EXPECT_EQ((*other)->principal().display_name, "Anton Alpha");
  }
}

TEST_P(Groupware_, RefusedCredentials) {
  EXPECT_EQ(try_sign_in("anton", "wrong").error().code, Errc::unauthenticated);
  EXPECT_EQ(try_sign_in("nobody", "anton-secret").error().code, Errc::unauthenticated);
  EXPECT_EQ(try_sign_in("anton", "").error().code, Errc::unauthenticated);
}

TEST_P(Groupware_, TheDefaultFolderBelongsToTheUser) {
  EXPECT_EQ(folder.own_rights, model::full_rights());
  EXPECT_EQ(folder.scope, model::FolderScope::own);
  EXPECT_EQ(folder.kind, kind);
  EXPECT_TRUE(folder.supports_changes);
  EXPECT_FALSE(folder.name.empty());
}

TEST_P(Groupware_, TheFirstReadingIsTheWholeFolder) {
  auto changes = read();
  EXPECT_TRUE(changes.complete);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.deleted.empty());
  EXPECT_FALSE(changes.position.value.empty());
  const auto a = world->add(kind, "A"), b = world->add(kind, "B");
  changes = read();
  EXPECT_TRUE(changes.complete);
  auto wanted = std::vector<std::string>{a, b};
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(ids(changes), wanted);
}

TEST_P(Groupware_, LaterReadingsBringWhatIsNewOrChanged) {
  const auto a = world->add(kind, "A");
  const auto first = read();
  const auto b = world->add(kind, "B");
  const auto second = read(first.position);
  EXPECT_FALSE(second.complete);
  EXPECT_EQ(ids(second), std::vector<std::string>{b});
  world->rename(kind, a, "A2");
  const auto third = read(second.position);
  ASSERT_EQ(ids(third), std::vector<std::string>{a});
  EXPECT_EQ(title_of(third.changed[0]), "A2");
  EXPECT_NE(version_of(third.changed[0]), version_of(first.changed[0]));
}

TEST_P(Groupware_, NothingHappened) {
  world->add(kind, "A");
  auto changes = read();
  for (int i = 0; i < 3; ++i) {
    changes = read(changes.position);
    EXPECT_FALSE(changes.complete);
    EXPECT_TRUE(changes.changed.empty());
    EXPECT_TRUE(changes.deleted.empty());
  }
}

TEST_P(Groupware_, DeletionsAreProven) {
  const auto a = world->add(kind, "A"), b = world->add(kind, "B");
  auto changes = read();
  world->remove(kind, a);
  changes = read(changes.position);
  EXPECT_TRUE(has(changes.deleted, a));
  EXPECT_FALSE(has(changes.deleted, b));
  EXPECT_TRUE(changes.changed.empty());
}

TEST_P(Groupware_, ADeletionAndAChangeAtOnce) {
  const auto a = world->add(kind, "A"), b = world->add(kind, "B");
  auto changes = read();
  world->rename(kind, b, "B2");
  world->remove(kind, a);
  changes = read(changes.position);
  EXPECT_TRUE(has(changes.deleted, a));
  EXPECT_EQ(ids(changes), std::vector<std::string>{b});
}

TEST_P(Groupware_, TheLastItemGoes) {
  const auto a = world->add(kind, "A");
  auto changes = read();
  world->remove(kind, a);
  changes = read(changes.position);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.complete || has(changes.deleted, a));
}

TEST_P(Groupware_, MadeAndDeletedBetweenTwoReadings) {
  world->add(kind, "stays");
  auto changes = read();
  const auto a = world->add(kind, "A");
  world->remove(kind, a);
  changes = read(changes.position);
  EXPECT_TRUE(changes.changed.empty());
}

TEST_P(Groupware_, APositionMayBeUsedAgain) {
  const auto first = read();
  const auto a = world->add(kind, "A");
  EXPECT_EQ(ids(read(first.position)), std::vector<std::string>{a});
  EXPECT_EQ(ids(read(first.position)), std::vector<std::string>{a});
}

TEST_P(Groupware_, ExistingAnswersForAll) {
  const auto a = world->add(kind, "A"), b = world->add(kind, "B");
  world->remove(kind, a);
  auto& groupware = account->groupware();
  EXPECT_EQ(run(groupware.existing(folder, {RemoteId{a}, RemoteId{b}, RemoteId{"99999"}}, soon())).value(),
            std::vector<RemoteId>{RemoteId{b}});
  EXPECT_TRUE(run(groupware.existing(folder, {}, soon())).value().empty());
}

TEST_P(Groupware_, ItemsComeInTheOrderAsked) {
  const auto a = world->add(kind, "A"), b = world->add(kind, "B");
  const auto items =
      run(account->groupware().items(folder, {RemoteId{b}, RemoteId{"99999"}, RemoteId{a}}, soon())).value();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(title_of(*items[0]), "B");
  EXPECT_EQ(items[1].error().code, Errc::not_found);
  EXPECT_EQ(title_of(*items[2]), "A");
}

TEST_P(Groupware_, AFolderThatIsNotThere) {
  auto nowhere = folder;
  nowhere.id.value = kind == FolderKind::calendar   ? "cal://0/99999"
                     : kind == FolderKind::contacts ? "con://0/99999"
                                                    : "99999";
  const auto result = run(account->groupware().changes(nowhere, {}, soon()));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().code == Errc::not_found || result.error().code == Errc::access_denied)
      << result.error().what;
}

TEST_P(Groupware_, SharedFoldersCarryTheirOwner) {
  const auto a = world->add(kind, "A");
  world->share(kind);
  const auto berta = sign_in("berta");
  const auto folders = run(berta->groupware().folders(soon())).value();
  const auto it = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.id == folder.id; });
  ASSERT_NE(it, folders.end());
  EXPECT_EQ(it->scope, model::FolderScope::shared);
  EXPECT_EQ(it->owner.value, std::to_string(account->principal().user));
  EXPECT_EQ(it->owner_name, "Anton Alpha");
  EXPECT_EQ(it->role, FolderRole::none);
  EXPECT_EQ(it->own_rights.read, model::Rights::ItemLevel::all);
  EXPECT_EQ(it->own_rights.write, model::Rights::ItemLevel::none);
  EXPECT_EQ(ids(run(berta->groupware().changes(*it, {}, soon())).value()), std::vector<std::string>{a});
}

TEST_P(Groupware_, LostRightsAreAnErrorNotAnEmptyFolder) {
  world->add(kind, "A");
  world->share(kind);
  const auto berta = sign_in("berta");
  const auto before = run(berta->groupware().changes(folder, {}, soon())).value();
  world->unshare(kind);
  for (const auto& since : {model::Position{}, before.position}) {
    const auto result = run(berta->groupware().changes(folder, since, soon()));
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().code == Errc::not_found || result.error().code == Errc::access_denied)
        << result.error().what;
  }
}

TEST_P(Groupware_, AServerThatIsDown) {
  world->add(kind, "A");
  const auto first = read();
  world->set_down(true);
  EXPECT_EQ(try_read().error().code, Errc::unavailable);
  EXPECT_EQ(try_read(first.position).error().code, Errc::unavailable);
  EXPECT_EQ(run(account->groupware().folders(soon())).error().code, Errc::unavailable);
  EXPECT_EQ(run(account->groupware().existing(folder, {RemoteId{"1"}}, soon())).error().code, Errc::unavailable);
  EXPECT_EQ(run(account->address_book().entries(soon())).error().code, Errc::unavailable);
  EXPECT_EQ(try_sign_in("berta", "berta-secret").error().code, Errc::unavailable);
  world->set_down(false);
  EXPECT_TRUE(try_read(first.position));
}

TEST_P(Groupware_, ALostAnswerChangesNothing) {
  const auto first = read();
  const auto a = world->add(kind, "A");
  world->lose_next_answer();
  EXPECT_EQ(try_read(first.position).error().code, Errc::unavailable);
  EXPECT_EQ(ids(read(first.position)), std::vector<std::string>{a});
}

TEST_P(Groupware_, ASessionThatEndedIsRenewed) {
  const auto a = world->add(kind, "A");
  world->end_sessions();
  EXPECT_EQ(ids(read()), std::vector<std::string>{a});
}

TEST_P(Groupware_, ASessionThatEndedAndANewPassword) {
  world->change_password();
  world->end_sessions();
  EXPECT_EQ(try_read().error().code, Errc::unauthenticated);
  EXPECT_EQ(try_read().error().code, Errc::unauthenticated);
}

TEST_P(Groupware_, SignedOutMeansSignedOut) {
  run([](Account& a) -> Task<bool> {
    co_await a.sign_out(soon());
    co_return true;
  }(*account));
  EXPECT_EQ(try_read().error().code, Errc::unauthenticated);
}

TEST_P(Groupware_, NobodyWaitsLongerThanHeWants) {
  const auto past = Wait::upto(std::chrono::milliseconds(-1));
  const auto late = run(account->groupware().changes(folder, {}, past));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  CancelSource source;
  source.cancel();
  const auto cancelled =
      run(account->groupware().changes(folder, {}, Wait::upto(std::chrono::seconds(20), source.token())));
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
}

Task<Result<ItemChanges>> read_alone(std::shared_ptr<Account> account, model::Folder folder) {
  co_return co_await account->groupware().changes(folder, {}, soon());
}

TEST_P(Groupware_, CallsMayOverlap) {
  const auto a = world->add(kind, "A");
  std::vector<std::future<Result<ItemChanges>>> waiting;
  for (int i = 0; i < 6; ++i) {
    waiting.push_back(
        boost::asio::co_spawn(world->loop().make_strand(), read_alone(account, folder), boost::asio::use_future));
  }
  for (auto& one : waiting) EXPECT_EQ(ids(one.get().value()), std::vector<std::string>{a});
}

TEST_P(Groupware_, TheAddressBookHoldsTheUsers) {
  const auto entries = run(account->address_book().entries(soon())).value();
  for (const auto* email : {"anton@example.test", "berta@example.test"}) {
    EXPECT_TRUE(std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return entry.kind == model::DirectoryEntry::Kind::user && entry.email == email && !entry.display_name.empty();
    })) << email;
  }
}

INSTANTIATE_TEST_SUITE_P(Contract, Groupware_,
                         testing::Values(Case{"FakeCalendar", &make_fake_world, FolderKind::calendar},
                                         Case{"FakeContacts", &make_fake_world, FolderKind::contacts},
                                         Case{"FakeTasks", &make_fake_world, FolderKind::tasks},
                                         Case{"OxCalendar", &make_box_world, FolderKind::calendar},
                                         Case{"OxContacts", &make_box_world, FolderKind::contacts},
                                         Case{"OxTasks", &make_box_world, FolderKind::tasks}),
                         [](const testing::TestParamInfo<Case>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace oxb::backend::contract
