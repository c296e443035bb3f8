// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sandbox/contract.h"

#include "sandbox/registry.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <regex>

namespace oxb::sandbox::test {
namespace {

// The day on which the pairs were recorded.
constexpr std::int64_t kFirstTime = 1795355000000;
constexpr std::int64_t kLastTime = 1795370000000;
constexpr std::int64_t kZone = 3'600'000;  // Europe/Berlin in winter

bool is_time(std::int64_t value) { return value >= kFirstTime && value <= kLastTime; }

bool is_uuid(const std::string& text) {
  static const std::regex pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_match(text, pattern);
}
bool is_token(const std::string& text) {
  static const std::regex pattern("[0-9a-f]{32}");
  return std::regex_match(text, pattern);
}

// Answers whose order means nothing.
bool unordered(const std::string& path) {
  static const std::regex pattern(
      "\\$\\.data(\\.private|\\.public|\\.shared|\\.created|\\.updated|\\.deleted|\\.newAndModified|\\.new|\\.modified)"
      "?|"
      ".*\\.(flags|attendees|supported_capabilities|permissions|com\\.openexchange\\.share\\.extendedPermissions|"
      "changeExceptionDates|deleteExceptionDates|distribution_list|participants|users|conflicting_attendees)");
  return std::regex_match(path, pattern);
}

std::string sort_form(const json::value& value) {
  if (const auto* number = value.if_int64(); number && (is_time(*number) || is_time(*number - kZone))) return "time";
  if (const auto* text = value.if_string()) return is_uuid(std::string(*text)) ? "uuid" : std::string(*text);
  if (const auto* list = value.if_array()) {
    std::string out;
    for (const auto& item : *list) out += sort_form(item) + "\n";
    return out;
  }
  if (const auto* object = value.if_object()) {
    std::map<std::string, std::string> members;
    for (const auto& [key, item] : *object) members[std::string(key)] = sort_form(item);
    std::string out;
    for (const auto* first : {"id", "entity", "uri", "recurrenceId"}) {
      if (members.contains(first)) out += members[first] + "\n";
    }
    for (const auto& [key, item] : members) out += key + "=" + item + "\n";
    return out;
  }
  return json::serialize(value);
}

json::array sorted(json::array list) {
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return sort_form(a) < sort_form(b); });
  return list;
}

}  // namespace

Client& Replay::client(const std::string& user) {
  const auto base = user.substr(0, user.find('-'));
  if (base == "wrong" || base == "no" || base.empty() || base == "nobody" || base == "None") {
    auto& plain = clients_[user];
    plain.user_agent = "oxbridge-observer/1.0";
    return plain;
  }
  auto& mine = clients_[base];
  mine.user_agent = "oxbridge-observer/1.0";
  return mine;
}

std::int64_t Replay::our_time(std::int64_t theirs) const {
  if (!is_time(theirs) || times_.empty()) return theirs;
  const auto after = times_.lower_bound(theirs);
  if (after != times_.end() && after->first - theirs <= 1) return after->second - (after->first - theirs);
  if (after == times_.begin()) return after->second - 1;
  const auto before = std::prev(after);
  return before->second + std::min<std::int64_t>(theirs - before->first, 1);
}

std::string Replay::translate(const std::string& text, std::string_view module) const {
  if (const auto it = ids_.find(std::string(module) + ":" + text); it != ids_.end()) return it->second;
  if (const auto it = uids_.find(text); it != uids_.end()) return it->second;
  return text;
}

