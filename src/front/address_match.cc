// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/address_match.h"

#include "base/text.h"
#include "proto/mapi/tags.h"

namespace oxb::front {

namespace {

namespace tag = mapi::tag;

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

const mapi::PropertyValue* find(const mapi::PropertyBag& bag, mapi::PropTag which) {
  const auto* property = bag.find(which.id());
  return property ? &property->value : nullptr;
}

// The texts of a property, single or multi-valued, folded.
std::vector<std::string> folded_texts(const mapi::PropertyValue* value) {
  std::vector<std::string> texts;
  if (!value) return texts;
  if (const auto* many = std::get_if<std::vector<std::string>>(value)) {
    for (const auto& text : *many) texts.push_back(fold_loose(text));
  } else if (const auto* text = std::get_if<std::string>(value)) {
    texts.push_back(fold_loose(*text));
  }
  return texts;
}

tl::unexpected<Error> no_such_restriction() { return fail(Errc::unsupported, "restriction"); }

}  // namespace

std::optional<std::string> AddressMatcher::pattern(const mapi::PropertyValue& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) return fold_loose(*text);
  if (const auto* many = std::get_if<std::vector<std::string>>(&value); many && !many->empty())
    return fold_loose(many->front());
  if (const auto* text = std::get_if<mapi::String8>(&value)) {
    auto converted = utf8_from_code_page(text->bytes, code_page_);
    return fold_loose(converted ? *converted : make_valid_utf8(text->bytes));
  }
  return std::nullopt;
}

Result<std::vector<std::uint32_t>> AddressMatcher::match(const mapi::Restriction& restriction, std::size_t limit) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < view_.size() && found.size() <= limit; ++i) {
    const auto& entry = view_.at(i);
    const Candidate candidate{entry.minimal_id, directory::properties_of(entry, context_)};
    OXB_TRY(const bool matched, matches(candidate, restriction));
    if (matched) found.push_back(entry.minimal_id);
  }
  return found;
}

bool AddressMatcher::resolves(const Candidate& entry, const std::string& name) {
  auto known = resolved_.find(name);
  if (known == resolved_.end()) {
    std::set<std::uint32_t> ids;
    for (const auto* match : view_.resolve(name)) ids.insert(match->minimal_id);
    known = resolved_.emplace(name, std::move(ids)).first;
  }
  return known->second.count(entry.minimal_id) > 0;
}

Result<bool> AddressMatcher::content(const Candidate& entry, const mapi::ContentRestriction& restriction) {
  const auto wanted = pattern(restriction.value.value);
  if (!wanted) return no_such_restriction();
  if (restriction.tag.id() == tag::kAnr.id()) return resolves(entry, *wanted);
  for (const auto& text : folded_texts(find(entry.properties, restriction.tag))) {
    const auto how = restriction.fuzzy_low & 3;
    const bool hit = how == mapi::kSubstring ? text.find(*wanted) != std::string::npos
                     : how == mapi::kPrefix  ? text.compare(0, wanted->size(), *wanted) == 0
                                             : text == *wanted;
    if (hit) return true;
  }
  return false;
}

Result<bool> AddressMatcher::property(const Candidate& entry, const mapi::PropertyRestriction& restriction) {
  const auto& wanted = restriction.value.value;
  const auto text = pattern(wanted);
  if (restriction.tag.id() == tag::kAnr.id()) {
    if (!text) return no_such_restriction();
    return resolves(entry, *text);
  }
  const auto* value = find(entry.properties, restriction.tag);
  if (!value) return restriction.relation == mapi::RelationalOperator::not_equal;
  if (text) {
    for (const auto& mine : folded_texts(value))
      if (related(restriction.relation, mine, *text)) return true;
    return false;
  }
  if (value->index() != wanted.index()) return false;
  if (const auto* number = std::get_if<std::int32_t>(value))
    return related(restriction.relation, *number, std::get<std::int32_t>(wanted));
  if (const auto* bytes = std::get_if<Bytes>(value))
    return related(restriction.relation, *bytes, std::get<Bytes>(wanted));
  if (const auto* time = std::get_if<mapi::FileTime>(value))
    return related(restriction.relation, *time, std::get<mapi::FileTime>(wanted));
  return related(restriction.relation, *value == wanted, true);
}

struct AddressMatcher::Visitor {
  AddressMatcher& matcher;
  const Candidate& entry;
  Result<bool> operator()(const mapi::NoRestriction&) const { return true; }
  Result<bool> operator()(const mapi::AndRestriction& r) const {
    for (const auto& part : r.parts) {
      OXB_TRY(const bool matched, matcher.matches(entry, part));
      if (!matched) return false;
    }
    return true;
  }
  Result<bool> operator()(const mapi::OrRestriction& r) const {
    for (const auto& part : r.parts) {
      OXB_TRY(const bool matched, matcher.matches(entry, part));
      if (matched) return true;
    }
    return false;
  }
  Result<bool> operator()(const mapi::NotRestriction& r) const {
    OXB_TRY(const bool matched, matcher.matches(entry, *r.part));
    return !matched;
  }
  Result<bool> operator()(const mapi::ContentRestriction& r) const { return matcher.content(entry, r); }
  Result<bool> operator()(const mapi::PropertyRestriction& r) const { return matcher.property(entry, r); }
  Result<bool> operator()(const mapi::ExistRestriction& r) const { return find(entry.properties, r.tag) != nullptr; }
  Result<bool> operator()(const mapi::BitMaskRestriction& r) const {
    const auto* value = find(entry.properties, r.tag);
    const auto* number = value ? std::get_if<std::int32_t>(value) : nullptr;
    return number && ((static_cast<std::uint32_t>(*number) & r.mask) != 0) == r.must_be_set;
  }
  Result<bool> operator()(const mapi::CompareRestriction& r) const {
    const auto* a = find(entry.properties, r.first);
    const auto* b = find(entry.properties, r.second);
    if (!a || !b) return false;
    const auto x = matcher.pattern(*a);
    const auto y = matcher.pattern(*b);
    return x && y ? related(r.relation, *x, *y) : related(r.relation, *a == *b, true);
  }
  Result<bool> operator()(const mapi::CommentRestriction& r) const {
    return r.part ? matcher.matches(entry, **r.part) : Result<bool>(true);
  }
  Result<bool> operator()(const mapi::SizeRestriction&) const { return no_such_restriction(); }
  Result<bool> operator()(const mapi::SubObjectRestriction&) const { return no_such_restriction(); }
  Result<bool> operator()(const mapi::CountRestriction&) const { return no_such_restriction(); }
};

Result<bool> AddressMatcher::matches(const Candidate& entry, const mapi::Restriction& restriction) {
  return std::visit(Visitor{*this, entry}, restriction.node);
}

}  // namespace oxb::front
