// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/matcher.h"

#include "base/text.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::session {
namespace {

using mapi::PropertyValue;
using mapi::RelationalOperator;

constexpr std::size_t kMaxNodes = 5000;

bool holds(RelationalOperator relation, int order) {
  switch (relation) {
    case RelationalOperator::less:
      return order < 0;
    case RelationalOperator::less_or_equal:
      return order <= 0;
    case RelationalOperator::greater:
      return order > 0;
    case RelationalOperator::greater_or_equal:
      return order >= 0;
    case RelationalOperator::equal:
      return order == 0;
    case RelationalOperator::not_equal:
      return order != 0;
    default:
      return false;
  }
}

// Values of different kinds are not equal, and nothing else can be said of them.
bool holds(RelationalOperator relation, std::optional<int> order) {
  return order ? holds(relation, *order) : relation == RelationalOperator::not_equal;
}

std::string folded(std::string text, std::uint16_t fuzzy_high) {
  if ((fuzzy_high & (mapi::kIgnoreNonSpace | mapi::kLoose)) != 0) return fold_loose(text);
  return (fuzzy_high & mapi::kIgnoreCase) != 0 ? fold_case(text) : text;
}

template <class Container>
bool contains(const Container& whole, const Container& part, std::uint16_t fuzzy_low) {
  if ((fuzzy_low & 3U) == mapi::kSubstring)
    return part.empty() || std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end();
  if ((fuzzy_low & 3U) == mapi::kPrefix)
    return whole.size() >= part.size() && std::equal(part.begin(), part.end(), whole.begin());
  return whole.size() == part.size() && std::equal(part.begin(), part.end(), whole.begin());
}

std::optional<std::string> text_of(const PropertyValue& value, std::uint32_t code_page) {
  const auto text = converted(Value(&value), mapi::PropType::string, code_page);
  if (!text) return std::nullopt;
  return std::get<std::string>(*text);
}

class Evaluation {
 public:
  Evaluation(const PropertySource& object, std::uint32_t code_page, std::uint32_t& counted)
      : object_(object), code_page_(code_page), counted_(counted) {}

  bool operator()(const mapi::NoRestriction&) const { return true; }
  bool operator()(const mapi::AndRestriction& r) {
    return std::all_of(r.parts.begin(), r.parts.end(), [&](const auto& part) { return std::visit(*this, part.node); });
  }
  bool operator()(const mapi::OrRestriction& r) {
    return std::any_of(r.parts.begin(), r.parts.end(), [&](const auto& part) { return std::visit(*this, part.node); });
  }
  bool operator()(const mapi::NotRestriction& r) { return !std::visit(*this, r.part->node); }
  bool operator()(const mapi::ContentRestriction& r) const;
  bool operator()(const mapi::PropertyRestriction& r) const;
  bool operator()(const mapi::CompareRestriction& r) const;
  bool operator()(const mapi::BitMaskRestriction& r) const;
  bool operator()(const mapi::SizeRestriction& r) const;
  bool operator()(const mapi::ExistRestriction& r) const {
    return static_cast<bool>(find_as(object_, r.tag, code_page_));
  }
  bool operator()(const mapi::SubObjectRestriction& r);
  bool operator()(const mapi::CommentRestriction& r) { return !r.part || std::visit(*this, (*r.part)->node); }
  bool operator()(const mapi::CountRestriction& r) {
    if (counted_ >= r.count || !std::visit(*this, r.part->node)) return false;
    ++counted_;
    return true;
  }

 private:
  // The tag of a condition may name the other string type, or the multi-value of what it compares with.
  Value find(mapi::PropTag tag) const { return object_.find(tag); }
  bool matches_name(const PropertyValue& wanted) const;

