// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Faults on demand, and a count of the calls: for tests and benchmarks. Switched at run time through /control.
#include "base/result.h"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::sandbox {

enum class FaultKind : std::uint8_t {
  latency,        // answer after delay
  status,         // answer HTTP `status` with an HTML page, nothing done
  drop_before,    // close the connection, nothing done
  drop_after,     // do it, then close the connection
  truncate,       // do it, send half of the answer, close
  stale_session,  // SES-0203, and the session is gone
  drip,           // do it, send the answer in pieces with delay between them
  error,          // answer an Open-Xchange error with `code`, nothing done
};

struct Fault {
  std::uint64_t id = 0;
  FaultKind kind = FaultKind::latency;
  std::string module;           // empty: every module
  std::string action;           // empty: every action
  std::int64_t remaining = -1;  // calls left; negative: no limit
  std::int64_t skip = 0;        // calls let through first
  std::chrono::milliseconds delay{0};
  int status = 500;
  std::string code;
  std::size_t piece = 1;  // bytes per piece when dripping
};

class Faults {
 public:
  std::uint64_t add(Fault fault);
  bool remove(std::uint64_t id);
  void clear() { faults_.clear(); }
  const std::vector<Fault>& all() const { return faults_; }
  // What to do with this HTTP request; counts down. For `multiple` the module is "multiple".
  std::vector<Fault> take(std::string_view module, std::string_view action);

  // requests: HTTP requests by "module/action", a `multiple` once. calls: its entries one by one.
  void count_request(std::string_view module, std::string_view action) { ++requests_[key(module, action)]; }
  void count_call(std::string_view module, std::string_view action) { ++calls_[key(module, action)]; }
  void count_mail(std::string_view kind) { ++mails_[std::string(kind)]; }
  void reset_counters();
  boost::json::value counters() const;

 private:
  static std::string key(std::string_view module, std::string_view action);
  std::vector<Fault> faults_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, std::uint64_t> requests_;
  std::map<std::string, std::uint64_t> calls_;
  std::map<std::string, std::uint64_t> mails_;  // scheduling mails a real server would have sent
};

// {"kind":"status","module":"contacts","action":"updates","count":2,"status":503,...}
Result<Fault> parse_fault(const boost::json::value& value);
boost::json::value to_json(const Fault& fault);

}  // namespace oxb::sandbox
