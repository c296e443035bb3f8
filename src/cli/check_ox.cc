// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends.h"
#include "backend/ox/capabilities.h"
#include "cli/check.h"
#include "format/oxjson/envelope.h"
#include "format/oxjson/json.h"
#include "net/url_parts.h"

#include <ctime>

namespace oxb::cli {
namespace {

constexpr std::chrono::minutes kClockDifference{2};
constexpr backend::ox::Release kOldestTested{7, 10, 6};

// What a refused sign-in means, by the code or the words in its error.
struct Refusal {
  std::string_view mark;
  std::string_view meaning;
  std::string_view mend;
};
constexpr Refusal kRefusals[] = {
    {"LGI-0006", "user name or password is wrong",
     "try the same login in App Suite; ox.login says how the login is made from what the user types"},
    {"LGI-0001", "the account is locked", "unlock the user or his context on the Open-Xchange server"},
    {"SES-0204", "the context is locked", "enable the context on the Open-Xchange server"},
    {"LGI-0011", "the password has expired", "let the user set a new password in App Suite"},
    {"LGI-0013", "the user is not active", "activate the user on the Open-Xchange server"},
    {"LGI-0014", "clients like this one are not permitted",
     "permit the client id \"oxbridge\" on the Open-Xchange server"},
    {"LGI-0016", "the server sends this user to another one",
     "let ox.url name the server where this user's context lives"},
    {"LGI-0024", "signing in is switched off there", "enable authentication on the Open-Xchange server"},
    {"LGI-002", "too many logins at once or wrong passwords before", "wait some minutes and try again"},
    {"HTTP 429", "too many wrong passwords before", "wait some minutes and try again"},
    {"SES-0", "too many sessions", "raise the session limits of the Open-Xchange server, or let old sessions end"},
    {"CTX-0007", "the server is in maintenance (schema update)", "wait until the update has ended"},
    {"SVL-0016", "no permission for a module", "give the user the modules contacts, calendar and tasks"},
    {"HTTP 503", "the server is in maintenance or overloaded", "wait, or look at the server's log"},
    {"second factor", "the account wants a second factor", "use an application password"},
    {"no chronos", "the release is too old", "Open-Xchange 7.10 or newer is needed"},
};

Refusal meaning_of(const Error& error) {
  for (const auto& row : kRefusals)
    if (error.what.find(row.mark) != std::string::npos) return row;
  if (error.code == Errc::unauthenticated)
    return {{}, "the server refused the login", "try the same login in App Suite"};
  if (error.code == Errc::access_denied)
    return {{}, "the server denies this user access", "look at the user's permissions on the Open-Xchange server"};
  return {{}, "signing in did not work", "look at the Open-Xchange server's log"};
}

std::optional<Instant> date_of(const net::HttpResponse& response) {
  std::tm fields{};
  const std::string text(response.headers.get("Date"));
  if (text.empty() || ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &fields) == nullptr) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(timegm(&fields)) * 1000);
}

// A login without name and password: Open-Xchange answers with an error object, whatever else answers does not.
Result<net::HttpResponse> knock(net::EventLoop& loop, net::HttpClient& http, const std::string& url) {
  for (const std::string_view prefix : {"/appsuite/api/", "/ajax/"}) {
    net::HttpCall call;
    call.method = "POST";
    call.url = fmt::format("{}{}login?action=login", url, prefix);
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    call.body = to_bytes(std::string_view("client=oxbridge"));
    call.answer_bytes = 1U << 20;
    OXB_TRY(auto response, loop.run(http.call(std::move(call), step_wait())));
    if (response.status != 404 || prefix == "/ajax/") return response;
  }
  return fail(Errc::internal, "no prefix");
}

bool is_ox_answer(const net::HttpResponse& response) {
  auto value = oxjson::parse(as_text(response.body));
  if (!value) return false;
  const auto answer = oxjson::answer_of(std::move(*value));
  return answer && answer->error && !answer->error->code.empty();
}

}  // namespace

void Check::open_xchange() {
  if (!reach_ox() || !ask_ox()) {
    if (!options_.user.empty()) refused_ = "Open-Xchange cannot be asked";
    return;
  }
  if (options_.user.empty()) return list_.skipped("OX: login", "no --user");
  sign_in();
  if (account_) look_at_account();
}

bool Check::reach_ox() {
  const auto& ox = config_->ox;
  const auto url = net::url_parts(ox.url);
  const bool plain = url.scheme == "http";
  if (plain && !app::is_local(url.host)) {
    constexpr auto kDetail = "passwords would travel unencrypted";
    if (!ox.allow_plaintext) {
      list_.failure("OX: address", kDetail, "let ox.url begin with https");
      return false;
    }
    list_.warning("OX: address", kDetail, "let ox.url begin with https, and remove ox.allow_plaintext");
  }
  if (ox.proxy.mode == net::ProxySettings::Mode::system) {
    list_.skipped("OX: connection", "goes through the proxy of the environment");
    return true;
  }
  if (ox.proxy.mode == net::ProxySettings::Mode::fixed) {
    NetworkCheck proxy(loop_, list_, {"OX proxy", ox.proxy.host, ox.proxy.port, {}, true, "ox.proxy", "ox.ca_file"});
    return proxy.connect() != nullptr;
  }
  NetworkCheck network(loop_, list_, {"OX", url.host, url.port, ox.ca_file, ox.verify, "ox.url", "ox.ca_file"});
  return (plain ? network.connect() : network.connect_tls()) != nullptr;
}

