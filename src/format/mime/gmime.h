// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// GMime behind C++ types; only this folder includes it.
#include <gmime/gmime.h>

#include <memory>
#include <string>

namespace oxb::mime {

// Initialises GMime once per process and returns options that are shared, never changed.
GMimeParserOptions* gmime_options();

struct GObjectUnref {
  template <class T>
  void operator()(T* object) const {
    g_object_unref(object);
  }
};
template <class T>
using GRef = std::unique_ptr<T, GObjectUnref>;

inline std::string take(char* text) {
  std::string out = text ? text : "";
  g_free(text);
  return out;
}

// A C string out of a header value: bounded, unfolded, without zero bytes.
std::string unfolded(std::string_view raw, std::size_t limit = 256U << 10);

}  // namespace oxb::mime
