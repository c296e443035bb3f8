// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/restriction.h"

#include "proto/mapi/tags.h"
#include "wire/generator.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

namespace oxb::mapi {

NestedRestriction::NestedRestriction() : inner_(std::make_unique<Restriction>()) {}
NestedRestriction::NestedRestriction(Restriction inner) : inner_(std::make_unique<Restriction>(std::move(inner))) {}
NestedRestriction::NestedRestriction(const NestedRestriction& other)
    : inner_(std::make_unique<Restriction>(*other.inner_)) {}
NestedRestriction::NestedRestriction(NestedRestriction&& other) noexcept : inner_(std::move(other.inner_)) {
  other.inner_ = std::make_unique<Restriction>();
}
NestedRestriction& NestedRestriction::operator=(NestedRestriction other) noexcept {
  std::swap(inner_, other.inner_);
  return *this;
}
NestedRestriction::~NestedRestriction() = default;
bool NestedRestriction::operator==(const NestedRestriction& other) const { return *inner_ == *other.inner_; }
bool AndRestriction::operator==(const AndRestriction&) const = default;
bool OrRestriction::operator==(const OrRestriction&) const = default;

namespace {

enum class Kind : std::uint8_t {
  all = 0x00,
  any = 0x01,
  negation = 0x02,
  content = 0x03,
  property = 0x04,
  compare = 0x05,
  bit_mask = 0x06,
  size = 0x07,
  exist = 0x08,
  sub_object = 0x09,
  comment = 0x0A,
  count = 0x0B,
  annotation = 0x0C,
  none = 0xFF,
};

ValueForm value_form(RestrictionForm form) {
  switch (form) {
    case RestrictionForm::rop:
      return ValueForm::rop;
    case RestrictionForm::nspi:
      return ValueForm::nspi;
    case RestrictionForm::extended_rule:
    case RestrictionForm::search_folder:
      break;
  }
  return ValueForm::extended;
}

// ---- reading ----
struct In {
  wire::Reader& r;
  RestrictionForm form;

  std::uint32_t count() { return form == RestrictionForm::rop ? r.number<std::uint16_t>() : r.number<std::uint32_t>(); }
  PropTag tag() { return PropTag(r.number<std::uint32_t>()); }
  RelationalOperator relation() { return static_cast<RelationalOperator>(r.number<std::uint8_t>()); }
  void tagged(Property& x) {
    if (form == RestrictionForm::nspi && r.number<std::uint8_t>() == 0)
      return r.set_error(Errc::malformed, "restriction without a value");
    read_property(r, x, value_form(form));
  }
  void nested(Restriction& x) { read_restriction(r, x, form); }

