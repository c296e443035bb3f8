// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Restrictions [MS-OXCDATA] 2.12, as trees of values. Depth and size are bounded by the Reader's limits.
#include "proto/mapi/value.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace oxb::mapi {

struct Restriction;

// One restriction inside another: a value, never null.
class NestedRestriction {
 public:
  NestedRestriction();
  NestedRestriction(Restriction inner);  // NOLINT: a restriction where one is wanted
  NestedRestriction(const NestedRestriction& other);
  NestedRestriction(NestedRestriction&& other) noexcept;
  NestedRestriction& operator=(NestedRestriction other) noexcept;
  ~NestedRestriction();
  Restriction& operator*() { return *inner_; }
  const Restriction& operator*() const { return *inner_; }
  const Restriction* operator->() const { return inner_.get(); }
  bool operator==(const NestedRestriction& other) const;

 private:
  std::unique_ptr<Restriction> inner_;
};

enum class RelationalOperator : std::uint8_t {
  less = 0,
  less_or_equal = 1,
  greater = 2,
  greater_or_equal = 3,
  equal = 4,
  not_equal = 5,
  regular_expression = 6,
  member_of_dl = 0x64,
};

// FuzzyLevelLow
constexpr std::uint16_t kFullString = 0;
constexpr std::uint16_t kSubstring = 1;
constexpr std::uint16_t kPrefix = 2;
// FuzzyLevelHigh
constexpr std::uint16_t kIgnoreCase = 1;
constexpr std::uint16_t kIgnoreNonSpace = 2;
constexpr std::uint16_t kLoose = 4;

struct NoRestriction {  // null, 0xFF: everything matches
  bool operator==(const NoRestriction&) const = default;
};
struct AndRestriction {  // 0x00
  std::vector<Restriction> parts;
  bool operator==(const AndRestriction&) const;
};
struct OrRestriction {  // 0x01
  std::vector<Restriction> parts;
  bool operator==(const OrRestriction&) const;
};
struct NotRestriction {  // 0x02
  NestedRestriction part;
  bool operator==(const NotRestriction&) const = default;
};
struct ContentRestriction {  // 0x03
  std::uint16_t fuzzy_low{};
  std::uint16_t fuzzy_high{};
  PropTag tag;
  Property value;
  bool operator==(const ContentRestriction&) const = default;
};
struct PropertyRestriction {  // 0x04
  RelationalOperator relation = RelationalOperator::equal;
  PropTag tag;
  Property value;
  bool operator==(const PropertyRestriction&) const = default;
};
struct CompareRestriction {  // 0x05
  RelationalOperator relation = RelationalOperator::equal;
  PropTag first;
  PropTag second;
  bool operator==(const CompareRestriction&) const = default;
};
struct BitMaskRestriction {  // 0x06
  bool must_be_set{};        // false: BMR_EQZ, all masked bits are 0
  PropTag tag;
  std::uint32_t mask{};
  bool operator==(const BitMaskRestriction&) const = default;
};
struct SizeRestriction {  // 0x07
  RelationalOperator relation = RelationalOperator::equal;
  PropTag tag;
  std::uint32_t size{};
  bool operator==(const SizeRestriction&) const = default;
};
struct ExistRestriction {  // 0x08
  PropTag tag;
  bool operator==(const ExistRestriction&) const = default;
};
struct SubObjectRestriction {  // 0x09: PidTagMessageRecipients or PidTagMessageAttachments
  PropTag subobject;
  NestedRestriction part;
  bool operator==(const SubObjectRestriction&) const = default;
};
struct CommentRestriction {  // 0x0A; 0x0C (annotation) has the same layout
  std::vector<Property> properties;
  std::optional<NestedRestriction> part;
  bool is_annotation = false;
  bool operator==(const CommentRestriction&) const = default;
};
struct CountRestriction {  // 0x0B
  std::uint32_t count{};
  NestedRestriction part;
  bool operator==(const CountRestriction&) const = default;
};

struct Restriction {
  static constexpr std::string_view kName = "Restriction";
  std::variant<NoRestriction, AndRestriction, OrRestriction, NotRestriction, ContentRestriction, PropertyRestriction,
               CompareRestriction, BitMaskRestriction, SizeRestriction, ExistRestriction, SubObjectRestriction,
               CommentRestriction, CountRestriction>
      node;
  bool operator==(const Restriction&) const = default;
};

enum class RestrictionForm : std::uint8_t {
  rop,            // counts of And/Or LE16
  extended_rule,  // LE32 [MS-OXORULE] 2.2.4.1.10
  search_folder,  // LE32, the type too [MS-OXOSRCH] 2.2.1.2.8.2
  nspi,           // LE32, and a HasValue byte before tagged values
};
constexpr RestrictionForm restriction_form(ValueForm form) {
  return form == ValueForm::rop    ? RestrictionForm::rop
         : form == ValueForm::nspi ? RestrictionForm::nspi
                                   : RestrictionForm::extended_rule;
}

void read_restriction(wire::Reader& r, Restriction& x, RestrictionForm form);
void write_restriction(wire::Writer& w, const Restriction& x, RestrictionForm form);
void make_restriction(wire::Generator& g, Restriction& x, RestrictionForm form);
// One line: (PidTagImportance = 2 and not (exists PidTagBody)).
std::string restriction_text(const Restriction& x, wire::Privacy privacy);

// Adapter for other forms than the ROP's.
template <class R>
struct RestrictionIn {
  static constexpr bool kIsAdapter = true;
  R& restriction;
  RestrictionForm form;
  template <class Visitor>
  void visit(Visitor& v) const {
    if constexpr (wire::is_reader<Visitor>)
      read_restriction(v, restriction, form);
    else if constexpr (wire::is_writer<Visitor>)
      write_restriction(v, restriction, form);
    else if constexpr (wire::is_printer<Visitor>)
      v.value(restriction_text(restriction, v.shows_private() ? wire::Privacy::show : wire::Privacy::hide));
    else
      make_restriction(v, restriction, form);
  }
};

// Whole blobs (search criteria, rule conditions, search folder definitions).
Result<Restriction> decode_restriction(ByteView bytes, RestrictionForm form);
Result<Bytes> encode_restriction(const Restriction& restriction, RestrictionForm form);

}  // namespace oxb::mapi

template <>
struct oxb::wire::Form<oxb::mapi::Restriction> {
  static void read(Reader& r, mapi::Restriction& x) { mapi::read_restriction(r, x, mapi::RestrictionForm::rop); }
  static void write(Writer& w, const mapi::Restriction& x) {
    mapi::write_restriction(w, x, mapi::RestrictionForm::rop);
  }
  static void print(Printer& p, const mapi::Restriction& x) {
    p.value(mapi::restriction_text(x, p.shows_private() ? Privacy::show : Privacy::hide));
  }
  static void make(Generator& g, mapi::Restriction& x) { mapi::make_restriction(g, x, mapi::RestrictionForm::rop); }
};
