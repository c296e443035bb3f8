// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/address_view.h"

#include "base/text.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::front {

namespace {

namespace tag = mapi::tag;

const std::string& text_of(const AddressEntry& entry, mapi::PropTag which) {
  static const std::string kNone;
  const auto* text = entry.properties.get<std::string>(which);
  return text ? *text : kNone;
}

bool is_separator(char c) {
  return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '.' || c == '(' || c == ')' || c == '-';
}

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : folded) {
    if (!is_separator(c)) {
      word.push_back(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool begins(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// "SMTP:a@b" -> "a@b" for the types that stand for an address or a DN.
std::string_view without_type(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return name;
  const auto type = name.substr(0, colon);
  for (const std::string_view known : {"SMTP", "EX", "X500"})
    if (ascii_iequals(type, known)) return trim(name.substr(colon + 1));
  return name;
}

template <class T>
bool related(mapi::RelationalOperator relation, const T& a, const T& b) {
  using enum mapi::RelationalOperator;
  switch (relation) {
    case less:
      return a < b;
    case less_or_equal:
      return !(b < a);
    case greater:
      return b < a;
    case greater_or_equal:
      return !(a < b);
    case equal:
      return a == b;
    case not_equal:
      return !(a == b);
    default:
      return false;
  }
}

// Text of a value in either width; address books compare without case.
std::optional<std::string> folded_text(const mapi::PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fold_loose(*text);
  if (const auto* text = std::get_if<mapi::String8>(&value)) {
    auto converted = utf8_from_code_page(text->bytes, 1252);
    return fold_loose(converted ? *converted : make_valid_utf8(text->bytes));
  }
  return std::nullopt;
}

// The texts of a property, single or multi-valued.
std::vector<std::string> folded_texts(const mapi::PropertyValue* value) {
  std::vector<std::string> texts;
  if (!value) return texts;
  if (const auto* many = std::get_if<std::vector<std::string>>(value)) {
    for (const auto& text : *many) texts.push_back(fold_loose(text));
  } else if (auto text = folded_text(*value)) {
    texts.push_back(std::move(*text));
  }
  return texts;
}

const mapi::PropertyValue* value_of(const AddressEntry& entry, mapi::PropTag which) {
  const auto* property = entry.properties.find(which.id());
  return property ? &property->value : nullptr;
}

std::optional<std::string> pattern_of(const mapi::PropertyValue& value) {
  auto texts = folded_texts(&value);
  if (texts.empty()) return std::nullopt;
  return std::move(texts.front());
}

}  // namespace

AddressView::Row AddressView::make_row(AddressEntry entry) {
  Row row;
  const auto& name = text_of(entry, tag::kDisplayName);
  row.sort_key = collation_key(name);
  row.folded_name = fold_loose(name);
  row.words = words_of(row.folded_name);
  for (const auto which : {tag::kGivenName, tag::kSurname}) {
    for (auto& word : words_of(fold_loose(text_of(entry, which))))
      if (std::find(row.words.begin(), row.words.end(), word) == row.words.end()) row.words.push_back(std::move(word));
  }
  for (const auto which : {tag::kAccount, tag::kSmtpAddress})
    if (auto text = fold_loose(text_of(entry, which)); !text.empty()) row.starts.push_back(std::move(text));
  if (const auto* proxies = entry.properties.get<std::vector<std::string>>(tag::kAddressBookProxyAddresses))
    for (const auto& proxy : *proxies) row.starts.push_back(fold_loose(without_type(proxy)));
  row.entry = std::move(entry);
  return row;
}

AddressView::AddressView(std::vector<AddressEntry> entries) {
  rows_.reserve(entries.size());
  for (auto& entry : entries) rows_.push_back(make_row(std::move(entry)));
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
    return std::tie(a.sort_key, a.entry.mid) < std::tie(b.sort_key, b.entry.mid);
  });
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    by_mid_.emplace(row.entry.mid, i);
    by_dn_.emplace(ascii_lower(row.entry.dn), i);
    if (const auto& smtp = text_of(row.entry, tag::kSmtpAddress); !smtp.empty()) by_address_[ascii_lower(smtp)] = i;
  }
  // A primary address beats somebody else's alias.
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (const auto* proxies = rows_[i].entry.properties.get<std::vector<std::string>>(tag::kAddressBookProxyAddresses))
      for (const auto& proxy : *proxies) by_address_.emplace(ascii_lower(without_type(proxy)), i);
}

