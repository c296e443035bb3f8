// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Fills a box with a sample company (share/sample/ox) through the API's own actions, so that every rule of theirs
// holds. The format of the files is in docs/sandbox.md.
#include "base/result.h"

#include <cstdint>
#include <string>

namespace oxb::sandbox {

class Sandbox;

struct SeedOptions {
  std::string directory;  // with company.json, folders.json, contacts.json, events.json, tasks.json
  std::string today;      // "2026-11-22": dates in the files are relative to it; empty: the clock's day
  std::string password;   // of every user; empty: one drawn for each
};
Result<> seed_company(Sandbox& sandbox, const SeedOptions& options);

}  // namespace oxb::sandbox
