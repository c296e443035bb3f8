// SPDX-License-Identifier: GPL-3.0-or-later
// Searching contacts: patterns, the filter language, autocompletion.
#include "base/text.h"
#include "sandbox/contact_write.h"
#include "sandbox/principals.h"

namespace oxb::sandbox {
namespace {

constexpr int kDeepestFilter = 20;

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Hit {
  Contact contact;
  std::string folder_name;
};

// The contacts that the caller may read in the folders named, or everywhere.
Ox<std::vector<Hit>> readable(const Call& call, const json::value* folders) {
  std::vector<Folder> where;
  const auto add = [&](const json::value& id) -> Ox<> {
    OXB_TRY(auto folder, contact_folder(call, as_id(id)));
    if (rights_on(call.db, call.context, call.user, folder).read == 0) {
      return ox_fail("CON-0104", folder.id, call.context, call.user);
    }
    where.push_back(std::move(folder));
    return {};
  };
  if (folders && folders->is_array()) {
    for (const auto& id : folders->get_array()) OXB_CHECK(add(id));
  } else if (folders && !folders->is_null()) {
    OXB_CHECK(add(*folders));
  } else {
    for (auto& folder : folders_of_module(call.db, call.context, "contacts")) {
      const auto rights = rights_on(call.db, call.context, call.user, folder);
      if (rights.sees() && rights.read > 0) where.push_back(std::move(folder));
    }
  }
  std::vector<Hit> out;
  for (const auto& folder : where) {
    for (auto& contact : contacts_in(call.db, call.context, folder.id)) {
      if (may_read(call, folder, contact)) out.push_back({std::move(contact), contact_folder_name(call, folder.id)});
    }
  }
  return out;
}

Ox<Answer> rows_of(const Call& call, std::vector<Hit> hits) {
  OXB_TRY(const auto columns, call.columns());
  std::vector<Contact> contacts;
  std::map<std::int64_t, std::string> names;
  for (auto& hit : hits) {
    names[hit.contact.id] = std::move(hit.folder_name);
    contacts.push_back(std::move(hit.contact));
  }
  sort_contacts(call, contacts);
  json::array rows;
  std::int64_t newest = 0;
  for (const auto& contact : contacts) {
    rows.push_back(contact_row(call, contact, columns, names[contact.id]));
    newest = std::max(newest, contact.modified);
  }
  return newest > 0 ? Answer(std::move(rows), newest) : Answer(std::move(rows));
}

bool any_field(const Contact& contact, std::initializer_list<const char*> fields, const auto& test) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const char* field) { return test(as_string(contact.data, field)); });
}

json::value operand(const Call& call, const Contact& contact, std::string_view folder_name, const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return value;
  const auto* column = oxjson::find_column(oxjson::contact_columns(), as_string(*object, "field"));
  return column ? contact_value(call, contact, *column, folder_name) : json::value();
}

bool compares(std::string_view op, const json::value& left, const json::value& right) {
  if (left.is_string() && right.is_string() && (op == "=" || op == "<>")) {
    return wildcard_matches(right.get_string(), left.get_string()) == (op == "=");
  }
  int order = 0;
  const auto a = as_number(left);
  const auto b = as_number(right);
  if (a && b) {
    order = *a < *b ? -1 : *a > *b ? 1 : 0;
  } else if (left.is_string() && right.is_string()) {
    order = collation_key(left.get_string()).compare(collation_key(right.get_string()));
  } else {
    return op == "<>" ? left != right : op == "=" && left == right;
  }
  if (op == "=") return order == 0;
  if (op == "<>") return order != 0;
  if (op == "<") return order < 0;
  if (op == ">") return order > 0;
  if (op == "<=") return order <= 0;
  return order >= 0;
}

