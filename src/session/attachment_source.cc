// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/attachment_source.h"

#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using mapi::PropertyValue;

constexpr std::int32_t kAttachmentObject = 7;  // PidTagObjectType
constexpr std::int32_t kByValue = 1, kEmbedded = 5;
constexpr std::int32_t kOverhead = 0x5C;  // PidTagAttachSize counts more than the data

Value integer(std::int64_t x) { return PropertyValue(static_cast<std::int32_t>(x)); }

const std::vector<mapi::PropTag>& made_tags() {
  static const std::vector<mapi::PropTag> all = {
      tag::kAttachNumber, tag::kAttachMethod, tag::kAttachSize, tag::kRenderingPosition,
      tag::kObjectType,   tag::kRecordKey,    tag::kAccess,     tag::kAccessLevel};
  return all;
}

}  // namespace

bool is_computed_attachment_property(mapi::PropId id) {
  for (const auto t :
       {tag::kAttachNumber, tag::kAttachSize, tag::kObjectType, tag::kRecordKey, tag::kAccess, tag::kAccessLevel})
    if (t.id() == id) return true;
  return false;
}

Value AttachmentSource::find(mapi::PropTag wanted) const {
  switch (wanted.id()) {
    case tag::kAttachNumber.id():
      return integer(number_);
    case tag::kObjectType.id():
      return integer(kAttachmentObject);
    case tag::kAccess.id():
      return integer(can_write_ ? 3 : 2);
    case tag::kAccessLevel.id():
      return integer(can_write_ ? 1 : 0);
    case tag::kRecordKey.id(): {
      Bytes key(4);
      for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(number_ >> (8 * i) & 0xFFU);
      return PropertyValue(std::move(key));
    }
    default:
      break;
  }
  if (const auto* property = attachment_.properties.find(wanted.id())) {
    // The data of an embedded message is an object, not bytes.
    const bool wants_object = wanted.id() == tag::kAttachDataBinary.id() && wanted.type() == mapi::PropType::object;
    if (wants_object && attachment_.embedded) return {};
    return &property->value;
  }
  switch (wanted.id()) {
    case tag::kAttachMethod.id():
      return integer(attachment_.embedded ? kEmbedded : kByValue);
    case tag::kRenderingPosition.id():
      return integer(-1);
    case tag::kAttachSize.id(): {
      const auto* data = attachment_.properties.get<Bytes>(tag::kAttachDataBinary);
      const auto size = static_cast<std::int64_t>(data != nullptr ? data->size() : 0) + kOverhead;
      return integer(std::min<std::int64_t>(size, 0x7FFF'FFFF));
    }
    default:
      return {};
  }
}

std::vector<mapi::PropTag> AttachmentSource::tags() const {
  auto out = made_tags();
  for (const auto& property : attachment_.properties.all())
    if (std::none_of(out.begin(), out.end(), [&](auto t) { return t.id() == property.tag.id(); }))
      out.push_back(property.tag);
  std::sort(out.begin(), out.end());
  return out;
}

mapi::PropertyBag AttachmentSource::row() const {
  mapi::PropertyBag out;
  for (const auto t : tags()) {
    if (t.id() == tag::kAttachDataBinary.id()) continue;
    if (auto value = find(t)) out.set(t.with(mapi::type_of(*value)), *value);
  }
  return out;
}

}  // namespace oxb::session
