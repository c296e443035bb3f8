// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How far a mail folder has been read, as text: "1 v=<UIDVALIDITY> m=<MODSEQ> n=<UIDNEXT> ...". At most a hundred
// bytes.
#include "base/result.h"
#include "model/common.h"

#include <cstdint>

namespace oxb::backend {

struct ImapPosition {
  std::uint64_t uid_validity{};
  std::uint64_t mod_seq{};   // every change up to here is known; 0: the folder has no mod-sequences
  std::uint64_t uid_next{};  // mails from here on are new
  std::uint64_t below{};     // first reading under way: mails below this UID are still to be read; 0: it is finished
  // A long list of changed flags under way: those of UIDs up to flags_done are known up to flags_target. 0: none.
  std::uint64_t flags_done{}, flags_target{};
  bool operator==(const ImapPosition&) const = default;
};

model::Position print_position(const ImapPosition& position);
// invalid: not a position of this kind or of a later version.
Result<ImapPosition> parse_position(const model::Position& position);

}  // namespace oxb::backend
