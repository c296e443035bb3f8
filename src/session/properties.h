// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The properties of whatever a handle names, read and written in one way.
#include "session/call.h"
#include "session/values.h"

namespace oxb::session {

// Calls fn with the object's properties, inside a read transaction. not_supported: the object has none (a table).
using WithSource = std::function<Result<>(const PropertySource&)>;
Answer<void> with_properties(Call& call, const std::shared_ptr<Object>& object, const WithSource& fn);

// The content of a message, fetched where it is not here yet. Embedded and new messages have theirs.
Task<Answer<void>> load_content(Call& call, Message& message);

// Bodies that a message does not have itself follow from its native one [MS-OXBBODY] 2.1.3; empty for every other tag.
Value body_of(const Message& message, mapi::PropTag tag);

// Sets and erases what a client asked for. Computed properties are ignored; what cannot be set is reported by index.
struct PropertyChange {
  std::vector<mapi::Property> set;
  std::vector<mapi::PropTag> erase;
};
Task<Answer<std::vector<rop::PropertyProblem>>> change_properties(Call& call, std::shared_ptr<Object> object,
                                                                  PropertyChange change);

// Puts a stream's bytes where it was opened.
Task<Answer<void>> commit_stream(Call& call, class Stream& stream);

}  // namespace oxb::session
