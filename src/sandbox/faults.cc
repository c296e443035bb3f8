// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/faults.h"

#include "sandbox/call.h"

#include <boost/json/object.hpp>

namespace oxb::sandbox {
namespace {

constexpr std::array kKinds = {
    std::pair{FaultKind::latency, std::string_view("latency")},
    std::pair{FaultKind::status, std::string_view("status")},
    std::pair{FaultKind::drop_before, std::string_view("drop-before")},
    std::pair{FaultKind::drop_after, std::string_view("drop-after")},
    std::pair{FaultKind::truncate, std::string_view("truncate")},
    std::pair{FaultKind::stale_session, std::string_view("stale-session")},
    std::pair{FaultKind::drip, std::string_view("drip")},
    std::pair{FaultKind::error, std::string_view("error")},
};

json::object counts(const std::map<std::string, std::uint64_t>& from) {
  json::object out;
  std::uint64_t total = 0;
  for (const auto& [name, count] : from) {
    out[name] = count;
    total += count;
  }
  out["total"] = total;
  return out;
}

}  // namespace

std::string Faults::key(std::string_view module, std::string_view action) {
  return action.empty() ? std::string(module) : fmt::format("{}/{}", module, action);
}

std::uint64_t Faults::add(Fault fault) {
  fault.id = ++last_id_;
  faults_.push_back(std::move(fault));
  return last_id_;
}

bool Faults::remove(std::uint64_t id) {
  return std::erase_if(faults_, [&](const Fault& fault) { return fault.id == id; }) > 0;
}

std::vector<Fault> Faults::take(std::string_view module, std::string_view action) {
  std::vector<Fault> out;
  for (auto& fault : faults_) {
    if (!fault.module.empty() && fault.module != module) continue;
    if (!fault.action.empty() && fault.action != action) continue;
    if (fault.remaining == 0) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    if (fault.remaining > 0) --fault.remaining;
    out.push_back(fault);
  }
  std::erase_if(faults_, [](const Fault& fault) { return fault.remaining == 0; });
  return out;
}

void Faults::reset_counters() {
  requests_.clear();
  calls_.clear();
  mails_.clear();
}

json::value Faults::counters() const {
  return json::object{{"requests", counts(requests_)}, {"calls", counts(calls_)}, {"mails", counts(mails_)}};
}

Result<Fault> parse_fault(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return fail(Errc::invalid, "a fault is an object");
  Fault fault;
  const auto kind = as_string(*object, "kind");
  const auto row = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.second == kind; });
  if (row == kKinds.end()) return fail(Errc::invalid, "unknown kind of fault");
  fault.kind = row->first;
  fault.module = as_string(*object, "module");
  fault.action = as_string(*object, "action");
  fault.code = as_string(*object, "code");
  fault.remaining = as_number(*object, "count").value_or(-1);
  fault.skip = as_number(*object, "skip").value_or(0);
  fault.delay =
      std::chrono::milliseconds(std::clamp<std::int64_t>(as_number(*object, "delay_ms").value_or(0), 0, 600'000));
  fault.status = static_cast<int>(std::clamp<std::int64_t>(as_number(*object, "status").value_or(500), 200, 599));
  fault.piece = static_cast<std::size_t>(std::clamp<std::int64_t>(as_number(*object, "piece").value_or(1), 1, 1 << 20));
  if (fault.kind == FaultKind::error && fault.code.empty()) return fail(Errc::invalid, "an error fault needs a code");
  return fault;
}

json::value to_json(const Fault& fault) {
  const auto row = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.first == fault.kind; });
  return json::object{
      {"id", fault.id},           {"kind", row->second}, {"module", fault.module},          {"action", fault.action},
      {"count", fault.remaining}, {"skip", fault.skip},  {"delay_ms", fault.delay.count()}, {"status", fault.status},
      {"code", fault.code},       {"piece", fault.piece}};
}

}  // namespace oxb::sandbox
