// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The table of session contexts behind cookies, for either endpoint [MS-OXCMAPIHTTP] 3.2.1. Thread-safe.
#include "base/clock.h"
#include "directory/identity.h"
#include "front/response_code.h"
#include "net/wait.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace oxb::front {

struct ContextLimits {
  std::size_t per_user = 32;
  std::size_t all = 20'000;
  std::chrono::seconds idle{900};
};

// What a cookie stands for. close() is called once, outside the table's lock, when the context leaves the table for
// whatever reason; requests under way may still hold it.
class CookieContext {
 public:
  virtual ~CookieContext() = default;
  virtual void close() = 0;

 private:
  friend class ContextTable;
  // All under the table's mutex.
  std::string id_;
  directory::Entity user_;
  std::string sequence_;
  bool busy_ = false;
  unsigned parked_ = 0;
  std::chrono::steady_clock::time_point used_;
  CancelSource waiter_;
};
using CookieContextPtr = std::shared_ptr<CookieContext>;

// The values of a request's cookies; empty where absent.
struct Cookies {
  std::string_view context;
  std::string_view sequence;
};

class ContextTable {
 public:
  ContextTable(ContextLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}
  ~ContextTable() { close_all(); }

  struct Names {
    std::string context;
    std::string sequence;
  };
  // Enters a new context and returns its cookies' values. Beyond the user's limit his longest unused context goes.
  // Nothing when the table is full or closed.
  std::optional<Names> add(const CookieContextPtr& context, const directory::Entity& user);

  // A request that runs alone in its context (Execute, NSPI calls): released by end(). On success sequence is the new
  // cookie's value.
  struct Begun {
    ResponseCode code = ResponseCode::success;
    CookieContextPtr context;
    std::string sequence;
  };
  Begun begin(const Cookies& cookies, const directory::Entity& user);
  void end(const CookieContextPtr& context);

  // A request beside it (NotificationWait): keeps the context alive until unpark(). An earlier one of the same context
  // is told to end: its client has gone. The token fires when the context leaves the table.
  struct Parked {
    ResponseCode code = ResponseCode::success;
    CookieContextPtr context;
    CancelToken cancel;
  };
  Parked park(const Cookies& cookies, const directory::Entity& user);
  void unpark(const CookieContextPtr& context);

  // PING: the context lives on. Whether there is one.
  ResponseCode touch(const Cookies& cookies, const directory::Entity& user);
  // Disconnect, or a Connect that names an old context. Unknown ones are no failure there.
  ResponseCode remove(const Cookies& cookies, const directory::Entity& user);

  void expire();     // those that were unused too long
  void close_all();  // and no new ones from now on
  std::size_t size() const;
  bool closed() const;
  const ContextLimits& limits() const { return limits_; }

 private:
  using Map = std::unordered_map<std::string, CookieContextPtr>;
  ResponseCode find(const Cookies& cookies, const directory::Entity& user, Map::iterator& found);
  void take_out(Map::iterator where, std::vector<CookieContextPtr>& out);
  void make_room(const directory::Entity& user, std::vector<CookieContextPtr>& out);
  static void close(std::vector<CookieContextPtr>& gone);

  const ContextLimits limits_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  Map contexts_;
};

}  // namespace oxb::front
