// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "backend/ox/backend.h"

namespace oxb::backend::ox {

// Where no mail server is configured: every call answers unsupported.
Mail no_mail();

}  // namespace oxb::backend::ox
