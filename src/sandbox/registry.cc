// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/registry.h"

#include <set>

namespace oxb::sandbox {
namespace {

struct Table {
  std::map<std::pair<std::string_view, std::string_view>, const Action*> actions;
  std::set<std::string_view> modules;
};

const Table& table() {
  static const Table made = [] {
    Table out;
    for (const auto list :
         {user_actions(), group_actions(), resource_actions(), folder_actions(), system_actions(), contact_actions(),
          chronos_actions(), task_actions(), attachment_actions(), reminder_actions(), transfer_actions()}) {
      for (const auto& action : list) {
        out.actions.emplace(std::pair{action.module, action.name}, &action);
        out.modules.insert(action.module);
      }
    }
    return out;
  }();
  return made;
}

// Modules without a name of their own for each thing: `attachment/<file name>` is `attachment`.
std::string_view module_key(std::string_view module) {
  return module.starts_with("attachment/") ? std::string_view("attachment") : module;
}

}  // namespace

bool is_module(std::string_view module) { return table().modules.contains(module_key(module)); }

const Action* find_action(std::string_view module, std::string_view name) {
  const auto it = table().actions.find({module_key(module), name});
  return it == table().actions.end() ? nullptr : it->second;
}

}  // namespace oxb::sandbox
