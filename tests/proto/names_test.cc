// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace oxb;
using namespace oxb::mapi;

namespace {

std::set<std::string> matches(const std::string& file, const std::string& pattern) {
  std::ifstream in(std::string(OXB_SOURCE_DIR) + file);
  std::stringstream text;
  text << in.rdbuf();
  const auto content = text.str();
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(content.begin(), content.end(), expression), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

}  // namespace

TEST(TagNames, EveryConstantIsInTheTable) {
  const auto declared = matches("/src/proto/mapi/tags.h", R"(constexpr PropTag (k\w+)\{)");
  const auto listed = matches("/src/proto/mapi/tags.cc", R"(\{tag::(k\w+), ")");
  EXPECT_GT(declared.size(), 600u);
  EXPECT_EQ(declared, listed);
}

TEST(TagNames, EveryNamedPropertyIsInTheTable) {
  EXPECT_EQ(matches("/src/proto/mapi/named.h", R"(constexpr Lid (k\w+)\{)"),
            matches("/src/proto/mapi/named.cc", R"(\{lid::(k\w+), ")"));
  EXPECT_EQ(matches("/src/proto/mapi/named.h", R"(constexpr NamedString (k\w+)\{)"),
            matches("/src/proto/mapi/named.cc", R"(\{named::(k\w+), ")"));
}

TEST(TagNames, AreFoundByIdAndType) {
  EXPECT_EQ(tag_name(tag::kSubject), "PidTagSubject");
  EXPECT_EQ(tag_name(tag::kSubject.with(PropType::string8)), "PidTagSubject");
  EXPECT_EQ(tag_name(PropTag{0x66B30014}), "PidTagNormalMessageSizeExtended");
  EXPECT_EQ(tag_name(PropTag{0x67950003}), "");
  EXPECT_EQ(tag_text(PropTag{0x0037001F}), "PidTagSubject (0x0037001f)");
  EXPECT_EQ(tag_text(PropTag{0x80010003}), "0x80010003");
}

TEST(NamedProperties, PrintByTheirCanonicalNames) {
  EXPECT_EQ(property_name_text(lid::kAppointmentSequence), "PidLidAppointmentSequence");
  EXPECT_EQ(property_name_text(named::kKeywords), "PidNameKeywords");
  EXPECT_EQ(property_name_text({set::kCommon, 0x8599u}), "PSETID_Common:0x8599");
  EXPECT_EQ(property_name_text({set::kPublicStrings, std::string("x")}), "PS_PUBLIC_STRINGS:x");
  EXPECT_EQ(known_type(lid::kPercentComplete), PropType::floating64);
  EXPECT_EQ(to_text(set::kAppointment), "00062002-0000-0000-c000-000000000046");
}
