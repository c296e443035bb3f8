// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oxb::sandbox {

// A time zone by its IANA name. Cheap to copy.
class Zone {
 public:
  Zone() = default;  // UTC
  static std::optional<Zone> find(std::string_view name);
  std::int64_t offset_at_utc(std::int64_t utc_ms) const;
  // local_ms: the wall clock read as if it were UTC. In a gap the offset before it, in an overlap the first one.
  std::int64_t offset_at_local(std::int64_t local_ms) const;
  const std::string& name() const { return name_; }

 private:
  struct Rules;
  std::string name_ = "UTC";
  std::shared_ptr<const Rules> rules_;
};

}  // namespace oxb::sandbox
