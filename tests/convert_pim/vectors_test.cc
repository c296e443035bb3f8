// SPDX-License-Identifier: GPL-3.0-or-later
// Every vector of tests/vectors/ocal decodes to the printed form beside it and encodes to the same bytes.
#include "proto/mapi/recurrence.h"
#include "proto/mapi/zone_blob.h"
#include "wire/codec.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::mapi {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class M>
void check(const std::filesystem::path& path, Result<M> (*decode)(ByteView)) {
  SCOPED_TRACE(path.filename().string());
  const auto bytes = from_hex(read(path));
  ASSERT_TRUE(bytes) << bytes.error().what;
  const auto value = decode(*bytes);
  ASSERT_TRUE(value) << value.error().what;
  const auto again = encode(*value);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(to_hex(*again), to_hex(*bytes));
  auto text_path = path;
  text_path.replace_extension(".txt");
  const auto text = wire::dump(*value, wire::Privacy::show);
  if (std::getenv("OXB_BLESS") != nullptr) std::ofstream(text_path) << text;
  EXPECT_EQ(text, read(text_path));
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    const auto cut = decode(ByteView(*bytes).first(size));
    EXPECT_FALSE(cut) << size;
  }
}

TEST(OcalVectors, DecodePrintAndEncode) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(OXB_SOURCE_DIR "/tests/vectors/ocal")) {
    if (entry.path().extension() != ".hex") continue;
    ++count;
    const auto name = entry.path().filename().string();
    if (name.starts_with("recur_"))
      check<AppointmentRecurrence>(entry.path(), decode_appointment_recurrence);
    else if (name.starts_with("task_"))
      check<RecurrencePattern>(entry.path(), decode_recurrence);
    else if (name.starts_with("tzstruct_"))
      check<TimeZoneStruct>(entry.path(), decode_time_zone_struct);
    else if (name.starts_with("tzdef_"))
      check<TimeZoneDefinition>(entry.path(), decode_time_zone_definition);
    else
      ADD_FAILURE() << "what is " << name;
  }
  EXPECT_GE(count, 5);
}

TEST(OcalBlobs, AnySeedMakesAValueThatSurvivesItsBytes) {
  std::uint32_t state = 1;
  for (int round = 0; round < 300; ++round) {
    Bytes seed(200);
    for (auto& b : seed) b = static_cast<std::byte>((state = state * 1664525 + 1013904223) >> 24);
    const auto value = wire::generate<AppointmentRecurrence>(seed);
    const auto bytes = encode(value);
    ASSERT_TRUE(bytes) << bytes.error().what;
    const auto again = decode_appointment_recurrence(*bytes);
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(to_hex(*encode(*again)), to_hex(*bytes));
  }
}

}  // namespace
}  // namespace oxb::mapi
