// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Bounds on what one decode may cost, and values that the bytes alone do not tell.
#include <array>
#include <cstddef>

namespace oxb::wire {

struct Limits {
  std::size_t depth = 64;                // nested structures
  std::size_t elements = 1'000'000;      // list elements of one decode, all lists together
  std::size_t bytes = 64 * 1024 * 1024;  // of one encode
};

// Context that changes the bytes (the columns of a row, a code page). Holds references: the caller keeps the values
// alive.
class Parameters {
 public:
  template <class T>
  Parameters& set(const T& value) {
    for (auto& slot : slots_) {
      if (slot.key != nullptr && slot.key != key<T>()) continue;
      slot = {key<T>(), &value};
      return *this;
    }
    return *this;  // more kinds than slots never happens: see kSlots
  }
  template <class T>
  const T* find() const {
    for (const auto& slot : slots_)
      if (slot.key == key<T>()) return static_cast<const T*>(slot.value);
    return nullptr;
  }

 private:
  static constexpr std::size_t kSlots = 4;
  template <class T>
  static const void* key() {
    static const char here = 0;
    return &here;
  }
  struct Slot {
    const void* key = nullptr;
    const void* value = nullptr;
  };
  std::array<Slot, kSlots> slots_{};
};

}  // namespace oxb::wire
