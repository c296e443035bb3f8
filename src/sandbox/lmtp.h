// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Delivery into the mailboxes of the mail server next door (RFC 2033).
#include "format/smtp/reply.h"
#include "net/task.h"
#include "net/wait.h"

#include <string>
#include <vector>

namespace oxb::sandbox {

struct LmtpDelivery {
  std::string sender;
  std::vector<std::string> recipients;
  std::string data;  // as it goes after DATA, without the line that ends it
};
// The server's last word on each recipient, in order.
Task<Result<std::vector<smtp::Reply>>> deliver(std::string host, std::uint16_t port, LmtpDelivery delivery, Wait wait);

}  // namespace oxb::sandbox
