// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Guesses which mails a client opens next: it moves through a folder by date, one way or the other. What is guessed is
// fetched before it is asked for, in batches that grow while the guesses hold.
#include "replica/replica.h"

namespace oxb::sync {

class ReadAhead {
 public:
  using Order = replica::ReadTx::Order;
  static constexpr std::size_t kFirstBatch = 4, kLargestBatch = 32;
  static constexpr std::uint64_t kLargestMail = 256 * 1024;  // larger ones are left to be asked for
  static constexpr std::uint64_t kLargestBytes = 2 * 1024 * 1024;

  struct Plan {
    MessageId from;  // fetch those that follow this one
    Order order;
    std::size_t count;
  };
  // A mail is opened. A plan, where it is time to fetch more; the caller then says with planned() what that meant.
  std::optional<Plan> opened(MessageId id, bool cached);
  void planned(const Plan& plan, const std::vector<replica::ReadTx::Neighbour>& following);
  // After a mail that was not cached, without a plan: the mails on either side of it, zero at the ends.
  void looked_around(MessageId older, MessageId newer);

  // Those of the following mails that should be fetched.
  static std::vector<MessageId> wanted(const std::vector<replica::ReadTx::Neighbour>& following);

 private:
  MessageId older_, newer_;  // of the last mail that nobody had expected
  MessageId mark_;           // when this one is opened, the batch after end_ is fetched
  MessageId end_;
  Order order_ = Order::descending;
  std::size_t batch_ = 0;
};

}  // namespace oxb::sync
