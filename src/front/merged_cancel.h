// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "net/wait.h"

namespace oxb::front {

// A token that fires when either of two does. Lives as long as the wait.
class EitherCancel {
 public:
  EitherCancel(const CancelToken& a, const CancelToken& b)
      : first_(a.on_cancel([source = source_]() mutable { source.cancel(); })),
        second_(b.on_cancel([source = source_]() mutable { source.cancel(); })) {}
  CancelToken token() const { return source_.token(); }

 private:
  CancelSource source_;
  std::shared_ptr<void> first_;
  std::shared_ptr<void> second_;
};

}  // namespace oxb::front