bool Check::ask_ox() {
  constexpr auto kStep = "OX: API";
  const auto http = net::HttpClient::create(loop_.executor(), app::http_options(config_->ox));
  if (!http) {
    list_.failure(kStep, http.error().what, "correct ox.ca_file");
    return false;
  }
  const auto answer = knock(loop_, **http, config_->ox.url);
  constexpr auto kWrongServer =
      "let ox.url name the server itself, without a path, and see that /appsuite/api/ is passed on";
  if (!answer) {
    list_.failure(kStep, answer.error().what,
                  "look at the Open-Xchange server's log and at what stands before it; is ox.url the right server?");
    return false;
  }
  if (answer->status == 503 || answer->status == 502 || answer->status == 504) {
    list_.failure(kStep, fmt::format("in maintenance, starting, or overloaded (HTTP {})", answer->status),
                  "wait, or look at the server's log");
    return false;
  }
  if (answer->status >= 300 && answer->status < 400) {
    list_.failure(kStep, fmt::format("leads elsewhere: {}", answer->headers.get("Location")),
                  "redirects are not followed: put the right address into ox.url");
    return false;
  }
  if (!is_ox_answer(*answer)) {
    list_.failure(kStep, fmt::format("answers with HTTP {}, but not as Open-Xchange does", answer->status),
                  kWrongServer);
    return false;
  }
  list_.good(kStep, "answers as Open-Xchange does");
  compare_clocks(*answer);
  return true;
}

void Check::compare_clocks(const net::HttpResponse& response) {
  const auto there = date_of(response);
  if (!there) return list_.skipped("OX: clock", "the server does not say its time");
  const auto difference = std::chrono::duration_cast<std::chrono::seconds>(*there - system_clock().now());
  if (std::chrono::abs(difference) > kClockDifference)
    return list_.warning("OX: clock",
                         fmt::format("the server is {} seconds {}", std::chrono::abs(difference).count(),
                                     difference.count() > 0 ? "ahead" : "behind"),
                         "let both machines set their clocks by NTP");
  list_.good("OX: clock", "agrees with this machine's");
}

void Check::sign_in() {
  constexpr auto kStep = "OX: login";
  const auto backend = app::make_backend(loop_, *config_);
  if (!backend) return list_.failure(kStep, backend.error().what, "correct the section [ox]");
  model::Credentials credentials;
  credentials.login = options_.user;
  credentials.secret = options_.password;
  auto account = loop_.run((*backend)->sign_in(credentials, step_wait()));
  if (!account) {
    const auto refusal = meaning_of(account.error());
    list_.failure(kStep, fmt::format("{} ({})", refusal.meaning, account.error().what), refusal.mend);
    refused_ = "Open-Xchange did not accept the login";
    return;
  }
  account_ = std::move(*account);
  const auto& who = account_->principal();
  list_.good(kStep, fmt::format("user {} of context {}, {}", who.user, who.context, who.email));
}

void Check::look_at_account() {
  const auto& who = account_->principal();
  if (who.email.empty())
    list_.warning("OX: mail address", "the user has none", "give the user a primary mail address: Outlook needs one");
  if (who.server_version.empty())
    list_.warning("OX: release", "the server does not say it", "what the release can do is tried out; nothing to mend");
  else if (backend::ox::release_of(who.server_version) < kOldestTested)
    list_.warning("OX: release", who.server_version,
                  "7.10.6 is the oldest release this was made for: update the server");
  else
    list_.good("OX: release", who.server_version);
  const auto folders = loop_.run(account_->groupware().folders(step_wait()));
  if (!folders) return list_.failure("OX: folders", folders.error().what, "look at the Open-Xchange server's log");
  for (const auto& [kind, name] : {std::pair{model::FolderKind::calendar, "calendar"},
                                   {model::FolderKind::contacts, "contacts"},
                                   {model::FolderKind::tasks, "tasks"}}) {
    const auto count = std::count_if(folders->begin(), folders->end(),
                                     [wanted = kind](const auto& each) { return each.kind == wanted; });
    const auto step = fmt::format("OX: {}", name);
    if (count == 0)
      list_.warning(step, "the user has no such folder", fmt::format("give the user the module {}", name));
    else
      list_.good(step, fmt::format("{} folder{}", count, count == 1 ? "" : "s"));
  }
}

}  // namespace oxb::cli
