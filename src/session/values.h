// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Property values as tables, restrictions and answers need them: asked for by tag, compared, cut, made into sort keys.
#include "proto/mapi/property.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oxb::session {

// A value that is either lent by its owner or was made for the asker. Empty: the object has no such property.
class Value {
 public:
  Value() = default;
  Value(const mapi::PropertyValue* lent) : lent_(lent) {}                       // NOLINT: nullptr is "absent"
  Value(mapi::PropertyValue made) : made_(std::move(made)), has_made_(true) {}  // NOLINT
  explicit operator bool() const { return lent_ != nullptr || has_made_; }
  const mapi::PropertyValue& operator*() const { return has_made_ ? made_ : *lent_; }
  const mapi::PropertyValue* operator->() const { return &**this; }
  mapi::PropertyValue take() && { return has_made_ ? std::move(made_) : *lent_; }

 private:
  const mapi::PropertyValue* lent_ = nullptr;
  mapi::PropertyValue made_;
  bool has_made_ = false;
};

// The properties of one object: folder, message, attachment, table row. Lent values live as long as the source.
class PropertySource {
 public:
  virtual ~PropertySource() = default;
  // wanted decides between properties that share an id (PidTagMessageSize and its 64-bit form); the answer has the
  // stored type.
  virtual Value find(mapi::PropTag wanted) const = 0;
  // Every property that the object has, with the types of the values.
  virtual std::vector<mapi::PropTag> tags() const = 0;
  // Properties of the recipients (PidTagMessageRecipients) or attachments (PidTagMessageAttachments), where they are
  // known.
  virtual std::vector<const mapi::PropertyBag*> children(mapi::PropTag) const { return {}; }
};

class BagSource final : public PropertySource {
 public:
  explicit BagSource(const mapi::PropertyBag& bag) : bag_(bag) {}
  Value find(mapi::PropTag wanted) const override;
  std::vector<mapi::PropTag> tags() const override;

 private:
  const mapi::PropertyBag& bag_;
};

// The value in the type asked for: String and String8 are converted into each other (String8 in code_page), unspecified
// takes any type, a multi-value instance type (0x3xxx) takes the whole multi-value. Empty: absent, or another type.
Value find_as(const PropertySource& source, mapi::PropTag tag, std::uint32_t code_page);
Value converted(Value value, mapi::PropType wanted, std::uint32_t code_page);

// Strings and binaries beyond what a table row may hold are cut: 255 characters, 510 bytes [MS-OXCTABL] 3.2.5.1.
mapi::PropertyValue cut_for_row(const mapi::PropertyValue& value);

// Single members of a multi-value; a single value is its own only member.
std::vector<mapi::PropertyValue> members(const mapi::PropertyValue& value);
bool is_multi_value(mapi::PropType type);
// The type of one member: String of MultiString; also for instance types.
mapi::PropType member_type(mapi::PropType type);

// <0, 0, >0 for values of one kind (all integers are one kind, both string types too); nullopt for different kinds.
// Strings compare without case, binaries by length first.
std::optional<int> compare(const mapi::PropertyValue& a, const mapi::PropertyValue& b, std::uint32_t code_page);

// Bytes whose memcmp order is the order of a table: absent first; strings under the root collation, binaries byte by
// byte. Values of one column only: kinds are not mixed.
std::string sort_key(const Value& value, std::uint32_t code_page);

}  // namespace oxb::session
