// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/view.h"

#include "base/text.h"

#include <algorithm>

namespace oxb::directory {
namespace {

using model::ContactField, model::DirectoryEntry;

bool is_separator(char c) { return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '(' || c == ')' || c == '"'; }

void split(std::string_view text, std::vector<std::string>& out) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_separator(text[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < text.size() && !is_separator(text[end])) ++end;
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
}

std::vector<std::string> words_of(const DirectoryEntry& entry) {
  std::vector<std::string> out;
  for (const auto& text :
       {entry.display_name, entry.details[ContactField::first_name], entry.details[ContactField::last_name],
        entry.details[ContactField::nickname], entry.login}) {
    split(fold_loose(text), out);
  }
  for (const auto* address : {&entry.email}) {
    if (!address->empty()) out.push_back(fold_loose(*address));
  }
  for (const auto& alias : entry.aliases) out.push_back(fold_loose(alias));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// words is sorted: the first word that is not before the beginning tells.
bool has_word_with(const std::vector<std::string>& words, const std::string& beginning) {
  const auto it = std::lower_bound(words.begin(), words.end(), beginning);
  return it != words.end() && it->starts_with(beginning);
}

// Removes a prefix like "SMTP:", whatever its case.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !ascii_iequals(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::shared_ptr<const Entry> make_entry(const Installation& installation, std::uint32_t context, DirectoryEntry data) {
  auto out = std::make_shared<Entry>();
  out->entity = {static_cast<EntityKind>(data.kind), context, data.id};
  out->minimal_id = Installation::minimal_id(out->entity);
  out->dn = installation.legacy_dn(out->entity);
  if (data.display_name.empty()) data.display_name = !data.login.empty() ? data.login : data.email;
  out->sort_key = collation_key(data.display_name);
  out->words = words_of(data);
  out->data = std::move(data);
  return out;
}

View::View(std::vector<std::shared_ptr<const Entry>> entries) : rows_(std::move(entries)) {
  std::sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) {
    return std::tie(a->sort_key, a->minimal_id) < std::tie(b->sort_key, b->minimal_id);
  });
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& entry = *rows_[i];
    by_id_.emplace(entry.minimal_id, i);
    by_dn_.emplace(ascii_lower(entry.dn), i);
    if (entry.entity.kind == EntityKind::user && !entry.data.login.empty())
      by_login_.emplace(fold_case(entry.data.login), i);
  }
  // Primary addresses first: somebody's alias never hides another one's address.
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i]->data.email.empty()) by_address_.emplace(fold_case(rows_[i]->data.email), i);
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    for (const auto& alias : rows_[i]->data.aliases) by_address_.emplace(fold_case(alias), i);
  }
}

const Entry* View::find(const Entity& entity) const {
  const auto* entry = by_minimal_id(Installation::minimal_id(entity));
  return entry != nullptr && entry->entity == entity ? entry : nullptr;
}

const Entry* View::by_minimal_id(std::uint32_t id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : rows_[it->second].get();
}

const Entry* View::by_dn(std::string_view legacy_dn) const {
  const auto it = by_dn_.find(ascii_lower(legacy_dn));
  return it == by_dn_.end() ? nullptr : rows_[it->second].get();
}

const Entry* View::by_address(std::string_view smtp) const {
  take_prefix(smtp, "smtp:");
  const auto it = by_address_.find(fold_case(trim(smtp)));
  return it == by_address_.end() ? nullptr : rows_[it->second].get();
}

const Entry* View::by_login(std::string_view login) const {
  const auto it = by_login_.find(fold_case(login));
  return it == by_login_.end() ? nullptr : rows_[it->second].get();
}

std::optional<std::size_t> View::position_of(std::uint32_t minimal_id) const {
  const auto it = by_id_.find(minimal_id);
  if (it == by_id_.end()) return {};
  return it->second;
}

std::size_t View::seek(std::string_view display_name) const {
  const auto key = collation_key(display_name);
  const auto it = std::lower_bound(rows_.begin(), rows_.end(), key,
                                   [](const auto& e, const std::string& k) { return e->sort_key < k; });
  return static_cast<std::size_t>(it - rows_.begin());
}

const Entry* View::exact(std::string_view name) const {
  if (take_prefix(name, "ex:") || take_prefix(name, "x500:") || name.starts_with("/")) return by_dn(name);
  if (const auto* entry = by_address(name)) return entry;
  if (const auto* entry = by_login(name)) return entry;
  return nullptr;
}

std::vector<const Entry*> View::resolve(std::string_view name, std::size_t limit) const {
  name = trim(name);
  const bool only_exact = take_prefix(name, "=");
  if (name.empty()) return {};
  if (const auto* entry = exact(name)) return {entry};
  auto rest = name;
  if (take_prefix(rest, "smtp:") || take_prefix(rest, "ex:") || take_prefix(rest, "x500:")) return {};

  const auto folded = fold_loose(name);
  std::vector<const Entry*> named;
  for (const auto& row : rows_) {
    if (fold_loose(row->data.display_name) == folded) named.push_back(row.get());
  }
  if (named.size() == 1 || only_exact) return named;

  std::vector<std::string> beginnings;
  split(folded, beginnings);
  std::vector<const Entry*> out;
  for (const auto& row : rows_) {
    const bool all = std::all_of(beginnings.begin(), beginnings.end(),
                                 [&](const std::string& b) { return has_word_with(row->words, b); });
    if (!all || beginnings.empty()) continue;
    out.push_back(row.get());
    if (limit != 0 && out.size() >= limit) break;
  }
  return out;
}

std::vector<const Entry*> View::members(const Entry& group) const {
  std::vector<std::size_t> positions;
  for (const auto id : group.data.members) {
    const Entity user{EntityKind::user, group.entity.context, id};
    if (const auto position = position_of(Installation::minimal_id(user))) positions.push_back(*position);
  }
  std::sort(positions.begin(), positions.end());
  std::vector<const Entry*> out;
  for (const auto position : positions) out.push_back(rows_[position].get());
  return out;
}

std::vector<const Entry*> View::groups_of(const Entry& user) const {
  std::vector<const Entry*> out;
  for (const auto& row : rows_) {
    const auto& members = row->data.members;
    if (row->entity.kind == EntityKind::group &&
        std::find(members.begin(), members.end(), user.entity.id) != members.end()) {
      out.push_back(row.get());
    }
  }
  return out;
}

}  // namespace oxb::directory
