// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/mapihttp/lzxpress.h"

#include <gtest/gtest.h>

#include <random>

using namespace oxb;
using namespace oxb::mapihttp;

namespace {

Bytes repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return to_bytes(out);
}

}  // namespace

// [MS-XCA] 3.1
TEST(Lzxpress, DecodesTheExamplesOfTheSpecification) {
  const auto plain = from_hex("3f000000 6162636465666768696a6b6c6d6e6f707172737475767778797a").value();
  EXPECT_EQ(as_text(decompress(plain, 26).value()), "abcdefghijklmnopqrstuvwxyz");
  const auto run = from_hex("ffffff1f 616263 1700 0fff 2601").value();
  EXPECT_EQ(decompress(run, 300).value(), repeated("abc", 100));
}

TEST(Lzxpress, EncodesTheExamplesOfTheSpecification) {
  EXPECT_EQ(to_hex(compress(to_bytes("abcdefghijklmnopqrstuvwxyz"))),
            "3f0000006162636465666768696a6b6c6d6e6f707172737475767778797a");
  EXPECT_EQ(to_hex(compress(repeated("abc", 100))), "ffffff1f61626317000fff2601");
}

TEST(Lzxpress, EverythingSurvives) {
  std::mt19937 random(5);
  for (int i = 0; i < 400; ++i) {
    Bytes in(random() % 4000);
    const auto alphabet = 1 + random() % 30;
    for (auto& b : in) b = static_cast<std::byte>(random() % alphabet);
    const auto packed = compress(in);
    EXPECT_EQ(decompress(packed, in.size()).value(), in);
  }
  for (const auto size : {0u, 1u, 2u, 31u, 32u, 33u, 70'000u}) {
    const Bytes in(size, std::byte{7});
    EXPECT_EQ(decompress(compress(in), size).value(), in) << size;
  }
}

TEST(Lzxpress, HostileInputIsRefused) {
  EXPECT_FALSE(decompress({}, 1));
  EXPECT_FALSE(decompress(from_hex("ffffffff 0000").value(), 5));                     // match before the beginning
  EXPECT_FALSE(decompress(from_hex("ffffff7f 61 0700").value(), 50));                 // length missing
  EXPECT_FALSE(decompress(from_hex("ffffff1f 616263 1700 0fff 2601").value(), 299));  // beyond the size
}

TEST(Frame, SurvivesWithEveryOption) {
  const std::vector<Bytes> payloads = {repeated("hello ", 300), to_bytes("x"), {}};
  for (const auto compression : {Compression::none, Compression::when_smaller})
    for (const auto obfuscation : {Obfuscation::none, Obfuscation::xor_magic}) {
      const auto bytes = frame(payloads, compression, obfuscation).value();
      EXPECT_EQ(unframe(bytes).value(), payloads);
    }
}

TEST(Frame, HoldsTheHeaderOfTheSpecification) {
  EXPECT_EQ(to_hex(frame({to_bytes("ab")}, Compression::none, Obfuscation::none).value()),
            "0000040002000200"
            "6162");
  EXPECT_EQ(to_hex(frame({to_bytes("ab")}, Compression::none, Obfuscation::xor_magic).value()),
            "0000060002000200"
            "c4c7");
  // A payload that compression makes larger is sent as it is.
  EXPECT_EQ(to_hex(frame({to_bytes("ab")}, Compression::when_smaller, Obfuscation::none).value()),
            "0000040002000200"
            "6162");
}

TEST(Frame, LyingHeadersAreRefused) {
  EXPECT_FALSE(unframe({}));
  EXPECT_FALSE(unframe(from_hex("0100 0400 0000 0000").value()));     // version
  EXPECT_FALSE(unframe(from_hex("0000 0400 0200 0200 61").value()));  // truncated
  EXPECT_FALSE(unframe(from_hex("0000 0400 0100 0200 61").value()));  // sizes differ
  EXPECT_FALSE(unframe(from_hex("0000 0000 0000 0000").value()));     // no last
  EXPECT_FALSE(unframe(from_hex("0000 0400 0000 0000 00").value()));  // trailing
  EXPECT_EQ(unframe(from_hex("0000 0500 0100 ffff 00").value()).error().code, Errc::limit);
  EXPECT_EQ(frame({Bytes(0x8001)}, Compression::none, Obfuscation::none).error().code, Errc::limit);
}

TEST(Aux, UnknownBlocksAreSkippedByTheirSize) {
  const auto blocks = parse_aux_blocks(from_hex("0800 0117 03000000 0600 0143 aabb").value());
  ASSERT_TRUE(blocks) << blocks.error().what;
  ASSERT_EQ(blocks->size(), 2u);
  EXPECT_EQ((*blocks)[0], ex_org_info(kPublicFoldersEnabled | kUseAutodiscoverForPublicFolders));
  EXPECT_EQ((*blocks)[1].type, 0x43);
  EXPECT_FALSE(parse_aux_blocks(from_hex("0300 0117").value()));
  EXPECT_FALSE(parse_aux_blocks(from_hex("0900 0117 03000000").value()));
}

TEST(Aux, BuffersSurvive) {
  const std::vector<AuxBlock> blocks = {ex_org_info(1), client_control(kEnableCompression, 604'800'000),
                                        endpoint_capabilities(kEndpointSingle), server_capabilities(1)};
  EXPECT_EQ(parse_aux_buffer(encode_aux_buffer(blocks).value()).value(), blocks);
  EXPECT_TRUE(parse_aux_buffer({}).value().empty());
}

TEST(Envelope, IsSplitIntoTokensHeadersAndBody) {
  const auto bytes =
      to_bytes("PROCESSING\r\nPENDING\r\nPENDING\r\nDONE\r\nX-ElapsedTime: 12\r\nX-ResponseCode: 0\r\n\r\n" +
               std::string("\0\r\nA", 4));
  const auto envelope = parse_envelope(bytes);
  ASSERT_TRUE(envelope) << envelope.error().what;
  EXPECT_EQ(envelope->pending, 2u);
  EXPECT_EQ(envelope->header("x-elapsedtime"), "12");
  EXPECT_EQ(envelope->header("none"), "");
  EXPECT_EQ(envelope->body.size(), 4u);
}

TEST(Envelope, Survives) {
  const auto bytes = encode_done({{"X-StartTime", "now"}}, to_bytes("body"));
  EXPECT_EQ(as_text(bytes), "DONE\r\nX-StartTime: now\r\n\r\nbody");
  EXPECT_EQ(as_text(parse_envelope(bytes).value().body), "body");
}

TEST(Envelope, WithoutDoneOrEndIsMalformed) {
  for (const std::string_view text : {"", "PROCESSING\r\n", "DONE\r\n", "DONE\r\nX: 1\r\n", "HELLO\r\nDONE\r\n\r\n"})
    EXPECT_FALSE(parse_envelope(as_bytes(text))) << text;
}
