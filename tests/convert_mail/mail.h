// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Helpers for the tests of mail conversion.
#include "convert/message.h"
#include "proto/mapi/tags.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace oxb::convert::test {

inline MessageContext context() {
  MessageContext out;
  out.received = from_unix_ms(1'700'000'000'000);
  out.owner_name = "Ada Owner";
  out.own_addresses = {"ada@example.com", "owner@example.com"};
  out.search_key_seed = "mail 1";
  return out;
}

inline mapi::Content converted(std::string_view mail, const MessageContext& with = context()) {
  auto content = message_from_mime(as_bytes(mail), with);
  EXPECT_TRUE(content) << (content ? "" : content.error().what);
  return content ? std::move(*content) : mapi::Content{};
}

template <class Bag>
std::string text(const Bag& bag, mapi::PropTag tag) {
  const auto* value = bag.template get<std::string>(tag);
  return value ? *value : "(absent)";
}
template <class Bag>
std::int32_t number(const Bag& bag, mapi::PropTag tag) {
  const auto* value = bag.template get<std::int32_t>(tag);
  EXPECT_TRUE(value) << std::hex << tag.value;
  return value ? *value : -4711;
}
template <class Bag>
bool flag(const Bag& bag, mapi::PropTag tag) {
  const auto* value = bag.template get<bool>(tag);
  EXPECT_TRUE(value) << std::hex << tag.value;
  return value && *value;
}
template <class Bag>
Bytes binary(const Bag& bag, mapi::PropTag tag) {
  const auto* value = bag.template get<Bytes>(tag);
  return value ? *value : Bytes{};
}
inline std::string html(const mapi::Content& c) { return std::string(as_text(binary(c.properties, mapi::tag::kHtml))); }
inline std::string body(const mapi::Content& c) { return text(c.properties, mapi::tag::kBody); }
inline std::string name_of(const mapi::Attachment& a) { return text(a.properties, mapi::tag::kAttachLongFilename); }
inline std::string data_of(const mapi::Attachment& a) {
  return std::string(as_text(binary(a.properties, mapi::tag::kAttachDataBinary)));
}

// The listing of a mail as a backend would give it.
model::MailSummary listing(std::string_view mail, const MessageContext& with = context());
// All sample mails: those of the project and, where present, the test data beside the checkout.
struct Sample {
  std::string name, bytes;
};
std::vector<Sample> samples();

}  // namespace oxb::convert::test
