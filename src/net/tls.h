// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace oxb::net {

class TlsServerContext;  // TLS 1.2 and later; defined in net/tls_context.h

// PEM files. invalid: cannot be read or key and certificate do not belong together, with the file's name.
Result<std::shared_ptr<TlsServerContext>> load_tls(const std::string& certificate_file, const std::string& key_file);
// Reads the files again; new connections use what they hold now. On failure the old certificate stays in use.
Result<> reload_tls(TlsServerContext& context);

// A development authority and a server certificate for the names and numeric addresses given, valid 397 days, written
// to directory/{ca.pem,cert.pem,key.pem} (key mode 0600). What exists and is still valid for the names is kept. The
// authority's own key is never written: nobody can issue further certificates with it.
Result<> ensure_development_certificate(const std::string& directory, const std::vector<std::string>& names);

}  // namespace oxb::net
