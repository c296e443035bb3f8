// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "front/address_view.h"
#include "sync/mailbox.h"

#include <memory>

namespace oxb::front {

// Where a caller's address book comes from. A view never holds more than the caller's own backend session has shown.
class AddressBooks {
 public:
  virtual ~AddressBooks() = default;
  virtual Task<Result<std::shared_ptr<const AddressView>>> view(std::shared_ptr<sync::Mailbox> caller, Wait wait) = 0;
};

// The entry of a mailbox's owner, made from what the sign-in told; every address book holds at least this one.
AddressEntry owner_entry(const sync::Owner& owner, const directory::Installation& installation);

// Only the caller himself: enough to make a profile while no directory has been read.
std::unique_ptr<AddressBooks> own_entry_only(directory::Installation installation);

}  // namespace oxb::front
