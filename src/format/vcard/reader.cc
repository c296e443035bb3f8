// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/ical/ical.h"
#include "format/vcard/card.h"
#include "format/vcard/vcard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace oxb::vcard {
namespace {

using ical::Component;
using ical::ContentLine;

bool is_group(const Component& card) {
  for (const auto* name : {"KIND", "X-ADDRESSBOOKSERVER-KIND"}) {
    const auto* line = card.find(name);
    if (line != nullptr && ascii_iequals(trim(line->value), "group")) return true;
  }
  return card.name == "VLIST";
}

std::string without_urn(std::string_view text) {
  text = trim(text);
  for (const std::string_view prefix : {"urn:uuid:", "uid:"})
    if (text.size() > prefix.size() && ascii_iequals(text.substr(0, prefix.size()), prefix))
      text.remove_prefix(prefix.size());
  return ascii_lower(text);
}

std::string list_uid(const Component& card) {
  const auto* line = card.find("UID");
  return line == nullptr ? std::string() : std::string(trim(ical::unescape(line->value)));
}

struct Book {
  std::map<std::string, const model::Contact*> by_uid;
};

model::DistributionList list_of(const Component& card, const Book& book) {
  using Member = model::DistributionList::Member;
  model::DistributionList list;
  list.uid = list_uid(card);
  if (const auto* line = card.find("FN")) list.name = ical::unescape(line->value);
  if (const auto* line = card.find("NOTE")) list.note = ical::unescape(line->value);
  for (const auto& line : card.lines) {
    if (line.name != "MEMBER" && line.name != "X-ADDRESSBOOKSERVER-MEMBER") continue;
    Member member;
    const auto value = trim(line.value);
    member.name = std::string(line.parameter("CN"));
    if (ascii_lower(value.substr(0, 7)) == "mailto:") {
      member.email = std::string(value.substr(7));
    } else if (const auto known = book.by_uid.find(without_urn(value)); known != book.by_uid.end()) {
      using F = model::ContactField;
      const auto& contact = *known->second;
      for (const auto field : {F::email1, F::email2, F::email3})
        if (member.email.empty()) member.email = contact[field];
      member.name = contact[F::display_name];
    }
    if (member.email.empty()) continue;  // an address is what a list is made of
    if (member.name.empty()) member.name = member.email;
    list.members.push_back(std::move(member));
  }
  return list;
}

}  // namespace

Result<Cards> read(std::string_view text, ical::TextLimits limits) {
  OXB_TRY(const auto components, ical::parse_components(text, limits));
  Cards cards;
  bool any = false;
  std::vector<const Component*> groups;
  for (const auto& component : components) {
    if (component.name != "VCARD" && component.name != "VLIST") continue;
    any = true;
    if (is_group(component)) {
      groups.push_back(&component);
      continue;
    }
    auto contact = detail::contact_of(component);
    if (contact)
      cards.contacts.push_back(std::move(*contact));
    else
      cards.rejected.push_back({list_uid(component), contact.error().what});
  }
  if (!any) return fail(Errc::malformed, "text without a VCARD");
  Book book;
  for (const auto& contact : cards.contacts)
    if (!contact.uid.empty()) book.by_uid.emplace(without_urn(contact.uid), &contact);
  for (const auto* group : groups) {
    auto list = list_of(*group, book);
    if (list.name.empty())
      cards.rejected.push_back({list.uid, "distribution list without a name"});
    else
      cards.lists.push_back(std::move(list));
  }
  return cards;
}

}  // namespace oxb::vcard
