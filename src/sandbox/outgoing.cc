// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/outgoing.h"

#include "sandbox/sandbox.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

std::string list_of(const std::vector<std::string>& addresses) {
  json::array out;
  for (const auto& address : addresses) out.emplace_back(address);
  return json::serialize(out);
}

}  // namespace

std::int64_t record_outgoing(Sandbox& sandbox, const Outgoing& mail) {
  auto& db = sandbox.db();
  db.run("INSERT INTO outgoing (at, context, user, sender, recipients, outside, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
         sandbox.now_ms(), mail.by.context, mail.by.user, mail.sender, list_of(mail.recipients), list_of(mail.outside),
         as_bytes(mail.message));
  return db.integer("SELECT max(id) FROM outgoing").value_or(0);
}

json::array all_outgoing(Database& db) {
  json::array out;
  auto q = db.query("SELECT id, at, context, user, sender, recipients, outside, message FROM outgoing ORDER BY id");
  while (q.next()) {
    boost::system::error_code ignored;
    out.push_back(json::object{{"id", q.integer(0)},
                               {"at", q.integer(1)},
                               {"context", q.integer(2)},
                               {"user", q.integer(3)},
                               {"sender", q.text(4)},
                               {"recipients", json::parse(q.text(5), ignored)},
                               {"outside", json::parse(q.text(6), ignored)},
                               {"message", to_base64(q.bytes(7))}});
  }
  return out;
}

void clear_outgoing(Database& db) { db.run("DELETE FROM outgoing"); }

}  // namespace oxb::sandbox
