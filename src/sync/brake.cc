// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/brake.h"

#include "base/guid.h"

#include <algorithm>
#include <charconv>

namespace oxb::sync {
namespace {

constexpr std::size_t kAlwaysAllowed = 50;
constexpr std::chrono::minutes kPause{15};

std::string digest(std::vector<std::string>& missing) {
  std::sort(missing.begin(), missing.end());
  std::string all;
  for (const auto& id : missing) all.append(id).push_back('\0');
  return to_text(named_guid(all));
}

}  // namespace

Result<Brake> brake(replica::WriteTx& tx, const std::string& key, Inferred inferred, Instant now) {
  const auto note_key = "brake " + key;
  OXB_TRY(const auto held, tx.note(note_key));
  if (inferred.missing.size() <= std::max(kAlwaysAllowed, inferred.total / 5)) {
    if (held && !held->empty()) OXB_CHECK(tx.set_note(note_key, ""));
    return Brake::released;
  }
  const auto reading = digest(inferred.missing);
  if (held && held->starts_with(reading)) {
    std::int64_t since = 0;
    const auto number = std::string_view(*held).substr(reading.size() + 1);
    std::from_chars(number.data(), number.data() + number.size(), since);
    if (now - from_unix_ms(since) < kPause) return Brake::holding;
    OXB_CHECK(tx.set_note(note_key, ""));
    return Brake::released;
  }
  OXB_CHECK(tx.set_note(note_key, fmt::format("{} {}", reading, to_unix_ms(now))));
  return Brake::holding;
}

}  // namespace oxb::sync
