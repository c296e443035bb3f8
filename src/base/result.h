// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Result<T>: the only way a fallible function reports failure below main().
#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace oxb {

// Closed on purpose: each protocol maps these to its own codes in exactly one table.
enum class Errc : std::uint8_t {
  malformed,        // peer sent bytes that break the specification
  unsupported,      // well-formed, but we do not implement it
  invalid,          // well-formed and implemented, but makes no sense here (wrong object, bad argument)
  not_found,        // the thing named does not exist, or the caller may not know that it does
  access_denied,    // it exists, the caller may know, but may not do this
  unauthenticated,  // credentials or session refused; signing in again may help
  conflict,         // change number / timestamp / ETag mismatch
  exists,           // a thing of that name or id is already there
  limit,            // a configured bound was hit
  quota,            // the backend's storage limit was hit
  unavailable,      // backend down, slow or timed out; a retry may help
  cancelled,        // the caller gave up
  internal,         // our bug
  count_
};

// Printable name of an error code ("malformed", ...). Never fails.
std::string_view name(Errc code);

struct Error {
  Errc code;
  std::string what;       // what failed, for the log: ids and sizes, never content, names or passwords
  const char* file = "";  // where it was created
  int line = 0;

  Error&& in(std::string_view context) && {  // outermost context first
    what.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
};

template <class T = void>
using Result = tl::expected<T, Error>;

// __builtin_FILE works in GCC 12 and Clang 14; std::source_location needs Clang 16.
inline auto fail(Errc code, std::string what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return tl::unexpected(Error{code, std::move(what), file, line});
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace oxb

#define OXB_CAT2(a, b) a##b
#define OXB_CAT(a, b) OXB_CAT2(a, b)
#define OXB_TRY_IMPL(tmp, lhs, expr)                         \
  auto tmp = (expr);                                         \
  if (!tmp) return ::tl::unexpected(std::move(tmp).error()); \
  lhs = std::move(*tmp)
// OXB_TRY(auto row, store.find(mid));   declares row or returns the error.
#define OXB_TRY(lhs, expr) OXB_TRY_IMPL(OXB_CAT(oxb_try_, __COUNTER__), lhs, expr)
// OXB_CHECK(store.remove(mid));         for Result<void>.
#define OXB_CHECK(expr)                                                                    \
  do {                                                                                     \
    if (auto oxb_r_ = (expr); !oxb_r_) return ::tl::unexpected(std::move(oxb_r_).error()); \
  } while (false)
// The same two inside a coroutine; expr usually begins with co_await.
#define OXB_CO_TRY_IMPL(tmp, lhs, expr)                         \
  auto tmp = (expr);                                            \
  if (!tmp) co_return ::tl::unexpected(std::move(tmp).error()); \
  lhs = std::move(*tmp)
#define OXB_CO_TRY(lhs, expr) OXB_CO_TRY_IMPL(OXB_CAT(oxb_try_, __COUNTER__), lhs, expr)
#define OXB_CO_CHECK(expr)                                                                    \
  do {                                                                                        \
    if (auto oxb_r_ = (expr); !oxb_r_) co_return ::tl::unexpected(std::move(oxb_r_).error()); \
  } while (false)
// A broken promise inside our own code. Never used on peer input.
#define OXB_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::oxb::assertion_failed(#expr, __FILE__, __LINE__))
