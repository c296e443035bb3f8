// SPDX-License-Identifier: GPL-3.0-or-later
// The processes are those of the end-to-end tests.
#include "tests/e2e/stack.cc"  // NOLINT(bugprone-suspicious-include)
