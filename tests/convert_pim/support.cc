// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/convert_pim/support.h"

#include <set>

namespace oxb::convert {
namespace {

void check_value(const mapi::PropertyValue& value, const std::string& what) {
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          ADD_FAILURE() << "no value: " << what;
        } else if constexpr (std::is_same_v<T, std::vector<std::string>> ||
                             std::is_same_v<T, std::vector<std::int32_t>> || std::is_same_v<T, std::vector<Bytes>>) {
          EXPECT_FALSE(v.empty()) << "a multi-value without values: " << what;
        }
      },
      value);
}

}  // namespace

void check_content(const mapi::Content& content) {
  std::set<mapi::PropertyName> names;
  for (const auto& property : content.named) {
    const auto* lid = std::get_if<std::uint32_t>(&property.name.id);
    const auto what = lid != nullptr ? std::to_string(*lid) : std::get<std::string>(property.name.id);
    EXPECT_TRUE(names.insert(property.name).second) << "twice: " << what;
    check_value(property.value, what);
    const auto known = mapi::known_type(property.name);
    if (known != mapi::PropType::unspecified) EXPECT_EQ(known, mapi::type_of(property.value)) << what;
  }
  for (const auto& property : content.properties.all()) check_value(property.value, std::to_string(property.tag.value));
  for (const auto& attachment : content.attachments)
    if (attachment.embedded) check_content(*attachment.embedded);
}

}  // namespace oxb::convert
