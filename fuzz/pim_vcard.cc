// parts: convert format model proto wire base
// SPDX-License-Identifier: GPL-3.0-or-later
// vCard text through the reader, the converters and the writer.
#include "convert/contact.h"
#include "convert/distribution_list.h"
#include "format/vcard/vcard.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const auto cards = vcard::read({reinterpret_cast<const char*>(data), size});
  if (!cards) return 0;
  const convert::PimContext context;
  for (const auto& contact : cards->contacts) {
    const auto content = convert::contact_from_item(contact, context);
    if (!content) std::abort();
    static_cast<void>(convert::contact_from_content(*content, context));
  }
  for (const auto& list : cards->lists) static_cast<void>(convert::distribution_list_from_item(list, context));
  const auto text = vcard::write(*cards);
  if (cards->contacts.size() + cards->lists.size() == 0) return 0;
  const auto again = vcard::read(text);
  if (!again || again->contacts.size() != cards->contacts.size() || again->lists.size() != cards->lists.size())
    std::abort();
  return 0;
}
