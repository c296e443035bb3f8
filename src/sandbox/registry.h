// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Every action of every module. A module is one file with one function that lists its actions; registry.cc joins them.
#include "sandbox/call.h"

#include <span>
#include <string_view>

namespace oxb::sandbox {

using Handler = Ox<Answer> (*)(Call&);

enum class ActionKind : std::uint8_t {
  normal,    // needs a session
  open,      // may come without one
  download,  // a bad session is an HTTP 403 page
};

struct Action {
  std::string_view module;
  std::string_view name;
  Handler handler;
  ActionKind kind = ActionKind::normal;
};

std::span<const Action> user_actions();
std::span<const Action> group_actions();
std::span<const Action> resource_actions();
std::span<const Action> folder_actions();
std::span<const Action> system_actions();  // capabilities, jslob, quota, system ...
std::span<const Action> contact_actions();
std::span<const Action> chronos_actions();
std::span<const Action> task_actions();
std::span<const Action> attachment_actions();
std::span<const Action> reminder_actions();
std::span<const Action> transfer_actions();  // import, export

// `config/<path>` has no action: the path is the module.
Ox<Answer> config_call(Call& call);

bool is_module(std::string_view module);
const Action* find_action(std::string_view module, std::string_view name);

}  // namespace oxb::sandbox