json::value Replay::translate(const json::value& value, std::string_view module) const {
  if (const auto* number = value.if_int64()) return our_time(*number);
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const auto& item : *list) out.push_back(translate(item, module));
    return out;
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& [key, item] : *object) {
      const bool event_id = key == "id" || key == "seriesId" || key == "attached";
      if (event_id && item.is_string()) {
        out[key] = translate(std::string(item.get_string()), module);
      } else if (event_id && item.is_int64()) {
        out[key] = std::stoll(translate(std::to_string(item.get_int64()), module));
      } else if ((key == "folder" || key == "folder_id") && item.is_string()) {
        out[key] = translate(std::string(item.get_string()), "folders");
      } else if (key == "managedId" && item.is_int64()) {
        out[key] = std::stoll(translate(std::to_string(item.get_int64()), "managed"));
      } else {
        out[key] = translate(item, module);
      }
    }
    return out;
  }
  return value;
}

void Replay::note(const std::string& path, const json::value& theirs, const json::value& ours) {
  differences_.push_back(
      {entry_, note_,
       path + ": theirs " + json::serialize(theirs).substr(0, 300) + ", ours " + json::serialize(ours).substr(0, 300)});
}

void Replay::compare_strings(const std::string& path, const std::string& theirs, const std::string& ours) {
  if (theirs == ours || translate(theirs, module_) == ours || translate(theirs, "folders") == ours) return;
  if (is_uuid(theirs) && is_uuid(ours)) {
    uids_[theirs] = ours;
    return;
  }
  if (is_token(theirs) && is_token(ours)) return;
  const auto leaf = path.substr(path.rfind('.') + 1);
  if (leaf == "image1_url" || path.ends_with("description.value")) return;
  // Printed dates, and pictures' addresses with a time in them.
  if (theirs.starts_with("/ajax/contacts/picture?") && ours.starts_with("/ajax/contacts/picture?")) return;
  static const std::regex date("[A-Z][a-z]{2} [A-Z][a-z]{2} \\d{2} .* \\d{4}");
  if (std::regex_match(theirs, date) && std::regex_match(ours, date)) return;
  note(path, json::value(theirs), json::value(ours));
}

void Replay::compare_arrays(const std::string& path, const json::array& theirs, const json::array& ours) {
  if (theirs.size() != ours.size()) {
    note(path, theirs, ours);
    return;
  }
  const auto a = unordered(path) ? sorted(theirs) : theirs;
  const auto b = unordered(path) ? sorted(ours) : ours;
  for (std::size_t i = 0; i < a.size(); ++i) compare(path + "[" + std::to_string(i) + "]", a[i], b[i]);
}

void Replay::compare(const std::string& path, const json::value& theirs, const json::value& ours) {
  if (theirs.is_number() && ours.is_number()) {
    const auto a = theirs.to_number<double>();
    const auto b = ours.to_number<double>();
    if (a == b) return;
    const auto t = static_cast<std::int64_t>(a);
    const auto o = static_cast<std::int64_t>(b);
    if (is_time(t) && is_time(o)) {
      times_[t] = o;
      return;
    }
    if (translate(std::to_string(t), module_) == std::to_string(o)) return;
    if (translate(std::to_string(t), "folders") == std::to_string(o)) return;
    if (path.ends_with("managedId")) {
      ids_["managed:" + std::to_string(t)] = std::to_string(o);
      return;
    }
    note(path, theirs, ours);
    return;
  }
  if (theirs.is_string() && ours.is_string()) {
    compare_strings(path, std::string(theirs.get_string()), std::string(ours.get_string()));
  } else if (theirs.is_array() && ours.is_array()) {
    compare_arrays(path, theirs.get_array(), ours.get_array());
  } else if (theirs.is_object() && ours.is_object()) {
    for (const auto& [key, value] : theirs.get_object()) {
      if (key == "error" || key == "error_id" || key == "error_desc" || key == "error_params") continue;
      const auto* mine = ours.get_object().if_contains(key);
      if (!mine) {
        note(path + "." + std::string(key), value, "(absent)");
      } else {
        compare(path + "." + std::string(key), value, *mine);
      }
    }
    for (const auto& [key, value] : ours.get_object()) {
      if (!theirs.get_object().contains(key)) note(path + "." + std::string(key), "(absent)", value);
    }
  } else if (theirs != ours) {
    note(path, theirs, ours);
  }
}

