// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to app: reads the keys of one TOML table, notes every problem, and what was not asked for.
#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include "app/config.h"

#include <toml++/toml.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace oxb::app {

class SectionReader {
 public:
  SectionReader(const toml::table& root, std::string name, std::vector<Problem>& problems)
      : name_(std::move(name)), table_(root[name_].as_table()), problems_(problems) {
    if (const auto* node = root.get(name_); node && !table_) problem(node, fmt::format("{} is not a section", name_));
  }

  void text(std::string_view key, std::string& out) {
    if (const auto* node = find(key)) {
      if (const auto value = node->value_exact<std::string>())
        out = *value;
      else
        problem(node, fmt::format("{}.{} is not a text in quotes", name_, key));
    }
  }
  void boolean(std::string_view key, bool& out) {
    if (const auto* node = find(key)) {
      if (const auto value = node->value_exact<bool>())
        out = *value;
      else
        problem(node, fmt::format("{}.{} is neither true nor false", name_, key));
    }
  }
  template <class T>
  void number(std::string_view key, T& out, std::int64_t least, std::int64_t most) {
    const auto* node = find(key);
    if (!node) return;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most)
      out = T(*value);
    else
      problem(node, fmt::format("{}.{} is not a whole number from {} to {}", name_, key, least, most));
  }
  void list(std::string_view key, std::vector<std::string>& out) {
    const auto* node = find(key);
    if (!node) return;
    const auto* array = node->as_array();
    std::vector<std::string> values;
    bool good = array != nullptr;
    for (std::size_t i = 0; good && i < array->size(); ++i) {
      const auto value = (*array)[i].value_exact<std::string>();
      good = value.has_value();
      if (good) values.push_back(*value);
    }
    if (good)
      out = std::move(values);
    else
      problem(node, fmt::format("{}.{} is not a list of texts", name_, key));
  }
  // One of the names, as its index.
  template <class T>
  void choice(std::string_view key, T& out, const std::vector<std::string>& names) {
    const auto* node = find(key);
    if (!node) return;
    const auto value = node->value_exact<std::string>();
    for (std::size_t i = 0; value && i < names.size(); ++i) {
      if (*value != names[i]) continue;
      out = static_cast<T>(i);
      return;
    }
    problem(node, fmt::format("{}.{} is none of \"{}\"", name_, key, fmt::join(names, "\", \"")));
  }

  // The line of a key, or of the section, or 0.
  unsigned line(std::string_view key) const {
    const auto* node = table_ ? table_->get(key) : nullptr;
    return node ? line_of(*node) : table_ ? line_of(*table_) : 0;
  }
  void problem_at(std::string_view key, std::string text) { problems_.push_back({line(key), std::move(text)}); }

  void unknown_keys() {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      if (asked_.count(std::string(key.str())) > 0) continue;
      problems_.push_back(
          {static_cast<unsigned>(key.source().begin.line), fmt::format("[{}] has no key \"{}\"", name_, key.str())});
    }
  }

  const std::set<std::string>& asked() const { return asked_; }

  static unsigned line_of(const toml::node& node) { return static_cast<unsigned>(node.source().begin.line); }

 private:
  const toml::node* find(std::string_view key) {
    asked_.emplace(key);
    return table_ ? table_->get(key) : nullptr;
  }
  void problem(const toml::node* node, std::string text) { problems_.push_back({line_of(*node), std::move(text)}); }

  std::string name_;
  const toml::table* table_;
  std::vector<Problem>& problems_;
  std::set<std::string> asked_;
};

}  // namespace oxb::app
