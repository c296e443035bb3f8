// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/account.h"

#include "backend/ox/template.h"
#include "base/log.h"
#include "format/oxjson/json.h"
#include "format/oxjson/principal.h"

#include <boost/json.hpp>

namespace oxb::backend::ox {
namespace {

// In the order of the answers.
enum class Fact : std::size_t {
  me,
  user,
  server_version,
  time_zone,
  calendar,
  contacts,
  tasks,
  collected,
  tombstones,
  inbox,
  drafts,
  sent,
  trash,
  spam,
  count_
};

std::vector<Request> fact_requests() {
  std::vector<Request> out;
  out.push_back({"user/me", "", {}, {}});
  out.push_back({"user", "get", {{"timezone", "UTC"}}, {}});
  for (const auto* path : {"serverVersion", "timezone", "folder/calendar", "folder/contacts", "folder/tasks",
                           "modules/mail/contactCollectFolder", "tombstoneCleanup/timespan", "mail/folder/inbox",
                           "mail/folder/drafts", "mail/folder/sent", "mail/folder/trash", "mail/folder/spam"}) {
    out.push_back({std::string("config/") + path, "", {}, {}});
  }
  return out;
}

std::string text_at(const std::vector<oxjson::Answer>& answers, Fact fact) {
  const auto& answer = answers[static_cast<std::size_t>(fact)];
  if (answer.error) return {};  // an old release without this setting
  auto text = oxjson::text_of(answer.data).value_or("");
  return text == "null" ? std::string() : text;  // spelled like this where the user lacks the module
}

// Facts that may be missing are, but nothing is built upon a server that cannot answer now.
Result<> all_asked(const std::vector<oxjson::Answer>& answers) {
  for (const auto& answer : answers) {
    if (answer.error && oxjson::errc_of(*answer.error) == Errc::unavailable) {
      return tl::unexpected(oxjson::to_error(*answer.error, "after login"));
    }
  }
  return {};
}

void add_role(std::map<std::string, model::FolderRole>& roles, const std::string& folder, model::FolderRole role) {
  if (!folder.empty() && folder != "0" && folder != "-1") roles.emplace(plain_id(folder), role);
}

Result<model::Principal> principal_of(const Session& session, const std::vector<oxjson::Answer>& answers) {
  const auto& user_answer = answers[static_cast<std::size_t>(Fact::user)];
  OXB_CHECK(require_good(user_answer, "user get"));
  if (!user_answer.data.is_object()) return fail(Errc::unavailable, "user get: not an object");
  auto entry = oxjson::user_of(user_answer.data.get_object());
  if (!entry) return fail(Errc::unavailable, "user get: " + entry.error().what);
  if (entry->id != session.user()) return fail(Errc::unavailable, "user get: another user than the one signed in");

  model::Principal out;
  const auto& options = session.options();
  out.backend = options.name.empty() ? options.url : options.name;
  out.context = session.context();
  out.user = session.user();
  out.login = entry->login;
  out.display_name = entry->display_name;
  out.email = entry->email;
  out.aliases = entry->aliases;
  oxjson::Reader in(user_answer.data.get_object());
  out.locale = in.text("locale");
  if (out.locale.empty()) out.locale = session.locale();
  out.time_zone = text_at(answers, Fact::time_zone);
  if (out.time_zone.empty()) out.time_zone = in.text("timezone");
  out.server_version = text_at(answers, Fact::server_version);

  auto values = login_values(session.credentials().login);
  values["email"] = out.email;
  values["user"] = std::to_string(out.user);
  values["context"] = std::to_string(out.context);
  values["mail_login"] = out.email;
  const auto& me = answers[static_cast<std::size_t>(Fact::me)];
  if (!me.error && me.data.is_object()) {
    oxjson::Reader mine(me.data.get_object());
    if (const auto login = mine.text("login_name"); !login.empty()) out.login = login;
    if (const auto login = mine.text("mail_login"); !login.empty()) values["mail_login"] = login;
  }
  values["ox_login"] = out.login;
  out.imap_login = expand(options.imap_login_template, values);
  return out;
}

Task<Result<SignedIn>> learn(std::shared_ptr<Session> session, Wait wait) {
  OXB_CO_TRY(const auto answers, co_await session->multiple(fact_requests(), wait));
  OXB_CO_CHECK(all_asked(answers));
  SignedIn out;
  OXB_CO_TRY(out.principal, principal_of(*session, answers));
  using model::FolderRole;
  add_role(out.roles, text_at(answers, Fact::calendar), FolderRole::calendar);
  add_role(out.roles, text_at(answers, Fact::contacts), FolderRole::contacts);
  add_role(out.roles, text_at(answers, Fact::tasks), FolderRole::tasks);
  add_role(out.roles, text_at(answers, Fact::collected), FolderRole::collected_addresses);
  for (const auto& [fact, role] : {std::pair{Fact::inbox, FolderRole::inbox},
                                   {Fact::drafts, FolderRole::drafts},
                                   {Fact::sent, FolderRole::sent},
                                   {Fact::trash, FolderRole::trash},
                                   {Fact::spam, FolderRole::junk}}) {
    const auto name = text_at(answers, fact);  // "default0/Sent Items"
    const auto slash = name.find('/');
    if (name.starts_with("default0") && slash != std::string::npos) out.mail_folders[role] = name.substr(slash + 1);
  }
  const auto& span = answers[static_cast<std::size_t>(Fact::tombstones)];
  // Releases that do not say how long they remember deletions keep them at least as long as the default is now.
  constexpr std::chrono::milliseconds kTwelveWeeks{7'257'600'000};
  const auto ms = span.error ? std::nullopt : oxjson::integer_of(span.data);
  out.context = {std::move(session), std::make_shared<Capabilities>(release_of(out.principal.server_version)),
                 ms && *ms > 0 ? std::chrono::milliseconds(*ms) : kTwelveWeeks};
  if (!out.context.capabilities->has(Feature::chronos)) {
    co_return fail(Errc::unsupported, "this Open-Xchange release has no chronos calendar (7.10 or newer is needed)");
  }
  co_return out;
}

class OxGroupware final : public Groupware {
 public:
  explicit OxGroupware(SignedIn signed_in)
      : context_(std::move(signed_in.context)), roles_(std::move(signed_in.roles)) {}

  Task<Result<std::vector<model::Folder>>> folders(Wait wait) override {
    return read_folders(context_, roles_, std::move(wait));
  }

  Task<Result<ItemChanges>> changes(const model::Folder& folder, const model::Position& since, Wait wait) override {
    if (hides_items(folder)) return nothing();
    if (folder.kind == model::FolderKind::calendar) return calendar::changes(context_, folder, since, std::move(wait));
    if (has_rows(folder)) return rows::changes(context_, folder, since, std::move(wait));
    return refuse<ItemChanges>(folder.id);
  }

  Task<Result<std::vector<RemoteId>>> existing(const model::Folder& folder, std::vector<RemoteId> ids,
                                               Wait wait) override {
    if (hides_items(folder)) return answer<std::vector<RemoteId>>({});
    if (folder.kind == model::FolderKind::calendar)
      return calendar::existing(context_, folder, std::move(ids), std::move(wait));
    if (has_rows(folder)) return rows::existing(context_, folder, std::move(ids), std::move(wait));
    return refuse<std::vector<RemoteId>>(folder.id);
  }

  Task<Result<std::vector<Result<Item>>>> items(const model::Folder& folder, std::vector<RemoteId> ids,
                                                Wait wait) override {
    if (hides_items(folder)) {
      return answer(std::vector<Result<Item>>(ids.size(), fail(Errc::not_found, "no right to read in this folder")));
    }
    if (folder.kind == model::FolderKind::calendar)
      return calendar::items(context_, folder, std::move(ids), std::move(wait));
    if (has_rows(folder)) return rows::items(context_, folder, std::move(ids), std::move(wait));
    return refuse<std::vector<Result<Item>>>(folder.id);
  }

  Task<Result<Bytes>> attachment(const model::Folder& folder, const RemoteId& item, const model::FileData& file,
                                 Wait wait) override {
    Request request;
    if (folder.kind == model::FolderKind::calendar) {
      if (file.id.value.empty()) return refuse<Bytes>(item);  // only a link
      request = {"chronos",
                 "getAttachment",
                 {{"id", item.value}, {"folder", folder.id.value}, {"managedId", file.id.value}},
                 {}};
    } else {
      const auto module = folder.kind == model::FolderKind::tasks ? "4" : "7";
      request = {
          "attachment",
          "document",
          {{"id", file.id.value}, {"attached", item.value}, {"folder", plain_id(folder.id.value)}, {"module", module}},
          {}};
    }
    return context_.session->download(std::move(request), std::move(wait));
  }

  Task<Result<Bytes>> picture(const model::Folder& folder, const model::Contact& contact, Wait wait) override {
    Request request{"contacts/picture", "get", {}, {}};
    request.parameters = {{"contact_id", contact.id.value}, {"folder_id", plain_id(folder.id.value)}};
    return context_.session->download(std::move(request), std::move(wait));
  }

 private:
  static bool has_rows(const model::Folder& folder) {
    return folder.kind == model::FolderKind::contacts || folder.kind == model::FolderKind::tasks;
  }
  // The user sees that the folder is there, and the server refuses every question about its items.
  static bool hides_items(const model::Folder& folder) {
    return folder.own_rights.folder != model::Rights::FolderLevel::none &&
           folder.own_rights.read == model::Rights::ItemLevel::none;
  }
  Task<Result<ItemChanges>> nothing() const {
    ItemChanges out;
    out.complete = true;
    // From here on, everything is new should the user be let in.
    out.position = print_position(position_now(0, 0, *context_.session->options().clock));
    return answer(std::move(out));
  }
  template <class T>
  static Task<Result<T>> answer(T value) {
    co_return value;
  }
  template <class T>
  static Task<Result<T>> refuse(RemoteId id) {
    co_return fail(Errc::invalid, "folder or item " + id.value + " has no such content");
  }

  Context context_;
  std::map<std::string, model::FolderRole> roles_;
};

class OxAddressBook final : public AddressBook {
 public:
  explicit OxAddressBook(Context context) : context_(std::move(context)) {}
  Task<Result<std::vector<model::DirectoryEntry>>> entries(Wait wait) override {
    return read_address_book(context_, std::move(wait));
  }

 private:
  Context context_;
};

}  // namespace

Task<Result<SignedIn>> sign_in(std::shared_ptr<net::HttpClient> http, Options options, model::Credentials credentials,
                               Wait wait) {
  OXB_CO_TRY(auto session,
             co_await Session::sign_in(std::move(http), std::move(options), std::move(credentials), wait));
  auto learned = co_await learn(session, wait);
  if (!learned) {
    co_await session->sign_out(Wait::upto(std::chrono::seconds(5)));
    co_return learned;
  }
  const auto& principal = learned->principal;
  log()
      .event("ox.signed_in")
      .id("context", principal.context)
      .id("user", principal.user)
      .id("version", principal.server_version);
  co_return learned;
}

std::unique_ptr<Groupware> make_groupware(SignedIn signed_in) {
  return std::make_unique<OxGroupware>(std::move(signed_in));
}
std::unique_ptr<AddressBook> make_address_book(Context context) {
  return std::make_unique<OxAddressBook>(std::move(context));
}

}  // namespace oxb::backend::ox