// Ids of what was just created.
void Replay::learn(std::string_view module, const json::value& theirs, const json::value& ours) {
  const auto remember = [&](std::string_view kind, const json::value& a, const json::value& b) {
    const auto text = [](const json::value& v) {
      return v.is_string() ? std::string(v.get_string()) : json::serialize(v);
    };
    if (a.is_primitive() && b.is_primitive() && text(a) != text(b)) ids_[std::string(kind) + ":" + text(a)] = text(b);
  };
  const auto& a = data_of(theirs);
  const auto& b = data_of(ours);
  if (module == "folders") {
    remember("folders", a, b);
    return;
  }
  if (a.is_array() && b.is_array()) {  // attachments, imports
    for (std::size_t i = 0; i < std::min(a.get_array().size(), b.get_array().size()); ++i) {
      if (a.get_array()[i].is_primitive()) remember(module, a.get_array()[i], b.get_array()[i]);
    }
  }
  if (!a.is_object() || !b.is_object()) return;
  if (a.get_object().contains("id") && b.get_object().contains("id")) {
    remember(module == "addressbooks" ? "contacts" : module, a.at("id"), b.at("id"));
  }
  if (!a.get_object().contains("created") || !b.get_object().contains("created")) return;
  const auto& c = a.at("created").as_array();
  const auto& d = b.at("created").as_array();
  for (std::size_t i = 0; i < std::min(c.size(), d.size()); ++i) {
    if (!c[i].is_object() || !d[i].is_object()) continue;
    if (c[i].as_object().contains("id") && d[i].as_object().contains("id"))
      remember("chronos", c[i].at("id"), d[i].at("id"));
    if (c[i].as_object().contains("timestamp") && d[i].as_object().contains("timestamp")) {
      times_[c[i].at("timestamp").to_number<std::int64_t>()] = d[i].at("timestamp").to_number<std::int64_t>();
    }
  }
}

