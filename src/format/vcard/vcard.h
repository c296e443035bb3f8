// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), with the vendor properties in use <-> model. Pure, bounded, any thread.
#include "format/ical/content_line.h"
#include "model/contact.h"

#include <string>
#include <string_view>
#include <vector>

namespace oxb::vcard {

struct Rejected {
  std::string uid;
  std::string reason;
};

struct Cards {
  std::vector<model::Contact> contacts;
  std::vector<model::DistributionList> lists;  // KIND:group; members by UID are looked up among the contacts
  std::vector<Rejected> rejected;
};

// malformed: no card in the text. What a contact has no field for (a fourth e-mail address, a third web page) is added
// to its note, one line each.
Result<Cards> read(std::string_view text, ical::TextLimits limits = {});

// vCard 4.0.
std::string write(const Cards& cards);

}  // namespace oxb::vcard
