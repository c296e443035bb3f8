// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string_view>

namespace oxb::sandbox {

// oxsandbox load-mail | make-mail: they need no box.
bool is_mail_command(std::string_view name);
int run_mail_command(int argc, char** argv);  // argv[0] is the command's name; the exit status

}  // namespace oxb::sandbox