  const PropertySource& object_;
  std::uint32_t code_page_;
  std::uint32_t& counted_;
};

bool Evaluation::operator()(const mapi::ContentRestriction& r) const {
  const auto value = find(r.tag);
  if (!value) return false;
  const auto wanted_text = text_of(r.value.value, code_page_);
  const auto* wanted_bytes = std::get_if<Bytes>(&r.value.value);
  for (const auto& member : members(*value)) {
    if (wanted_text) {
      const auto text = text_of(member, code_page_);
      if (text && contains(folded(*text, r.fuzzy_high), folded(*wanted_text, r.fuzzy_high), r.fuzzy_low)) return true;
    } else if (wanted_bytes != nullptr) {
      const auto* bytes = std::get_if<Bytes>(&member);
      if (bytes != nullptr && contains(*bytes, *wanted_bytes, r.fuzzy_low)) return true;
    }
  }
  return false;
}

// Ambiguous name resolution on a contact: a word of a name or an address begins with it.
bool Evaluation::matches_name(const PropertyValue& wanted) const {
  const auto text = text_of(wanted, code_page_);
  if (!text) return false;
  const auto prefix = fold_loose(trim(*text));
  for (const auto tag :
       {mapi::tag::kDisplayName, mapi::tag::kSubject, mapi::tag::kEmailAddress, mapi::tag::kSmtpAddress}) {
    const auto value = find_as(object_, tag, code_page_);
    if (!value) continue;
    const auto whole = fold_loose(std::get<std::string>(*value));
    for (std::size_t at = 0; at != std::string::npos && at < whole.size();) {
      if (whole.compare(at, prefix.size(), prefix) == 0) return true;
      at = whole.find(' ', at);
      if (at != std::string::npos) ++at;
    }
  }
  return false;
}

bool Evaluation::operator()(const mapi::PropertyRestriction& r) const {
  if (r.tag.id() == mapi::tag::kAnr.id()) return matches_name(r.value.value);
  const auto value = find(r.tag);
  if (!value) return holds(r.relation, -1);
  const bool single = !is_multi_value(mapi::type_of(r.value.value));
  if (!single || !is_multi_value(mapi::type_of(*value)))
    return holds(r.relation, compare(*value, r.value.value, code_page_));
  const auto all = members(*value);
  if (r.relation == RelationalOperator::not_equal)
    return std::none_of(all.begin(), all.end(), [&](const auto& m) {
      return holds(RelationalOperator::equal, compare(m, r.value.value, code_page_));
    });
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& m) { return holds(r.relation, compare(m, r.value.value, code_page_)); });
}

bool Evaluation::operator()(const mapi::CompareRestriction& r) const {
  const auto first = find(r.first);
  const auto second = find(r.second);
  if (!first || !second) return holds(r.relation, first ? 1 : (second ? -1 : 0));
  return holds(r.relation, compare(*first, *second, code_page_));
}

bool Evaluation::operator()(const mapi::BitMaskRestriction& r) const {
  const auto value = find_as(object_, r.tag, code_page_);
  const auto* bits = value ? std::get_if<std::int32_t>(&*value) : nullptr;
  return bits != nullptr && ((static_cast<std::uint32_t>(*bits) & r.mask) != 0) == r.must_be_set;
}

bool Evaluation::operator()(const mapi::SizeRestriction& r) const {
  const auto value = find_as(object_, r.tag, code_page_);
  if (!value) return false;
  auto size = mapi::value_size(*value);
  if (std::holds_alternative<Bytes>(*value)) size -= sizeof(std::uint16_t);
  return holds(r.relation, size < r.size ? -1 : (size > r.size ? 1 : 0));
}

bool Evaluation::operator()(const mapi::SubObjectRestriction& r) {
  for (const auto* child : object_.children(r.subobject)) {
    const BagSource source(*child);
    Evaluation inner(source, code_page_, counted_);
    if (std::visit(inner, r.part->node)) return true;
  }
  return false;
}

struct Check {
  std::size_t nodes = 0;
  bool counts = false;
  Result<> status;

  void visit(const mapi::Restriction& r) {
    if (++nodes > kMaxNodes) refuse("too many conditions");
    if (status) std::visit(*this, r.node);
  }
  void refuse(const char* why) {
    if (status) status = fail(Errc::unsupported, why);
  }
  void relation(RelationalOperator op) {
    if (op > RelationalOperator::not_equal) refuse("relational operator");
  }
  void operator()(const mapi::AndRestriction& r) {
    for (const auto& part : r.parts) visit(part);
  }
  void operator()(const mapi::OrRestriction& r) {
    for (const auto& part : r.parts) visit(part);
  }
  void operator()(const mapi::NotRestriction& r) { visit(*r.part); }
  void operator()(const mapi::SubObjectRestriction& r) { visit(*r.part); }
  void operator()(const mapi::CountRestriction& r) {
    counts = true;
    visit(*r.part);
  }
  void operator()(const mapi::CommentRestriction& r) {
    if (r.part) visit(**r.part);
  }
  void operator()(const mapi::PropertyRestriction& r) { relation(r.relation); }
  void operator()(const mapi::CompareRestriction& r) { relation(r.relation); }
  void operator()(const mapi::SizeRestriction& r) { relation(r.relation); }
  template <class T>
  void operator()(const T&) {}
};

}  // namespace

Result<> check_restriction(const mapi::Restriction& restriction) {
  Check check;
  check.visit(restriction);
  return std::move(check.status);
}

bool depends_on_order(const mapi::Restriction& restriction) {
  Check check;
  check.visit(restriction);
  return check.counts;
}

bool Matcher::operator()(const PropertySource& object) {
  Evaluation evaluation(object, code_page_, counted_);
  return std::visit(evaluation, restriction_.node);
}

}  // namespace oxb::session
