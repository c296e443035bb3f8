// SPDX-License-Identifier: GPL-3.0-or-later
#include "replica/replica.h"

#include "replica/database.h"

namespace oxb::replica {

Replica::Replica(std::unique_ptr<Database> db) : db_(std::move(db)) {}
Replica::~Replica() = default;

Result<std::unique_ptr<Replica>> Replica::open(const std::string& path, Options options) {
  OXB_TRY(auto db, Database::open(path, options));
  return std::unique_ptr<Replica>(new Replica(std::move(db)));
}

Identity Replica::identity() const { return db_->identity; }
Result<> Replica::begin_read() { return db_->begin("BEGIN"); }
void Replica::end_read() { db_->roll_back(); }
Result<> Replica::begin_write() { return db_->begin("BEGIN IMMEDIATE"); }
Result<> Replica::commit() { return db_->commit(); }
void Replica::roll_back() { db_->roll_back(); }

}  // namespace oxb::replica
