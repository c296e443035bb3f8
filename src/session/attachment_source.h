// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Properties of one attachment [MS-OXCMSG] 2.2.2.
#include "proto/mapi/content.h"
#include "session/values.h"

namespace oxb::session {

class AttachmentSource final : public PropertySource {
 public:
  AttachmentSource(const mapi::Attachment& attachment, std::uint32_t number, bool can_write)
      : attachment_(attachment), number_(number), can_write_(can_write) {}
  Value find(mapi::PropTag wanted) const override;
  std::vector<mapi::PropTag> tags() const override;
  // Everything but the data: a row of the attachment table.
  mapi::PropertyBag row() const;

 private:
  const mapi::Attachment& attachment_;
  std::uint32_t number_;
  bool can_write_;
};

// Properties that a client cannot set.
bool is_computed_attachment_property(mapi::PropId id);

}  // namespace oxb::session
