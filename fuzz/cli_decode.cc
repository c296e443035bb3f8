// parts: cli
// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge decode: a capture is anything that lies in a file. The first byte chooses what it is said to be.
#include "cli/decode.h"

#include <array>

namespace {
constexpr std::array kTypes = {"Execute", "Connect", "NotificationWait", "rops", "aux", "QueryRows", "GetMatches"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  if (size == 0) return 0;
  cli::DecodeOptions options;
  options.type = kTypes[data[0] % kTypes.size()];
  options.side = (data[0] & 0x80) != 0 ? cli::DecodeOptions::Side::response : cli::DecodeOptions::Side::guess;
  cli::Decoder decoder(options);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Two captures of one conversation, where a line of dashes parts them.
  const auto middle = text.find("\n--\n");
  for (const auto part : {text.substr(0, middle), middle == text.npos ? std::string_view() : text.substr(middle + 4)})
    if (const auto capture = cli::read_capture(part)) (void)decoder.decode(*capture);
  return 0;
}