  void parts(std::vector<Restriction>& list) {
    const auto n = count();
    if (!r.claim(n, "count")) return;
    for (std::uint32_t i = 0; i < n && !r.failed() && r.spend(); ++i) nested(list.emplace_back());
  }
  void comment(CommentRestriction& x) {
    const auto n = r.number<std::uint8_t>();
    for (unsigned i = 0; i < n && !r.failed() && r.spend(); ++i)
      read_property(r, x.properties.emplace_back(), value_form(form));
    if (r.number<std::uint8_t>() != 0) nested(*x.part.emplace());
  }
};

}  // namespace

void read_restriction(wire::Reader& r, Restriction& x, RestrictionForm form) {
  if (r.failed() || !r.enter()) return;
  In in{r, form};
  const auto raw = form == RestrictionForm::search_folder ? r.number<std::uint32_t>() : r.number<std::uint8_t>();
  const auto kind = form == RestrictionForm::search_folder && raw == 0xFFFF'FFFF ? 0xFF : raw;
  if (r.failed()) return r.leave();
  switch (static_cast<Kind>(kind > 0xFF ? 0xFE : kind)) {
    case Kind::all:
      in.parts(x.node.emplace<AndRestriction>().parts);
      break;
    case Kind::any:
      in.parts(x.node.emplace<OrRestriction>().parts);
      break;
    case Kind::negation:
      in.nested(*x.node.emplace<NotRestriction>().part);
      break;
    case Kind::content: {
      auto& n = x.node.emplace<ContentRestriction>();
      n.fuzzy_low = r.number<std::uint16_t>();
      n.fuzzy_high = r.number<std::uint16_t>();
      n.tag = in.tag();
      in.tagged(n.value);
      break;
    }
    case Kind::property: {
      auto& n = x.node.emplace<PropertyRestriction>();
      n.relation = in.relation();
      n.tag = in.tag();
      in.tagged(n.value);
      break;
    }
    case Kind::compare: {
      auto& n = x.node.emplace<CompareRestriction>();
      n.relation = in.relation();
      n.first = in.tag();
      n.second = in.tag();
      break;
    }
    case Kind::bit_mask: {
      auto& n = x.node.emplace<BitMaskRestriction>();
      n.must_be_set = r.number<std::uint8_t>() != 0;
      n.tag = in.tag();
      n.mask = r.number<std::uint32_t>();
      break;
    }
    case Kind::size: {
      auto& n = x.node.emplace<SizeRestriction>();
      n.relation = in.relation();
      n.tag = in.tag();
      n.size = r.number<std::uint32_t>();
      break;
    }
    case Kind::exist:
      x.node.emplace<ExistRestriction>().tag = in.tag();
      break;
    case Kind::sub_object: {
      auto& n = x.node.emplace<SubObjectRestriction>();
      n.subobject = in.tag();
      in.nested(*n.part);
      break;
    }
    case Kind::comment:
      in.comment(x.node.emplace<CommentRestriction>());
      break;
    case Kind::annotation: {
      auto& n = x.node.emplace<CommentRestriction>();
      n.is_annotation = true;
      in.comment(n);
      break;
    }
    case Kind::count: {
      auto& n = x.node.emplace<CountRestriction>();
      n.count = r.number<std::uint32_t>();
      in.nested(*n.part);
      break;
    }
    case Kind::none:
      x.node = NoRestriction{};
      break;
    default:
      r.set_error(Errc::malformed, "unknown kind of restriction");
      break;
  }
  r.leave();
}

namespace {

// ---- writing ----
struct Out {
  wire::Writer& w;
  RestrictionForm form;

