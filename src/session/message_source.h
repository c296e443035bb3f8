// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Properties of a message: what the replica's row holds, what its content holds, and what follows from both.
#include "session/store.h"
#include "session/values.h"

namespace oxb::session {

class MessageSource final : public PropertySource {
 public:
  // tx: where content is looked up when a property is not in the row; null: only what is given is used.
  // access: PidTagAccess; can_write: PidTagAccessLevel.
  MessageSource(const Store& store, const replica::MessageRow& row, std::shared_ptr<const mapi::Content> content,
                replica::ReadTx* tx, std::int32_t access, bool can_write)
      : store_(store), row_(row), content_(std::move(content)), tx_(tx), access_(access), can_write_(can_write) {}

  Value find(mapi::PropTag wanted) const override;
  std::vector<mapi::PropTag> tags() const override;
  std::vector<const mapi::PropertyBag*> children(mapi::PropTag which) const override;

  static const std::vector<mapi::PropTag>& computed_tags();

 private:
  Value computed(mapi::PropTag wanted) const;
  Value stored(mapi::PropTag wanted) const;
  const mapi::Content* content() const;
  std::int32_t flags() const;

  const Store& store_;
  const replica::MessageRow& row_;
  mutable std::shared_ptr<const mapi::Content> content_;
  mutable replica::ReadTx* tx_;  // null once asked
  std::int32_t access_;
  bool can_write_;
  mutable bool is_looked_up_ = false;  // the content was found by tx_
};

}  // namespace oxb::session