void Replay::one(const std::string& entry, const json::object& pair) {
  const auto& request = pair.at("request").as_object();
  const std::string url(request.at("url").as_string());
  const std::string user = pair.at("user").is_string() ? std::string(pair.at("user").as_string()) : "None";
  const auto mark = url.find('?');
  auto path = url.substr(0, mark);
  if (!path.starts_with("/ajax/")) return;
  auto module = path.substr(6);
  const bool known = module == "login" || module == "multiple" || module.starts_with("config/") || is_module(module) ||
                     module == "nosuchmodule";
  if (!known) return;
  entry_ = entry;
  note_ = std::string(pair.at("note").as_string());
  module_ = module == "addressbooks" ? "contacts" : module.starts_with("chronos") ? "chronos" : module;
  auto& sender = client(user);
  std::string query;
  std::string rest = mark == std::string::npos ? "" : url.substr(mark + 1);
  std::string action;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    auto field = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
    const auto equals = field.find('=');
    const auto name = field.substr(0, equals);
    auto value = equals == std::string::npos ? "" : net::percent_decode(field.substr(equals + 1));
    if (name == "action") action = value;
    if (name == "session" && value == "S") {
      static const std::string kUnknown(32, '0');
      const bool bad =
          note_.find("unknown session") != std::string::npos || note_.find("bad session") != std::string::npos;
      const bool borrowed = user == "-" || user == "no-cookie" || user == "wrong-secret";
      value = bad ? kUnknown : borrowed ? clients_["anton"].session : sender.session;
    } else if (name == "timestamp") {
      if (std::all_of(value.begin(), value.end(), ::isdigit) && !value.empty() && value.size() < 19) {
        value = std::to_string(our_time(std::stoll(value)));
      }
    } else if (name == "id" || name == "attached" || name == "contact_id") {
      const auto kind = module_ == "attachment" && name == "attached" ? "tasks" : module_;
      value = translate(value, module_ == "folders" ? "folders" : kind);
    } else if (name == "folder" || name == "parent" || name == "folder_id" || name == "targetFolder") {
      value = translate(value, "folders");
    } else if (name == "managedId") {
      value = translate(value, "managed");
    }
    query += (query.empty() ? "?" : "&") + name + "=" + net::percent_encode(value);
  }
  std::string body;
  std::string type = request.contains("content_type") && request.at("content_type").is_string()
                         ? std::string(request.at("content_type").as_string())
                         : "";
  if (request.contains("body") && !request.at("body").is_null()) {
    const auto& recorded = request.at("body");
    if (recorded.is_string()) {
      body = std::string(recorded.get_string());
      boost::system::error_code code;
      const auto value = json::parse(body, code);
      if (!code && type.find("form") == std::string::npos) body = json::serialize(translate(value, module_));
    } else {
      body = json::serialize(translate(recorded, module_));
    }
  }
  if (note_.find("multipart") != std::string::npos && type.empty() && body.starts_with("--")) {
    type = "multipart/form-data; boundary=" + body.substr(2, body.find('\r') - 2);
  }
  // Clients that differ in one thing only.
  Client odd = sender;
  if (user == "anton-otherUA") odd.user_agent = "other/2.0";
  if (user == "anton-otherIP") odd.address = "192.0.2.1";
  if (user == "wrong-secret") {
    odd.cookies = clients_["anton"].cookies;
    for (auto& [name, value] : odd.cookies) value = std::string(32, '1');
  }
  // Later logins of the same file kept their cookies for themselves.
  const bool extra_login = module == "login" && action == "login" && note_ != "login" && note_ != "login ok";
  const bool is_odd = user.starts_with("anton-") || user == "wrong-secret" || extra_login;
  if (user == "-" || user == "nobody" || user == "None") odd.cookies.clear();
  auto& from = is_odd || user == "-" || user == "nobody" || user == "None" ? odd : sender;
  const auto response = box_.send(from, std::string(request.at("method").as_string()), path + query, body, type);
  ++compared_;
  boost::system::error_code code;
  const auto ours = json::parse(as_text(response.body), code);
  if (module == "login" && action == "login" && !code && ours.is_object() && ours.as_object().contains("session") &&
      user != "nobody" && !extra_login) {
    sender.session = std::string(ours.at("session").as_string());
  }
  const auto status = pair.at("status").to_number<int>();
  if (status != response.status) note("status", status, response.status);
  const auto& theirs = pair.at("answer");
  if (theirs.is_string() || theirs.is_null()) {  // pages and files: the kind has to match
    const std::string their_type = pair.contains("content_type") && pair.at("content_type").is_string()
                                       ? std::string(pair.at("content_type").as_string())
                                       : "";
    const std::string our_type(response.headers.get("Content-Type"));
    if (their_type.substr(0, their_type.find(';')) != our_type.substr(0, our_type.find(';'))) {
      note("content type", json::value(their_type), json::value(our_type));
    }
    return;
  }
  if (code) {
    note("$", theirs, json::value(as_text(response.body).substr(0, 200)));
    return;
  }
  const bool we_fail = !code_of(ours).empty() && code_of(theirs).empty();
  if (we_fail) {
    note("$", theirs, json::value(code_of(ours)));
    return;
  }
  if (action == "new" || action == "update" || action == "attach" || action == "import") learn(module_, theirs, ours);
  compare("$", theirs, ours);
}

void Replay::rehearse(const json::array& entries) {
  const auto differences = differences_;
  const auto ids = ids_;
  const auto compared = compared_;
  run("rehearsal", entries);
  differences_ = differences;
  ids_ = ids;
  compared_ = compared;
}

void Replay::run(const std::string& name, const json::array& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) one(name + "#" + std::to_string(i), entries[i].as_object());
}

}  // namespace oxb::sandbox::test
