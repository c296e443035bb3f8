// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/groupware_world.h"
#include "tests/support/ox_box.h"

#include <boost/json.hpp>

namespace oxb::backend::contract {
namespace {

namespace json = boost::json;
using model::FolderKind, model::FolderRole;
using ox::Request;

constexpr const char* kFuture = "9999999999999";

class BoxWorld final : public GroupwareWorld {
 public:
  BoxWorld() : writer_(box_.client("anton")) {
    const auto account = box_.sign_in("anton");
    const auto folders = box_.run(account->groupware().folders(soon())).value();
    calendar_ = ox::test::folder_of(folders, FolderRole::calendar).id.value;
    contacts_ = ox::test::folder_of(folders, FolderRole::contacts).id.value;
    tasks_ = ox::test::folder_of(folders, FolderRole::tasks).id.value;
  }
  net::EventLoop& loop() override { return box_.loop(); }
  std::shared_ptr<Backend> backend() override { return box_.backend(); }

  std::string add(FolderKind kind, const std::string& title) override {
    if (kind == FolderKind::calendar) {
      const json::object body{{"summary", title},
                              {"startDate", json::object{{"value", "20270105T090000Z"}}},
                              {"endDate", json::object{{"value", "20270105T100000Z"}}}};
      const auto data = box_.write(writer_, {"chronos", "new", {{"folder", calendar_}}, json::value(body)});
      return std::string(data.at("created").at(0).at("id").as_string());
    }
    if (kind == FolderKind::contacts) {
      const json::object body{{"folder_id", contacts_}, {"display_name", title}};
      const auto data = box_.write(writer_, {"addressbooks", "new", {}, json::value(body)});
      return std::string(data.at("id").as_string());
    }
    const json::object body{{"folder_id", std::stoi(tasks_)}, {"title", title}};
    const auto data = box_.write(writer_, {"tasks", "new", {}, json::value(body)});
    return std::to_string(data.at("id").to_number<std::int64_t>());
  }

  void rename(FolderKind kind, const std::string& id, const std::string& title) override {
    const std::vector<std::pair<std::string, std::string>> where = {
        {"folder", folder(kind)}, {"id", id}, {"timestamp", kFuture}};
    if (kind == FolderKind::calendar) {
      const json::object body{{"event", json::object{{"summary", title}}}};
      box_.write(writer_, {"chronos", "update", where, json::value(body)});
    } else {
      const json::object body{{kind == FolderKind::contacts ? "display_name" : "title", title}};
      box_.write(writer_, {module(kind), "update", where, json::value(body)});
    }
  }

  void remove(FolderKind kind, const std::string& id) override {
    json::object one{{"folder", folder(kind)}, {"id", id}};
    if (kind == FolderKind::tasks) one = {{"folder", std::stoi(tasks_)}, {"id", std::stoi(id)}};
    box_.write(writer_, {module(kind), "delete", {{"timestamp", kFuture}}, json::value(json::array{one})});
  }

  void share(FolderKind kind) override { permit(kind, 257); }
  void unshare(FolderKind kind) override { permit(kind, 0); }
  void end_sessions() override {
    sandbox::Fault fault;
    fault.kind = sandbox::FaultKind::stale_session;
    fault.remaining = 1;
    box_.fault(fault);
  }
  void change_password() override {
    box_.server().with_sandbox([](sandbox::Sandbox& sandbox) {
      sandbox.db().query("UPDATE user SET password = 'changed' WHERE context = 1 AND id = 3").next();
    });
  }
  void set_down(bool down) override {
    box_.clear_faults();
    if (!down) return;
    sandbox::Fault fault;
    fault.kind = sandbox::FaultKind::status;
    fault.status = 503;
    box_.fault(fault);
  }
  void lose_next_answer() override {
    sandbox::Fault fault;
    fault.kind = sandbox::FaultKind::truncate;
    fault.remaining = 1;
    box_.fault(fault);
  }
  void lose_answer_to_create(FolderKind kind) override { fault_at_create(kind, sandbox::FaultKind::drop_after, ""); }
  void fill_quota_once(FolderKind kind) override { fault_at_create(kind, sandbox::FaultKind::error, "QUOTA-0003"); }
  std::int64_t scheduling_mails() override {
    return json::parse(box_.counters()).at("mails").at("total").to_number<std::int64_t>();
  }

 private:
  void fault_at_create(FolderKind kind, sandbox::FaultKind what, const std::string& code) {
    sandbox::Fault fault;
    fault.kind = what;
    fault.code = code;
    fault.remaining = 1;
    fault.module = module(kind);
    fault.action = "new";
    box_.fault(fault);
  }
  static std::string module(FolderKind kind) {
    if (kind == FolderKind::calendar) return "chronos";
    return kind == FolderKind::contacts ? "addressbooks" : "tasks";
  }
  const std::string& folder(FolderKind kind) const {
    if (kind == FolderKind::calendar) return calendar_;
    return kind == FolderKind::contacts ? contacts_ : tasks_;
  }
  void permit(FolderKind kind, std::uint32_t bits) {
    json::array permissions{json::object{{"entity", 3}, {"group", false}, {"bits", 403710016}}};
    if (bits != 0) permissions.push_back(json::object{{"entity", 4}, {"group", false}, {"bits", bits}});
    const json::object body{{"folder", json::object{{"permissions", std::move(permissions)}}}};
    box_.write(writer_, {"folders", "update", {{"id", folder(kind)}}, json::value(body)});
  }

  ox::test::Box box_;
  std::shared_ptr<ox::Session> writer_;
  std::string calendar_, contacts_, tasks_;
};

}  // namespace

std::unique_ptr<GroupwareWorld> make_box_world() { return std::make_unique<BoxWorld>(); }

}  // namespace oxb::backend::contract
