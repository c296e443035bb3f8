// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/guid.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace oxb {
namespace {

constexpr std::array<unsigned, 16> kPrinted = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

void set_version(Guid& g, unsigned version) {
  g.bytes[7] = (g.bytes[7] & std::byte{0x0f}) | static_cast<std::byte>(version << 4);
  g.bytes[8] = (g.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
}

}  // namespace

std::string to_text(const Guid& guid) {
  std::string out;
  for (unsigned i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out += to_hex(ByteView(&guid.bytes[kPrinted[i]], 1));
  }
  return out;
}

Result<Guid> parse_guid(std::string_view text) {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return fail(Errc::malformed, "not a GUID");
  std::string digits;
  for (char c : text)
    if (c != '-') digits.push_back(c);
  OXB_TRY(const auto raw, from_hex(digits));
  if (raw.size() != 16) return fail(Errc::malformed, "not a GUID");
  Guid g;
  for (unsigned i = 0; i < 16; ++i) g.bytes[kPrinted[i]] = raw[i];
  return g;
}

Guid random_guid() {
  Guid g;
  OXB_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(g.bytes.data()), 16) == 1);
  set_version(g, 4);
  return g;
}

Guid named_guid(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  OXB_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  Guid g;
  for (unsigned i = 0; i < 16; ++i) g.bytes[i] = static_cast<std::byte>(digest[i]);
  set_version(g, 5);
  return g;
}

}  // namespace oxb
