// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A byte stream over TCP, with or without TLS; used by line protocols (IMAP, later SMTP and ManageSieve).
#include "base/bytes.h"
#include "net/certificate.h"
#include "net/task.h"
#include "net/wait.h"

#include <memory>
#include <optional>
#include <string>

namespace oxb::net {

struct TlsClientOptions {
  std::string host_name;  // for SNI and the certificate check
  std::string ca_file;    // additional authority in PEM; empty: the system's store
  bool verify_certificates = true;
};

class Stream {
 public:
  virtual ~Stream() = default;
  // unavailable: name not found, refused, timed out; the text says which host and port.
  static Task<Result<std::unique_ptr<Stream>>> connect(std::string host, std::uint16_t port, Wait wait);
  // At most max bytes (the buffer's size); 0 bytes means the peer closed.
  virtual Task<Result<std::size_t>> read(std::span<std::byte> buffer, Wait wait) = 0;
  virtual Task<Result<>> write(ByteView bytes, Wait wait) = 0;
  // Upgrades in place (implicit TLS right after connect, or STARTTLS). Bytes that arrived before are discarded.
  // access_denied: certificate refused, with the reason in words.
  virtual Task<Result<>> start_tls(TlsClientOptions options, Wait wait) = 0;
  virtual bool secure() const = 0;
  // Of the peer, once TLS is on.
  virtual std::optional<Certificate> peer_certificate() const = 0;
  virtual void close() = 0;
};

}  // namespace oxb::net
