// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One caller's address book as NSPI sees it: entries in the order of their display names, found by minimal id, by name
// in any of its spellings, and by restriction. Immutable once made, so that a STAT means the same thing in every call.
#include "proto/mapi/property.h"
#include "proto/mapi/restriction.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace oxb::front {

struct AddressEntry {
  std::uint32_t mid{};
  std::string dn;
  mapi::PropertyBag properties;        // text as PtypString
  std::vector<std::uint32_t> members;  // of a distribution list
  std::vector<std::uint32_t> member_of;
};

class AddressView {
 public:
  explicit AddressView(std::vector<AddressEntry> entries);

  std::size_t size() const { return rows_.size(); }
  const AddressEntry& at(std::size_t position) const { return rows_[position].entry; }
  const AddressEntry* find(std::uint32_t mid) const;
  // size() when the id is unknown.
  std::size_t position_of(std::uint32_t mid) const;
  const AddressEntry* find_dn(std::string_view dn) const;
  const AddressEntry* find_address(std::string_view smtp) const;  // primary or other address
  // First position whose display name is not less than the text.
  std::size_t lower_bound(std::string_view display_name) const;
  // Display name order of two entries, by their position; for ids that are not there the order is by id.
  int compare(std::uint32_t first, std::uint32_t second) const;

  // Ambiguous name resolution [MS-OXNSPI] 3.1.4.7: all matches, or exactly one where the name is exact.
  std::vector<std::uint32_t> resolve(std::string_view name) const;
  // Positions that match, at most limit + 1 of them. unsupported: a restriction that address books do not have.
  Result<std::vector<std::uint32_t>> match(const mapi::Restriction& restriction, std::size_t limit) const;

 private:
  struct Row {
    AddressEntry entry;
    std::string sort_key;
    std::string folded_name;
    std::vector<std::string> words;   // folded, of the names
    std::vector<std::string> starts;  // folded, whole texts that a name may begin like: addresses, account
  };
  static Row make_row(AddressEntry entry);
  bool begins_like(const Row& row, const std::vector<std::string>& words, const std::string& whole) const;
  Result<bool> matches(const Row& row, const mapi::Restriction& restriction) const;
  Result<bool> matches(const Row& row, const mapi::ContentRestriction& restriction) const;
  Result<bool> matches(const Row& row, const mapi::PropertyRestriction& restriction) const;

  std::vector<Row> rows_;
  std::unordered_map<std::uint32_t, std::size_t> by_mid_;
  std::unordered_map<std::string, std::size_t> by_dn_;       // lower case
  std::unordered_map<std::string, std::size_t> by_address_;  // lower case
};

}  // namespace oxb::front
