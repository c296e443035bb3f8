// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What series need: exceptions that follow their master, splits, spreading of answers, moves.
#include "sandbox/chronos_write.h"

namespace oxb::sandbox {

// After a master changed: exceptions are re-mapped, dropped, or take over plain field changes.
Ox<> follow_master(Call& call, const CalendarFolder& folder, const Event& before, Event& after,
                   const json::object& changes, Outcome& out);

struct Split {
  Event past;    // new id and uid, ends before the split
  Event future;  // the old id, begins at the split; not stored yet
  Outcome outcome;
};
// CAL-4061, CAL-4063.
Ox<Split> split_series(Call& call, const CalendarFolder& folder, const Event& master, const std::string& recurrence);

// An answer to a whole series counts for exceptions that had the same answer.
void spread_answer(Call& call, const Event& master, std::int64_t user, const std::string& before,
                   const std::string& after, std::int64_t stamp);
void move_stored(Call& call, const CalendarFolder& source, const CalendarFolder& target, Event& event,
                 std::int64_t stamp);

}  // namespace oxb::sandbox
