// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/objects.h"

#include <algorithm>
#include <numeric>

namespace oxb::session {
namespace {

void count_up(std::vector<std::uint32_t>& numbers, std::size_t count) {
  if (numbers.size() == count) return;
  numbers.resize(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
}

}  // namespace

const std::vector<std::uint32_t>& Message::recipient_ids() const {
  count_up(recipient_ids_, content ? content->recipients.size() : 0);
  return recipient_ids_;
}

const std::vector<std::uint32_t>& Message::attachment_numbers() const {
  count_up(attachment_numbers_, content ? content->attachments.size() : 0);
  return attachment_numbers_;
}

std::optional<std::size_t> Message::attachment_index(std::uint32_t number) const {
  const auto& all = attachment_numbers();
  const auto at = std::find(all.begin(), all.end(), number);
  if (at == all.end()) return std::nullopt;
  return static_cast<std::size_t>(at - all.begin());
}

void Message::reserve_attachment_numbers() {
  const auto& all = attachment_numbers();
  if (!all.empty()) next_attachment_ = std::max(next_attachment_, *std::max_element(all.begin(), all.end()) + 1);
}

std::uint32_t Message::take_attachment_number() {
  reserve_attachment_numbers();
  return next_attachment_++;
}

void Message::forget_numbers() {
  recipient_ids_.clear();
  attachment_numbers_.clear();
}

const mapi::Attachment* Attachment::value() const {
  if (draft) return draft.get();
  const auto index = message->content ? message->attachment_index(number) : std::nullopt;
  return index ? &message->content->attachments[*index] : nullptr;
}

}  // namespace oxb::session