  void kind(Kind k) {
    if (form == RestrictionForm::search_folder)
      w.number(k == Kind::none ? 0xFFFF'FFFFU : static_cast<std::uint32_t>(k));
    else
      w.number(static_cast<std::uint8_t>(k));
  }
  void tag(PropTag t) { w.number(t.value); }
  void relation(RelationalOperator o) { w.number(static_cast<std::uint8_t>(o)); }
  void tagged(const Property& x) {
    if (form == RestrictionForm::nspi) w.number(std::uint8_t{0xFF});
    write_property(w, x, value_form(form));
  }
  void nested(const Restriction& x) { write_restriction(w, x, form); }
  void parts(const std::vector<Restriction>& list) {
    if (form == RestrictionForm::rop)
      w.number(w.narrow<std::uint16_t>(list.size(), "count"));
    else
      w.number(w.narrow<std::uint32_t>(list.size(), "count"));
    for (const auto& part : list) nested(part);
  }

  void operator()(const NoRestriction&) { kind(Kind::none); }
  void operator()(const AndRestriction& n) {
    kind(Kind::all);
    parts(n.parts);
  }
  void operator()(const OrRestriction& n) {
    kind(Kind::any);
    parts(n.parts);
  }
  void operator()(const NotRestriction& n) {
    kind(Kind::negation);
    nested(*n.part);
  }
  void operator()(const ContentRestriction& n) {
    kind(Kind::content);
    w.number(n.fuzzy_low);
    w.number(n.fuzzy_high);
    tag(n.tag);
    tagged(n.value);
  }
  void operator()(const PropertyRestriction& n) {
    kind(Kind::property);
    relation(n.relation);
    tag(n.tag);
    tagged(n.value);
  }
  void operator()(const CompareRestriction& n) {
    kind(Kind::compare);
    relation(n.relation);
    tag(n.first);
    tag(n.second);
  }
  void operator()(const BitMaskRestriction& n) {
    kind(Kind::bit_mask);
    w.number(static_cast<std::uint8_t>(n.must_be_set ? 1 : 0));
    tag(n.tag);
    w.number(n.mask);
  }
  void operator()(const SizeRestriction& n) {
    kind(Kind::size);
    relation(n.relation);
    tag(n.tag);
    w.number(n.size);
  }
  void operator()(const ExistRestriction& n) {
    kind(Kind::exist);
    tag(n.tag);
  }
  void operator()(const SubObjectRestriction& n) {
    kind(Kind::sub_object);
    tag(n.subobject);
    nested(*n.part);
  }
  void operator()(const CommentRestriction& n) {
    kind(n.is_annotation ? Kind::annotation : Kind::comment);
    w.number(w.narrow<std::uint8_t>(n.properties.size(), "count"));
    for (const auto& p : n.properties) write_property(w, p, value_form(form));
    w.number(static_cast<std::uint8_t>(n.part ? 1 : 0));
    if (n.part) nested(**n.part);
  }
  void operator()(const CountRestriction& n) {
    kind(Kind::count);
    w.number(n.count);
    nested(*n.part);
  }
};

// ---- text ----
std::string_view symbol(RelationalOperator o) {
  switch (o) {
    case RelationalOperator::less:
      return "<";
    case RelationalOperator::less_or_equal:
      return "<=";
    case RelationalOperator::greater:
      return ">";
    case RelationalOperator::greater_or_equal:
      return ">=";
    case RelationalOperator::equal:
      return "=";
    case RelationalOperator::not_equal:
      return "!=";
    case RelationalOperator::regular_expression:
      return "like";
    case RelationalOperator::member_of_dl:
      return "member of";
  }
  return "?";
}

std::string short_tag(PropTag t) {
  const auto known = tag_name(t);
  return known.empty() ? fmt::format("0x{:08x}", t.value) : std::string(known);
}

struct ToText {
  wire::Privacy privacy;
  std::string nested(const Restriction& x) const { return restriction_text(x, privacy); }
  std::string list(const std::vector<Restriction>& parts, std::string_view word) const {
    if (parts.empty()) return fmt::format("(empty {})", word);
    std::string out = "(";
    for (const auto& part : parts) {
      if (out.size() > 1) out.append(" ").append(word).append(" ");
      out += nested(part);
    }
    return out + ")";
  }
  // The value's own tag is named only where it differs from the property tested.
  std::string value(PropTag tested, const Property& x) const {
    auto text = value_text(x.value, privacy);
    return x.tag == tested ? text : fmt::format("{} as {}", text, tag_text(x.tag));
  }

