// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/fake_server.h"
#include "tests/contract/groupware_world.h"

#include <gtest/gtest.h>

namespace oxb::backend::contract {
namespace {

using model::ContactField, model::FolderKind, model::FolderRole;

FolderRole role_of(FolderKind kind) {
  if (kind == FolderKind::calendar) return FolderRole::calendar;
  return kind == FolderKind::contacts ? FolderRole::contacts : FolderRole::tasks;
}

Item titled(Item item, const std::string& title) {
  if (auto* series = std::get_if<model::Series>(&item)) series->master->summary = title;
  if (auto* contact = std::get_if<model::Contact>(&item)) (*contact)[ContactField::display_name] = title;
  if (auto* task = std::get_if<model::Task>(&item)) task->title = title;
  return item;
}

Item new_item(FolderKind kind) {
  if (kind == FolderKind::contacts) return model::Contact{};
  if (kind == FolderKind::tasks) return model::Task{};
  model::Series series;
  series.master.emplace();
  series.master->start = {model::DateTime::Kind::utc, {2027, 1, 5}, 9, 0, 0, ""};
  series.master->end = {model::DateTime::Kind::utc, {2027, 1, 5}, 10, 0, 0, ""};
  return series;
}

class FakeWorld final : public GroupwareWorld {
 public:
  FakeWorld() {
    fake::User one;
    one.password = "anton-secret";
    one.aliases = {"anton.alias@example.test"};
    anton_ = server_.add_user(one);
    fake::User two;
    two.id = 4;
    two.login = "berta";
    two.password = "berta-secret";
    two.display_name = "Berta Beispiel";
    two.email = "berta@example.test";
    berta_ = server_.add_user(two);
  }
  net::EventLoop& loop() override { return loop_; }
  std::shared_ptr<Backend> backend() override { return server_.backend(); }

  std::string add(FolderKind kind, const std::string& title) override {
    return server_.put(anton_, folder(kind), titled(new_item(kind), title)).value;
  }
  void rename(FolderKind kind, const std::string& id, const std::string& title) override {
    server_.put(anton_, folder(kind), titled(*server_.item(anton_, folder(kind), RemoteId{id}), title));
  }
  void remove(FolderKind kind, const std::string& id) override { server_.remove(anton_, folder(kind), RemoteId{id}); }
  void share(FolderKind kind) override {
    model::Rights reader;
    reader.folder = model::Rights::FolderLevel::visible;
    reader.read = model::Rights::ItemLevel::all;
    server_.share(anton_, folder(kind), berta_, reader);
  }
  void unshare(FolderKind kind) override { server_.unshare(anton_, folder(kind), berta_); }
  void end_sessions() override { server_.expire_sessions(anton_); }
  void change_password() override { server_.set_password(anton_, "changed"); }
  void set_down(bool down) override { server_.set_unavailable(down); }
  void lose_next_answer() override { server_.cut_next(""); }
  void lose_answer_to_create(FolderKind) override { server_.cut_next("write.item.create"); }
  void fill_quota_once(FolderKind) override { server_.fail_next("write.item.create", Errc::quota); }
  std::int64_t scheduling_mails() override { return 0; }

 private:
  RemoteId folder(FolderKind kind) const { return server_.folder(anton_, role_of(kind)); }

  net::EventLoop loop_{2, 1};
  fake::Server server_;
  fake::UserHandle anton_, berta_;
};

}  // namespace

std::unique_ptr<GroupwareWorld> make_fake_world() { return std::make_unique<FakeWorld>(); }

}  // namespace oxb::backend::contract