// Prefix arrays: ["and", a, b ...], ["=", {"field": "last_name"}, "Mei*"].
Ox<bool> matches(const Call& call, const Hit& hit, const json::value& filter, int depth) {
  const auto* list = filter.if_array();
  if (!list || list->empty() || !list->front().is_string() || depth > kDeepestFilter)
    return ox_fail("SVL-0004", "filter", "");
  const std::string op(list->front().get_string());
  if (op == "and" || op == "or") {
    bool result = op == "and";
    for (std::size_t i = 1; i < list->size(); ++i) {
      OXB_TRY(const bool one, matches(call, hit, (*list)[i], depth + 1));
      result = op == "and" ? result && one : result || one;
    }
    return result;
  }
  if (op == "not" && list->size() == 2) {
    OXB_TRY(const bool one, matches(call, hit, (*list)[1], depth + 1));
    return !one;
  }
  const auto value = [&](std::size_t i) { return operand(call, hit.contact, hit.folder_name, (*list)[i]); };
  if (op == "isNull" && list->size() == 2) return value(1).is_null();
  static constexpr std::string_view kComparisons[] = {"=", "<>", "<", ">", "<=", ">="};
  if (list->size() != 3 || std::find(std::begin(kComparisons), std::end(kComparisons), op) == std::end(kComparisons)) {
    return ox_fail("SVL-0004", "filter", op);
  }
  return compares(op, value(1), value(2));
}

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  return glob(fold_case(pattern), fold_case(text));
}

bool pattern_matches(std::string_view pattern, std::string_view text) {
  return glob(fmt::format("*{}*", fold_case(pattern)), fold_case(text));
}

bool word_starts_with(std::string_view start, std::string_view text) {
  const auto wanted = fold_case(start);
  const auto folded = fold_case(text);
  for (auto at = folded.find(wanted); at != std::string::npos; at = folded.find(wanted, at + 1)) {
    if (at == 0 || folded[at - 1] == ' ' || folded[at - 1] == ',') return true;
    if (wanted.empty()) return true;
  }
  return false;
}

Ox<Answer> search_contacts(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(auto hits, readable(call, body.if_contains("folder")));
  const bool any = body.if_contains("orSearch") && body.at("orSearch").is_bool() && body.at("orSearch").as_bool();
  const bool exact =
      body.if_contains("exactMatch") && body.at("exactMatch").is_bool() && body.at("exactMatch").as_bool();
  const auto pattern = as_string(body, "pattern");
  std::erase_if(hits, [&](const Hit& hit) {
    const auto& contact = hit.contact;
    if (body.contains("pattern")) {
      return !any_field(
          contact, {"display_name", "first_name", "last_name", "email1", "email2", "email3", "company", "categories"},
          [&](const std::string& text) { return pattern_matches(pattern, text); });
    }
    int wanted = 0;
    int found = 0;
    for (const auto* field : {"last_name", "first_name", "display_name", "email1", "email2", "email3", "company"}) {
      if (!body.contains(field)) continue;
      ++wanted;
      const auto text = as_string(contact.data, field);
      const auto asked = as_string(body, field);
      found += (exact ? fold_case(asked) == fold_case(text) : wildcard_matches(asked + "*", text)) ? 1 : 0;
    }
    return any ? found == 0 : found < wanted || wanted == 0;
  });
  return rows_of(call, std::move(hits));
}

Ox<Answer> advanced_search(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto* filter = body.if_contains("filter");
  if (!filter) return ox_fail("SVL-0009", "filter");
  OXB_TRY(auto hits, readable(call, body.if_contains("folders")));
  std::vector<Hit> found;
  for (auto& hit : hits) {
    OXB_TRY(const bool one, matches(call, hit, *filter, 0));
    if (one) found.push_back(std::move(hit));
  }
  return rows_of(call, std::move(found));
}

Ox<Answer> autocomplete(Call& call) {
  OXB_TRY(const auto query, call.need("query"));
  OXB_TRY(auto hits, readable(call, nullptr));
  std::erase_if(hits, [&](const Hit& hit) {
    const bool reachable =
        hit.contact.data.contains("distribution_list") ||
        any_field(hit.contact, {"email1", "email2", "email3"}, [](const std::string& text) { return !text.empty(); });
    return !reachable ||
           !any_field(hit.contact, {"display_name", "first_name", "last_name", "email1", "email2", "email3"},
                      [&](const std::string& text) { return word_starts_with(query, text); });
  });
  return rows_of(call, std::move(hits));
}

}  // namespace oxb::sandbox