const AddressEntry* AddressView::find(std::uint32_t mid) const {
  const auto found = by_mid_.find(mid);
  return found == by_mid_.end() ? nullptr : &rows_[found->second].entry;
}

std::size_t AddressView::position_of(std::uint32_t mid) const {
  const auto found = by_mid_.find(mid);
  return found == by_mid_.end() ? rows_.size() : found->second;
}

const AddressEntry* AddressView::find_dn(std::string_view dn) const {
  const auto found = by_dn_.find(ascii_lower(dn));
  return found == by_dn_.end() ? nullptr : &rows_[found->second].entry;
}

const AddressEntry* AddressView::find_address(std::string_view smtp) const {
  const auto found = by_address_.find(ascii_lower(trim(smtp)));
  return found == by_address_.end() ? nullptr : &rows_[found->second].entry;
}

std::size_t AddressView::lower_bound(std::string_view display_name) const {
  const auto key = collation_key(display_name);
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), key,
                                      [](const Row& row, const std::string& k) { return row.sort_key < k; });
  return static_cast<std::size_t>(found - rows_.begin());
}

int AddressView::compare(std::uint32_t first, std::uint32_t second) const {
  const auto a = position_of(first);
  const auto b = position_of(second);
  if (a == rows_.size() && b == rows_.size()) return first < second ? -1 : first > second ? 1 : 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

bool AddressView::begins_like(const Row& row, const std::vector<std::string>& words, const std::string& whole) const {
  if (begins(row.folded_name, whole)) return true;
  for (const auto& start : row.starts)
    if (begins(start, whole)) return true;
  if (words.empty()) return false;
  // Every word begins another word of the name: "and bec" finds "Andreas Beck".
  std::vector<bool> used(row.words.size(), false);
  for (const auto& word : words) {
    bool found = false;
    for (std::size_t i = 0; i < row.words.size() && !found; ++i) {
      if (used[i] || !begins(row.words[i], word)) continue;
      used[i] = found = true;
    }
    if (!found) return false;
  }
  return true;
}

std::vector<std::uint32_t> AddressView::resolve(std::string_view name) const {
  name = trim(name);
  const bool exact_only = !name.empty() && name.front() == '=';
  if (exact_only) name = trim(name.substr(1));
  const auto bare = without_type(name);
  if (bare.empty()) return {};
  if (const auto* entry = find_dn(bare)) return {entry->mid};
  if (const auto* entry = find_address(bare)) return {entry->mid};
  const auto whole = fold_loose(bare);
  std::vector<std::uint32_t> exact;
  std::vector<std::uint32_t> found;
  const auto words = words_of(whole);
  for (const auto& row : rows_) {
    const bool same = row.folded_name == whole || fold_loose(text_of(row.entry, tag::kAccount)) == whole;
    if (same) exact.push_back(row.entry.mid);
    if (!exact_only && (same || begins_like(row, words, whole))) found.push_back(row.entry.mid);
  }
  return exact.size() == 1 || exact_only ? exact : found;
}

Result<std::vector<std::uint32_t>> AddressView::match(const mapi::Restriction& restriction, std::size_t limit) const {
  std::vector<std::uint32_t> found;
  for (const auto& row : rows_) {
    OXB_TRY(const bool matched, matches(row, restriction));
    if (matched) found.push_back(row.entry.mid);
    if (found.size() > limit) break;
  }
  return found;
}

Result<bool> AddressView::matches(const Row& row, const mapi::ContentRestriction& restriction) const {
  const auto pattern = pattern_of(restriction.value.value);
  if (!pattern) return fail(Errc::unsupported, "content restriction on something that is no text");
  for (const auto& text : folded_texts(value_of(row.entry, restriction.tag))) {
    const auto how = restriction.fuzzy_low & 3;
    const bool hit = how == mapi::kSubstring ? text.find(*pattern) != std::string::npos
                     : how == mapi::kPrefix  ? begins(text, *pattern)
                                             : text == *pattern;
    if (hit) return true;
  }
  return false;
}

Result<bool> AddressView::matches(const Row& row, const mapi::PropertyRestriction& restriction) const {
  const auto& wanted = restriction.value.value;
  if (restriction.tag.id() == tag::kAnr.id()) {
    const auto name = pattern_of(wanted);
    if (!name) return fail(Errc::unsupported, "name resolution with something that is no text");
    const auto bare = std::string(without_type(trim(*name)));
    return !bare.empty() && begins_like(row, words_of(bare), bare);
  }
  const auto* value = value_of(row.entry, restriction.tag);
  if (!value) return restriction.relation == mapi::RelationalOperator::not_equal;
  if (const auto pattern = folded_text(wanted)) {
    for (const auto& text : folded_texts(value))
      if (related(restriction.relation, text, *pattern)) return true;
    return false;
  }
  if (value->index() != wanted.index()) return false;
  if (const auto* number = std::get_if<std::int32_t>(value))
    return related(restriction.relation, *number, std::get<std::int32_t>(wanted));
  if (const auto* flag = std::get_if<bool>(value)) return related(restriction.relation, *flag, std::get<bool>(wanted));
  if (const auto* bytes = std::get_if<Bytes>(value))
    return related(restriction.relation, *bytes, std::get<Bytes>(wanted));
  return related(restriction.relation, *value == wanted, true);
}

Result<bool> AddressView::matches(const Row& row, const mapi::Restriction& restriction) const {
  struct Visitor {
    const AddressView& view;
    const Row& row;
    Result<bool> operator()(const mapi::NoRestriction&) const { return true; }
    Result<bool> operator()(const mapi::AndRestriction& r) const {
      for (const auto& part : r.parts) {
        OXB_TRY(const bool matched, view.matches(row, part));
        if (!matched) return false;
      }
      return true;
    }
    Result<bool> operator()(const mapi::OrRestriction& r) const {
      for (const auto& part : r.parts) {
        OXB_TRY(const bool matched, view.matches(row, part));
        if (matched) return true;
      }
      return false;
    }
    Result<bool> operator()(const mapi::NotRestriction& r) const {
      OXB_TRY(const bool matched, view.matches(row, *r.part));
      return !matched;
    }
    Result<bool> operator()(const mapi::ContentRestriction& r) const { return view.matches(row, r); }
    Result<bool> operator()(const mapi::PropertyRestriction& r) const { return view.matches(row, r); }
    Result<bool> operator()(const mapi::ExistRestriction& r) const { return value_of(row.entry, r.tag) != nullptr; }
    Result<bool> operator()(const mapi::BitMaskRestriction& r) const {
      const auto* value = value_of(row.entry, r.tag);
      const auto* number = value ? std::get_if<std::int32_t>(value) : nullptr;
      if (!number) return false;
      return ((static_cast<std::uint32_t>(*number) & r.mask) != 0) == r.must_be_set;
    }
    Result<bool> operator()(const mapi::CompareRestriction& r) const {
      const auto* a = value_of(row.entry, r.first);
      const auto* b = value_of(row.entry, r.second);
      if (!a || !b) return false;
      const auto x = folded_text(*a);
      const auto y = folded_text(*b);
      return x && y ? related(r.relation, *x, *y) : related(r.relation, *a == *b, true);
    }
    // [MS-OXNSPI] knows no others for address books.
    Result<bool> operator()(const mapi::SizeRestriction&) const { return unsupported(); }
    Result<bool> operator()(const mapi::SubObjectRestriction&) const { return unsupported(); }
    Result<bool> operator()(const mapi::CommentRestriction& r) const {
      return r.part ? view.matches(row, **r.part) : Result<bool>(true);
    }
    Result<bool> operator()(const mapi::CountRestriction&) const { return unsupported(); }
    static Result<bool> unsupported() { return fail(Errc::unsupported, "restriction"); }
  };
  return std::visit(Visitor{*this, row}, restriction.node);
}

}  // namespace oxb::front
