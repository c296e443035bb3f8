// SPDX-License-Identifier: GPL-3.0-or-later
// A server of release 7.10.3, played from a script: its API only under /ajax/, ids as numbers, JavaScript as content
// type, no address books, fewer contact columns, no tombstone setting. And answers that no server should give.
#include "backend/ox/backend.h"
#include "base/text.h"
#include "net/event_loop.h"
#include "net/http_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <mutex>

namespace oxb::backend::ox {
namespace {

namespace json = boost::json;

Wait soon() { return Wait::upto(std::chrono::seconds(20)); }

class OldRelease : public testing::Test {
 protected:
  OldRelease() {
    server_ =
        net::HttpServer::listen(loop_.executor(), "127.0.0.1", 0, nullptr, {}, [this](net::HttpExchange& exchange) {
          return handle(this, exchange);
        }).value();
    http_ = net::HttpClient::create(loop_.executor(), {}).value();
    Options options;
    options.url = "http://127.0.0.1:" + std::to_string(server_->port());
    options.call_time = std::chrono::seconds(5);
    backend_ = make_backend(loop_.executor(), http_, options);
    http_.reset();
  }
  ~OldRelease() override {
    if (account_) {
      run([](Account& a) -> Task<bool> {
        co_await a.sign_out(soon());
        co_return true;
      }(*account_));
    }
    account_.reset();
    backend_.reset();
    loop_.run(server_->stop(soon()));
  }
  template <class T>
  T run(Task<T> task) {
    return loop_.run(std::move(task));
  }
  std::vector<model::Folder> folders_seen() {
    auto folders = run(account().groupware().folders(soon()));
    if (!folders) throw std::runtime_error(folders.error().what);
    return std::move(*folders);
  }
  Account& account() {
    model::Credentials credentials;
    credentials.login = "anton";
    credentials.secret = Secret("secret");
    if (!account_) account_ = run(backend_->sign_in(credentials, soon())).value();
    return *account_;
  }

  static Task<void> handle(OldRelease* self, net::HttpExchange& exchange) {
    auto response = self->answer(exchange.request());
    (void)co_await exchange.respond(std::move(response));
  }

  net::HttpResponse answer(const net::HttpRequest& request) {
    const std::scoped_lock lock(mutex_);
    if (!request.path.starts_with("/ajax/")) return net::HttpResponse::text(404, "no such page");
    const auto module = request.path.substr(6);
    const auto* action = request.parameter("action");
    if (module == "login" && action != nullptr && *action == "logout") return net::HttpResponse::text(200, "");
    if (module == "login") {
      auto out = text(R"({"session":"s1","user":"anton","user_id":3,"context_id":1,"locale":"de_DE"})");
      out.headers.add("Set-Cookie", "open-xchange-secret-x=abc; path=/");
      return out;
    }
    if (request.cookie("open-xchange-secret-x") != "abc")
      return text(R"({"error":"x","code":"SES-0203","category":4})");
    if (module == "multiple") {
      json::array out;
      const auto elements = json::parse(as_text(request.body));
      for (const auto& element : elements.as_array()) {
        const auto& object = element.as_object();
        const auto* columns = object.if_contains("columns");
        out.push_back(one(std::string(object.at("module").as_string()), std::string(object.at("action").as_string()),
                          columns == nullptr ? "" : std::string(columns->as_string()), object));
      }
      return text(json::serialize(out));
    }
    json::object parameters;
    for (const auto& [name, value] : request.query) parameters[name] = value;
    if (!request.body.empty()) parameters["data"] = json::parse(as_text(request.body));
    const auto* columns = request.parameter("columns");
    return text(
        json::serialize(one(module, action == nullptr ? "" : *action, columns == nullptr ? "" : *columns, parameters)));
  }

  static net::HttpResponse text(std::string_view body) {
    return net::HttpResponse::text(200, body, "text/javascript; charset=UTF-8");
  }
  static json::value error(const char* code, int category) {
    return json::object{{"error", "x"}, {"code", code}, {"category", category}};
  }

  json::value one(const std::string& module, const std::string& action, const std::string& columns,
                  const json::object& in) {
    calls_.push_back(module + "/" + action);
    if (const auto it = settings_.find(module); it != settings_.end()) return it->second;
    if (module == "user/me") return error("SVL-0021", 8);
    if (module == "user" && action == "get") {
      return json::parse(R"({"data":{"id":3,"display_name":"Anton Alpha","email1":"anton@old.test","login_info":"anton",
        "aliases":["anton@old.test"],"timezone":"Europe/Berlin","locale":"de_DE","contact_id":2}})");
    }
    if (module == "config/serverVersion") return json::object{{"data", "7.10.3-Rev12"}};
    if (module == "config/folder/contacts") return json::object{{"data", 32}};
    if (module.starts_with("config/")) return error("USS-0004", 8);
    if (module == "folders") return folders(std::string(in.at("content_type").as_string()), columns);
    if (module == "contacts" || module == "addressbooks") return contacts(module, action, columns, in);
    return error("SVL-0007", 1);
  }

