// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace oxb::sandbox {

// oxsandbox serve | init | add-user | add-group | add-resource | seed | import | passdb | load-mail | make-mail. The
// exit status.
int run_command(int argc, char** argv);

}  // namespace oxb::sandbox
