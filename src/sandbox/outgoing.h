// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Every mail that the submission server took, with those recipients who would have got it outside the house.
#include "sandbox/database.h"
#include "sandbox/principals.h"

#include <boost/json/array.hpp>

#include <string>
#include <vector>

namespace oxb::sandbox {

struct Outgoing {
  Identity by;
  std::string sender;
  std::vector<std::string> recipients;  // all that were accepted
  std::vector<std::string> outside;     // of them, those without a mailbox here
  std::string message;
};

// Inside a transaction.
std::int64_t record_outgoing(Sandbox& sandbox, const Outgoing& mail);
// [{"id":1,"at":1795355656000,"context":1,"user":3,"sender":..,"recipients":[..],"outside":[..],"message":<base64>}]
json::array all_outgoing(Database& db);
void clear_outgoing(Database& db);

}  // namespace oxb::sandbox