  static json::array row(const std::string& columns, const std::map<int, json::value>& values, int highest) {
    json::array out;
    for (std::string_view rest = columns; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      const int number = std::stoi(std::string(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (number > highest) continue;  // unknown columns are left out of the row
      const auto it = values.find(number);
      out.push_back(it == values.end() ? json::value(nullptr) : it->second);
    }
    return out;
  }

  json::value folders(const std::string& type, const std::string& columns) {
    if (type == "addressdata") return error("FLD-1018", 8);
    if (type != "contacts") return json::object{{"data", json::object{}}};
    const auto folder = row(columns,
                            {{1, "32"},
                             {20, "1"},
                             {300, "Kontakte"},
                             {301, "contacts"},
                             {302, 1},
                             {305, 403710016},
                             {308, true},
                             {316, 3},
                             {314, true}},
                            99999);
    json::array rows;
    rows.emplace_back(folder);
    return json::object{{"data", json::object{{"private", std::move(rows)}}}};
  }

  json::value contacts(const std::string& module, const std::string& action, const std::string& columns,
                       const json::object& in) {
    if (module == "addressbooks") return error("SVL-0007", 1);
    const auto contact = [&](std::int64_t id, std::int64_t stamp) {
      return row(columns, {{1, id}, {6, stamp}, {20, 32}, {500, "Anna"}}, highest_);
    };
    if (action == "all")
      return json::object{{"data", json::array{contact(5, 1000), contact(6, 2000)}}, {"timestamp", 2000}};
    if (action == "list")
      return json::object{
          {"data", broken_.is_null() ? json::value(json::array{contact(5, 1000), contact(6, 2000)}) : broken_}};
    if (action == "updates") {
      EXPECT_EQ(in.at("folder").as_string(), "32");
      return json::object{{"data", json::array{contact(6, 2000), contact(7, 3000), 5}}, {"timestamp", 3000}};
    }
    return error("SVL-0021", 8);
  }

  net::EventLoop loop_{2, 1};
  std::mutex mutex_;
  std::vector<std::string> calls_;
  std::map<std::string, json::value> settings_;
  int highest_ = 606;  // contact columns from 607 on are unknown
  json::value broken_;
  std::unique_ptr<net::HttpServer> server_;
  std::shared_ptr<net::HttpClient> http_;
  std::shared_ptr<Backend> backend_;
  std::shared_ptr<Account> account_;
};

TEST_F(OldRelease, SignsInUnderTheOldPath) {
  const auto& who = account().principal();
  EXPECT_EQ(who.server_version, "7.10.3-Rev12");
  EXPECT_EQ(who.email, "anton@old.test");
  EXPECT_EQ(who.imap_login, "anton@old.test");
  EXPECT_EQ(who.locale, "de_DE");
  EXPECT_EQ(who.time_zone, "Europe/Berlin");
}

TEST_F(OldRelease, ContactsByPlainIdsNumbersAndFewerColumns) {
  const auto folders = folders_seen();
  ASSERT_EQ(folders.size(), 1U);
  EXPECT_EQ(folders[0].id.value, "32");
  EXPECT_EQ(folders[0].role, model::FolderRole::contacts);
  const auto first = run(account().groupware().changes(folders[0], {}, soon())).value();
  ASSERT_EQ(first.changed.size(), 2U);
  EXPECT_EQ(id_of(first.changed[0]).value, "5");
  EXPECT_EQ(std::get<model::Contact>(first.changed[0])[model::ContactField::display_name], "Anna");
  const auto second = run(account().groupware().changes(folders[0], first.position, soon())).value();
  ASSERT_EQ(second.changed.size(), 1U);
  EXPECT_EQ(id_of(second.changed[0]).value, "7");
  EXPECT_EQ(second.deleted, std::vector<RemoteId>{RemoteId{"5"}});
}

TEST_F(OldRelease, RowsOfAnyOtherLengthAreNoAnswer) {
  const auto folders = folders_seen();
  highest_ = 500;
  EXPECT_EQ(run(account().groupware().changes(folders[0], {}, soon())).error().code, Errc::unavailable);
}

TEST_F(OldRelease, AnswersThatAreNoListsAreErrors) {
  const auto folders = folders_seen();
  for (const auto* text : {"{}", "17", "\"x\"", "[1]", "[[]]", "[{}]", "[null]"}) {
    broken_ = json::parse(text);
    EXPECT_FALSE(run(account().groupware().changes(folders[0], {}, soon()))) << text;
  }
}

// A setting of a module that the user may not use is the text "null" (seen with 8.19).
TEST_F(OldRelease, SettingsOfModulesThatTheUserLacksNameNoFolder) {
  settings_["config/folder/contacts"] = json::object{{"data", "null"}};
  const auto folders = folders_seen();
  ASSERT_EQ(folders.size(), 1U);
  EXPECT_EQ(folders[0].role, model::FolderRole::contacts);  // by the folder's own mark
}

TEST_F(OldRelease, AFactThatCannotBeHadNowMakesNoAccount) {
  settings_["config/folder/contacts"] = error("SRV-0001", 4);
  model::Credentials credentials;
  credentials.login = "anton";
  credentials.secret = Secret("secret");
  EXPECT_EQ(run(backend_->sign_in(credentials, soon())).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace oxb::backend::ox
