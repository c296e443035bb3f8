// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_flags.h"

#include "base/text.h"
#include "convert/message_envelope.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <algorithm>
#include <array>

namespace oxb::convert {

using namespace mapi;

namespace {

// PidTagLastVerbExecuted [MS-OXOMSG] 2.2.1.39 and PidTagIconIndex [MS-OXOMSG] 2.2.1.10. The first row of a meaning is
// the one that is shown for it.
enum class Deed { none, answered, forwarded };
struct Verb {
  Deed deed;
  std::int32_t verb, icon;
};
constexpr std::array kVerbs = {Verb{Deed::answered, 102, 0x105}, Verb{Deed::answered, 103, 0x105},
                               Verb{Deed::forwarded, 104, 0x106}, Verb{Deed::none, 0, -1}};
const Verb& verb_of(Deed deed) {
  return *std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& v) { return v.deed == deed; });
}

// PidTagFlagStatus [MS-OXOFLAG] 2.2.1.1; 1 is completed.
constexpr std::int32_t kFollowupFlagged = 2;
constexpr std::string_view kForwardedKeyword = "$Forwarded";
bool is_forwarded_keyword(std::string_view k) {
  return ascii_iequals(k, kForwardedKeyword) || ascii_iequals(k, "Forwarded");
}

}  // namespace

bool is_system_keyword(std::string_view keyword) {
  static constexpr std::array<std::string_view, 5> kSystem = {"Forwarded", "Junk", "NonJunk", "NotJunk", "Recent"};
  return keyword.starts_with('$') || keyword.starts_with('\\') ||
         std::any_of(kSystem.begin(), kSystem.end(), [&](auto name) { return ascii_iequals(name, keyword); });
}

bool is_keyword(std::string_view category) {
  constexpr std::string_view kSpecials = "(){%*\"\\]";
  return !category.empty() && category.size() <= 200 && !is_system_keyword(category) &&
         std::all_of(category.begin(), category.end(),
                     [&](char c) { return c > 0x20 && c < 0x7F && kSpecials.find(c) == std::string_view::npos; });
}

void set_flags(Content& out, const model::MailFlags& flags, std::int32_t kept) {
  auto& p = out.properties;
  const auto has = [&](std::string_view keyword) {
    return std::any_of(flags.keywords.begin(), flags.keywords.end(),
                       [&](const auto& k) { return ascii_iequals(k, keyword); });
  };
  auto bits = kept & ~(message_flag::kRead | message_flag::kEverRead | message_flag::kUnsent);
  if (flags.seen) bits |= message_flag::kRead | message_flag::kEverRead;
  if (flags.draft) bits = (bits & ~message_flag::kInternet) | message_flag::kUnsent;
  // A receipt is owed until one was sent or the user saw the mail.
  if (flags.seen || flags.draft || has("$MDNSent")) bits &= ~(message_flag::kNotifyRead | message_flag::kNotifyUnread);
  p.set(tag::kMessageFlags, bits);
  p.set(tag::kRead, flags.seen);
  const bool forwarded = std::any_of(flags.keywords.begin(), flags.keywords.end(), is_forwarded_keyword);
  const auto& verb = verb_of(flags.answered ? Deed::answered : forwarded ? Deed::forwarded : Deed::none);
  p.set(tag::kLastVerbExecuted, verb.verb);
  p.set(tag::kIconIndex, verb.icon);
  // [MS-OXOFLAG] 2.2.1: flagged for follow-up without a date.
  p.set(tag::kFlagStatus, flags.flagged ? kFollowupFlagged : std::int32_t{0});
  p.set(tag::kFollowupIcon, std::int32_t{flags.flagged ? 6 : 0});
  p.set(tag::kToDoItemFlags, std::int32_t{flags.flagged ? 1 : 0});
  if (flags.flagged) out.set_named(lid::kFlagRequest, std::string("Follow up"));
  std::vector<std::string> categories;
  for (const auto& k : flags.keywords)
    if (!is_system_keyword(k)) categories.push_back(make_valid_utf8(k));
  if (!categories.empty()) out.set_named(named::kKeywords, std::move(categories));
}

namespace {

Deed deed_of(const PropertyBag& p, bool& known) {
  const auto* verb = p.get<std::int32_t>(tag::kLastVerbExecuted);
  const auto* icon = p.get<std::int32_t>(tag::kIconIndex);
  known = verb || icon;
  for (const auto& v : kVerbs)
    if (verb && *verb != 0 && v.verb == *verb) return v.deed;
  for (const auto& v : kVerbs)
    if (icon && v.icon == *icon) return v.deed;
  return Deed::none;
}

void set_deed(model::MailFlags& out, Deed deed, const model::MailFlags& before) {
  const bool was_forwarded = std::any_of(before.keywords.begin(), before.keywords.end(), is_forwarded_keyword);
  if (deed == Deed::none) {
    out.answered = false;
    std::erase_if(out.keywords, is_forwarded_keyword);
    return;
  }
  if (deed == Deed::answered) out.answered = true;
  if (deed == Deed::forwarded && !was_forwarded) out.keywords.emplace_back(kForwardedKeyword);
}

}  // namespace

model::MailFlags flags_of(const Content& content, const model::MailFlags& before) {
  auto out = before;
  const auto& p = content.properties;
  if (const auto* bits = p.get<std::int32_t>(tag::kMessageFlags)) {
    out.seen = *bits & message_flag::kRead;
    out.draft = *bits & message_flag::kUnsent;
  } else if (const auto* read = p.get<bool>(tag::kRead)) {
    out.seen = *read;
  }
  if (const auto* status = p.get<std::int32_t>(tag::kFlagStatus)) out.flagged = *status == kFollowupFlagged;
  bool known = false;
  const auto deed = deed_of(p, known);
  if (known) set_deed(out, deed, before);
  if (const auto* value = content.find_named(named::kKeywords)) {
    std::erase_if(out.keywords, [](const std::string& k) { return !is_system_keyword(k); });
    if (const auto* categories = std::get_if<std::vector<std::string>>(value))
      for (const auto& c : *categories)
        if (is_keyword(c)) out.keywords.push_back(c);
  }
  std::sort(out.keywords.begin(), out.keywords.end());
  out.keywords.erase(std::unique(out.keywords.begin(), out.keywords.end()), out.keywords.end());
  return out;
}

}  // namespace oxb::convert
