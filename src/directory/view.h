// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The address book as one user sees it: exactly what his own session returned, sorted by display name. Immutable; a
// newer delivery makes a new view.
#include "directory/identity.h"
#include "model/directory.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace oxb::directory {

struct Entry {
  Entity entity;
  std::uint32_t minimal_id{};
  std::string dn;        // LegacyDN
  std::string sort_key;  // of the display name; memcmp order
  model::DirectoryEntry data;
  std::vector<std::string> words;  // folded parts of the names, for ambiguous name resolution
};

class View {
 public:
  explicit View(std::vector<std::shared_ptr<const Entry>> entries);  // in any order

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  const Entry& at(std::size_t position) const { return *rows_[position]; }

  // nullptr: there is none, or this user does not see it.
  const Entry* find(const Entity& entity) const;
  const Entry* by_minimal_id(std::uint32_t id) const;
  const Entry* by_dn(std::string_view legacy_dn) const;  // case-insensitive
  const Entry* by_address(std::string_view smtp) const;  // primary or alias, case-insensitive, "smtp:" in front or not
  const Entry* by_login(std::string_view login) const;   // users only, case-insensitive

  // Rows are counted from 0; size() is the position behind the last one.
  std::optional<std::size_t> position_of(std::uint32_t minimal_id) const;
  // First row whose display name is not before the text: where type-ahead jumps to.
  std::size_t seek(std::string_view display_name) const;

  // Ambiguous name resolution [MS-OXNSPI] 3.1.4.7: "=SMTP:a@b", "SMTP:a@b", "EX:/o=..", an address, a login, or
  // beginnings of names in any order. An exact address, DN or login wins alone; so does the one entry whose display
  // name is the text. Otherwise everything that matches, in row order, at most limit (0: all).
  std::vector<const Entry*> resolve(std::string_view name, std::size_t limit = 0) const;

  std::vector<const Entry*> members(const Entry& group) const;  // in row order, those this user sees
  std::vector<const Entry*> groups_of(const Entry& user) const;

 private:
  const Entry* exact(std::string_view name) const;

  std::vector<std::shared_ptr<const Entry>> rows_;
  std::unordered_map<std::uint32_t, std::size_t> by_id_;     // minimal id -> row
  std::unordered_map<std::string, std::size_t> by_dn_;       // lower case
  std::unordered_map<std::string, std::size_t> by_address_;  // folded
  std::unordered_map<std::string, std::size_t> by_login_;    // folded
};

// Fills in everything that is computed from the data.
std::shared_ptr<const Entry> make_entry(const Installation& installation, std::uint32_t context,
                                        model::DirectoryEntry data);

}  // namespace oxb::directory
