// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Replays recorded request/answer pairs of a real server and compares shapes, codes and meaning. Ids, times and tokens
// are not the same on both sides: what an answer shows for one of ours is remembered and put into later requests.
#include "tests/sandbox/box.h"

#include <boost/json/value.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace oxb::sandbox::test {

class Replay {
 public:
  explicit Replay(Box& box) : box_(box) {}
  struct Difference {
    std::string entry;  // "03-contacts#17"
    std::string note;
    std::string what;
  };
  // All entries of one file for the modules that the box has.
  void run(const std::string& name, const json::array& entries);
  // The same without comparing: brings the box into the state that a file began with.
  void rehearse(const json::array& entries);
  const std::vector<Difference>& differences() const { return differences_; }
  std::size_t compared() const { return compared_; }

 private:
  void one(const std::string& entry, const json::object& pair);
  Client& client(const std::string& user);
  std::string translate(const std::string& text, std::string_view module) const;
  json::value translate(const json::value& value, std::string_view module) const;
  std::int64_t our_time(std::int64_t theirs) const;
  void compare(const std::string& path, const json::value& theirs, const json::value& ours);
  void compare_arrays(const std::string& path, const json::array& theirs, const json::array& ours);
  void compare_strings(const std::string& path, const std::string& theirs, const std::string& ours);
  void note(const std::string& path, const json::value& theirs, const json::value& ours);
  void learn(std::string_view module, const json::value& theirs, const json::value& ours);

  Box& box_;
  std::map<std::string, Client> clients_;
  std::map<std::int64_t, std::int64_t> times_;
  std::map<std::string, std::string> ids_;  // "<module>:<theirs>" -> ours
  std::map<std::string, std::string> uids_;
  std::vector<Difference> differences_;
  std::string entry_;
  std::string note_;
  std::string module_;
  std::size_t compared_ = 0;
};

}  // namespace oxb::sandbox::test
