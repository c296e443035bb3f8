// parts: convert
// SPDX-License-Identifier: GPL-3.0-or-later
// A whole mail to MAPI, with all forms of its body; a listing made from the same header must not crash either.
#include "convert/body.h"
#include "convert/message.h"
#include "proto/mapi/tags.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const auto bytes = std::as_bytes(std::span(data, size));
  convert::MessageContext context;
  context.own_addresses = {"a@example.com"};
  if (const auto content = convert::message_from_mime(bytes, context)) {
    for (const auto tag : {mapi::tag::kBody, mapi::tag::kHtml, mapi::tag::kRtfCompressed})
      convert::body_property(content->properties, tag);
    convert::body_preview(content->properties);
  } else {
    convert::message_placeholder(bytes, "reason", context);
  }
  model::MailSummary summary;
  summary.headers.assign(bytes.begin(), bytes.end());
  convert::message_summary(summary, context);
  convert::calendar_part(bytes);
  return 0;
}
