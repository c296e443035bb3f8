// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a message object consists of [MS-OXCMSG] 1.3, as converters make it and sessions show it.
#include <memory>
#include <vector>

#include "proto/mapi/property.h"

namespace oxb::mapi {

struct NamedProperty {
  PropertyName name;
  PropertyValue value;
  bool operator==(const NamedProperty&) const = default;
};

struct Recipient {
  PropertyBag properties;  // PidTagRecipientType, DisplayName, AddressType, EmailAddress, SmtpAddress ...
};

struct Content;

struct Attachment {
  PropertyBag properties;  // PidTagAttachMethod ...; the bytes are PidTagAttachDataBinary
  std::vector<NamedProperty> named;
  std::shared_ptr<const Content> embedded;  // only with PidTagAttachMethod 5
};

// Converters name named properties by PropertyName; a mailbox maps them to its own ids when it stores or shows them.
struct Content {
  PropertyBag properties;
  std::vector<NamedProperty> named;
  std::vector<Recipient> recipients;    // in order; the row id is the index
  std::vector<Attachment> attachments;  // in order; PidTagAttachNumber is the index

  void set_named(PropertyName name, PropertyValue value) { named.push_back({std::move(name), std::move(value)}); }
  const PropertyValue* find_named(const PropertyName& name) const {
    for (const auto& n : named)
      if (n.name == name) return &n.value;
    return nullptr;
  }
};

}  // namespace oxb::mapi
