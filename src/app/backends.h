// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "app/config.h"
#include "backend/connector.h"
#include "backend/imap/imap_settings.h"
#include "backend/smtp/smtp_settings.h"
#include "net/event_loop.h"

#include <memory>

namespace oxb::app {

net::HttpClientOptions http_options(const OxConfig& ox);
backend::ImapSettings imap_settings(const ImapConfig& imap);
backend::SmtpSettings smtp_settings(const SubmissionConfig& submission);

// The Open-Xchange server and its mail server, as configured. Nothing is contacted yet.
Result<std::shared_ptr<backend::Backend>> make_backend(net::EventLoop& loop, const Config& config);

}  // namespace oxb::app