  std::string operator()(const NoRestriction&) const { return "everything"; }
  std::string operator()(const AndRestriction& n) const { return list(n.parts, "and"); }
  std::string operator()(const OrRestriction& n) const { return list(n.parts, "or"); }
  std::string operator()(const NotRestriction& n) const { return "not " + nested(*n.part); }
  std::string operator()(const ContentRestriction& n) const {
    const std::string_view how = n.fuzzy_low == kFullString  ? "is"
                                 : n.fuzzy_low == kSubstring ? "contains"
                                 : n.fuzzy_low == kPrefix    ? "begins with"
                                                             : "matches";
    return fmt::format("{} {} {} [fuzzy {:x}.{:x}]", short_tag(n.tag), how, value(n.tag, n.value), n.fuzzy_low,
                       n.fuzzy_high);
  }
  std::string operator()(const PropertyRestriction& n) const {
    return fmt::format("{} {} {}", short_tag(n.tag), symbol(n.relation), value(n.tag, n.value));
  }
  std::string operator()(const CompareRestriction& n) const {
    return fmt::format("{} {} {}", short_tag(n.first), symbol(n.relation), short_tag(n.second));
  }
  std::string operator()(const BitMaskRestriction& n) const {
    return fmt::format("{} & {:#x} {} 0", short_tag(n.tag), n.mask, n.must_be_set ? "!=" : "=");
  }
  std::string operator()(const SizeRestriction& n) const {
    return fmt::format("size of {} {} {}", short_tag(n.tag), symbol(n.relation), n.size);
  }
  std::string operator()(const ExistRestriction& n) const { return fmt::format("exists {}", short_tag(n.tag)); }
  std::string operator()(const SubObjectRestriction& n) const {
    return fmt::format("any of {} has {}", short_tag(n.subobject), nested(*n.part));
  }
  std::string operator()(const CommentRestriction& n) const {
    return fmt::format("{}[{} properties] {}", n.is_annotation ? "annotation" : "comment", n.properties.size(),
                       n.part ? nested(**n.part) : "");
  }
  std::string operator()(const CountRestriction& n) const {
    return fmt::format("first {} of {}", n.count, nested(*n.part));
  }
};

}  // namespace

void write_restriction(wire::Writer& w, const Restriction& x, RestrictionForm form) {
  if (w.failed() || !w.enter()) return;
  std::visit(Out{w, form}, x.node);
  w.leave();
}

std::string restriction_text(const Restriction& x, wire::Privacy privacy) {
  return std::visit(ToText{privacy}, x.node);
}

void make_restriction(wire::Generator& g, Restriction& x, RestrictionForm form) {
  g.enter();
  const auto nested = [&](Restriction& inner) { make_restriction(g, inner, form); };
  const auto tag = [&](PropTag& t) { wire::Form<PropTag>::make(g, t); };
  const auto relation = [&] { return static_cast<RelationalOperator>(g.pick(6)); };
  const auto parts = [&](std::vector<Restriction>& list) {
    for (auto n = g.count(3); n > 0; --n) nested(list.emplace_back());
  };
  switch (g.is_deep() ? 7 + g.pick(2) : g.pick(13)) {
    case 0:
      parts(x.node.emplace<AndRestriction>().parts);
      break;
    case 1:
      parts(x.node.emplace<OrRestriction>().parts);
      break;
    case 2:
      nested(*x.node.emplace<NotRestriction>().part);
      break;
    case 3: {
      auto& n = x.node.emplace<ContentRestriction>();
      n.fuzzy_low = static_cast<std::uint16_t>(g.pick(3));
      n.fuzzy_high = static_cast<std::uint16_t>(g.pick(8));
      tag(n.tag);
      make_property(g, n.value, value_form(form));
      break;
    }
    case 4: {
      auto& n = x.node.emplace<PropertyRestriction>();
      n.relation = relation();
      tag(n.tag);
      make_property(g, n.value, value_form(form));
      break;
    }
    case 5: {
      auto& n = x.node.emplace<CompareRestriction>();
      n.relation = relation();
      tag(n.first);
      tag(n.second);
      break;
    }
    case 6: {
      auto& n = x.node.emplace<BitMaskRestriction>();
      n.must_be_set = (g.next() & 1) != 0;
      tag(n.tag);
      n.mask = g.number<std::uint32_t>();
      break;
    }
    case 7: {
      auto& n = x.node.emplace<SizeRestriction>();
      n.relation = relation();
      tag(n.tag);
      n.size = g.number<std::uint32_t>();
      break;
    }
    case 8:
      tag(x.node.emplace<ExistRestriction>().tag);
      break;
    case 9: {
      auto& n = x.node.emplace<SubObjectRestriction>();
      tag(n.subobject);
      nested(*n.part);
      break;
    }
    case 10: {
      auto& n = x.node.emplace<CommentRestriction>();
      n.is_annotation = (g.next() & 1) != 0;
      for (auto k = g.count(3); k > 0; --k) make_property(g, n.properties.emplace_back(), value_form(form));
      if (g.next() & 1) nested(*n.part.emplace());
      break;
    }
    case 11: {
      auto& n = x.node.emplace<CountRestriction>();
      n.count = g.number<std::uint32_t>();
      nested(*n.part);
      break;
    }
    default:
      x.node = NoRestriction{};
      break;
  }
  g.leave();
}

Result<Restriction> decode_restriction(ByteView bytes, RestrictionForm form) {
  wire::Reader r(bytes);
  Restriction out;
  r("Restriction", RestrictionIn<Restriction>{out, form});
  OXB_CHECK(r.finish());
  return out;
}

Result<Bytes> encode_restriction(const Restriction& restriction, RestrictionForm form) {
  wire::Writer w;
  write_restriction(w, restriction, form);
  return std::move(w).finish();
}

}  // namespace oxb::mapi
