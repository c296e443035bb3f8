// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the converters of calendar, contact and task items cannot read from the item itself.
#include "base/clock.h"
#include "model/event.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oxb::convert {

// A person, group or resource as the address book knows it.
struct Person {
  std::string name;
  std::string email;      // SMTP
  std::string legacy_dn;  // empty: not in the address book
};

struct PimContext {
  std::string owner_name;                    // of the mailbox
  std::string owner_email;                   // primary address
  std::string owner_legacy_dn;               // may be empty
  RemoteId owner_entity;                     // the owner's user id on the backend; may be empty
  std::vector<std::string> owner_addresses;  // all of them; compared without case
  std::string default_zone = "Etc/UTC";      // IANA: for all-day events, floating times and tasks
  std::string locale = "en";                 // of texts made for people
  Instant now;                               // which reminders are still to come
  // Looks an internal attendee up by kind and entity, or an external one by address. May be empty, may find nothing.
  std::function<std::optional<Person>(const model::Attendee&)> find_person;
};

}  // namespace oxb::convert
