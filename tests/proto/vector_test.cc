// SPDX-License-Identifier: GPL-3.0-or-later
// tests/vectors/{rop,mapi,nspi,mapihttp}/NNNN_name.{hex,txt,source}: decode, compare the printed text, encode again.
// A .hex file begins with directives ("# kind: rop-response", "# columns: 0x0037001f ..."), then hexadecimal digits.
// The .txt files are rewritten only when OXB_BLESS=1. The .source of bytes that a specification prints begins with
// "Bytes of the example in [MS-"; where they are part of another vector too, it says so and they do not count.
#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/persist.h"
#include "proto/mapi/recipient.h"
#include "proto/mapi/restriction.h"
#include "proto/mapi/sort.h"
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/mapihttp/lzxpress.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"
#include "wire/codec_impl.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace oxb;
namespace fs = std::filesystem;

namespace {

constexpr auto kShow = wire::Privacy::show;

struct Vector {
  std::string kind;
  std::map<std::string, std::string> directives;
  Bytes bytes;

  std::vector<mapi::PropTag> columns() const {
    std::vector<mapi::PropTag> out;
    std::istringstream in(directives.count("columns") ? directives.at("columns") : "");
    for (std::string word; in >> word;) out.emplace_back(static_cast<std::uint32_t>(std::stoul(word, nullptr, 16)));
    return out;
  }
};

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Vector load(const fs::path& path) {
  Vector out;
  std::string digits;
  std::istringstream in(slurp(path));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] != '#') {
      digits += line;
      continue;
    }
    const auto colon = line.find(':');
    out.directives[std::string(trim(line.substr(1, colon - 1)))] = std::string(trim(line.substr(colon + 1)));
  }
  out.kind = out.directives["kind"];
  out.bytes = from_hex(digits).value();
  return out;
}

// What a decoder made of the bytes, and the bytes that an encoder makes of that.
struct Outcome {
  std::string text;
  Bytes again;
};

Bytes with_rop_size(const Bytes& rop) {
  wire::Writer w;
  w.number(static_cast<std::uint16_t>(rop.size() + 2));
  w.append(rop);
  return w.bytes();
}

Result<Outcome> rop_request(const Vector& v) {
  OXB_TRY(const auto buffer, rop::parse_request_buffer(with_rop_size(v.bytes)));
  std::string text;
  for (const auto& each : buffer.rops) text += rop::to_text(each, kShow);
  OXB_TRY(auto again, rop::encode_request_buffer(buffer));
  again.erase(again.begin(), again.begin() + 2);
  return Outcome{text, again};
}

Result<Outcome> rop_response(const Vector& v) {
  const auto id = v.directives.count("rop") ? static_cast<std::uint8_t>(std::stoul(v.directives.at("rop"), nullptr, 16))
                                            : std::to_integer<std::uint8_t>(v.bytes.at(0));
  std::vector<rop::RopRequest> requests(1);
  requests[0].info = rop::find_rop(id);
  if (requests[0].info == nullptr) return fail(Errc::invalid, "no such ROP");
  if (requests[0].info->request) requests[0].body = requests[0].info->request.empty();
  if (const auto* get = requests[0].body.get<rop::GetPropertiesSpecific::Request>()) {
    auto with_tags = *get;
    with_tags.tags = v.columns();
    requests[0].body = rop::AnyBody::of(with_tags);
  }
  const std::vector<std::uint32_t> handles(256, 1);
  rop::ResponseContext context{&requests, &handles, [&](std::uint32_t) {
                                 return std::make_shared<const mapi::Columns>(mapi::Columns{v.columns()});
                               }};
  OXB_TRY(const auto buffer, rop::parse_response_buffer(with_rop_size(v.bytes), context));
  Outcome out;
  for (const auto& each : buffer.rops) {
    out.text += rop::to_text(each, kShow);
    OXB_TRY(const auto bytes, rop::encode_response(each));
    out.again.insert(out.again.end(), bytes.begin(), bytes.end());
  }
  return out;
}

Result<Outcome> rop_buffer(const Vector& v) {
  OXB_TRY(const auto buffer, rop::parse_request_buffer(v.bytes));
  OXB_TRY(auto again, rop::encode_request_buffer(buffer));
  return Outcome{rop::to_text(buffer, kShow), again};
}

Result<Outcome> entry_id(const Vector& v) {
  OXB_TRY(const auto id, mapi::parse_entry_id(v.bytes));
  return Outcome{mapi::entry_id_text(v.bytes, kShow), mapi::to_bytes(id)};
}

Result<Outcome> restriction(const Vector& v) {
  const auto form = v.kind == "restriction" ? mapi::RestrictionForm::rop : mapi::RestrictionForm::nspi;
  OXB_TRY(const auto x, mapi::decode_restriction(v.bytes, form));
  OXB_TRY(auto again, mapi::encode_restriction(x, form));
  return Outcome{mapi::restriction_text(x, kShow) + "\n", again};
}

Result<Outcome> property(const Vector& v) {
  const auto form = v.kind == "property" ? mapi::ValueForm::rop : mapi::ValueForm::nspi;
  wire::Reader r(v.bytes);
  mapi::Property x;
  mapi::read_property(r, x, form);
  OXB_CHECK(r.finish());
  wire::Printer p(kShow);
  mapi::print_property(p, x);
  wire::Writer w;
  mapi::write_property(w, x, form);
  return Outcome{p.text(), w.bytes()};
}

Result<Outcome> row(const Vector& v) {
  wire::Reader r(v.bytes);
  mapi::PropertyRow x;
  mapi::read_row(r, x, v.columns(), mapi::ValueForm::rop);
  OXB_CHECK(r.finish());
  wire::Printer p(kShow);
  mapi::print_row(p, x, v.columns());
  wire::Writer w;
  mapi::write_row(w, x, v.columns(), mapi::ValueForm::rop);
  return Outcome{p.text(), w.bytes()};
}

Result<Outcome> recipient(const Vector& v) {
  wire::Reader r(v.bytes);
  mapi::RecipientRow x;
  mapi::read_recipient(r, x, v.columns());
  OXB_CHECK(r.finish());
  wire::Printer p(kShow);
  mapi::print_recipient(p, x, v.columns());
  wire::Writer w;
  mapi::write_recipient(w, x, v.columns());
  return Outcome{p.text(), w.bytes()};
}

Result<Outcome> persist(const Vector& v) {
  OXB_TRY(const auto list, mapi::parse_persist_list(v.bytes));
  return Outcome{mapi::persist_text(list), mapi::to_bytes(list)};
}

template <class T>
Result<Outcome> whole(const Vector& v) {
  OXB_TRY(const auto x, wire::decode<T>(v.bytes));
  OXB_TRY(auto again, wire::encode(x));
  return Outcome{wire::dump(x, kShow), again};
}

Result<Outcome> lzxpress(const Vector& v) {
  const auto size = std::stoul(v.directives.at("size"));
  OXB_TRY(const auto plain, mapihttp::decompress(v.bytes, size));
  return Outcome{std::string(as_text(plain)) + "\n", mapihttp::compress(plain)};
}

Result<Outcome> frame(const Vector& v) {
  OXB_TRY(const auto payloads, mapihttp::unframe(v.bytes));
  Outcome out;
  for (const auto& payload : payloads) out.text += to_hex(payload) + "\n";
  const auto obfuscation = v.directives.count("xor") ? mapihttp::Obfuscation::xor_magic : mapihttp::Obfuscation::none;
  const auto compression =
      v.directives.count("compressed") ? mapihttp::Compression::when_smaller : mapihttp::Compression::none;
  OXB_TRY(out.again, mapihttp::frame(payloads, compression, obfuscation));
  return out;
}

Result<Outcome> aux(const Vector& v) {
  OXB_TRY(const auto blocks, mapihttp::parse_aux_blocks(v.bytes));
  return Outcome{mapihttp::aux_text(blocks), mapihttp::encode_aux_blocks(blocks)};
}

using Decoder = Result<Outcome> (*)(const Vector&);
const std::map<std::string, Decoder>& decoders() {
  static const std::map<std::string, Decoder> kDecoders = {
      {"rop-request", rop_request},
      {"rop-response", rop_response},
      {"rop-buffer", rop_buffer},
      {"entry-id", entry_id},
      {"restriction", restriction},
      {"nspi-restriction", restriction},
      {"property", property},
      {"nspi-property", property},
      {"row", row},
      {"recipient", recipient},
      {"persist-data", persist},
      {"lzxpress", lzxpress},
      {"frame", frame},
      {"aux", aux},
      {"stat", whole<nspi::Stat>},
      {"bind-request", whole<nspi::Bind::Request>},
      {"bind-response", whole<nspi::Bind::Response>},
      {"unbind-response", whole<nspi::Unbind::Response>},
      {"dntomid-request", whole<nspi::DnToMinId::Request>},
      {"dntomid-response", whole<nspi::DnToMinId::Response>},
      {"queryrows-request", whole<nspi::QueryRows::Request>},
      {"queryrows-response", whole<nspi::QueryRows::Response>},
      {"getspecialtable-response", whole<nspi::GetSpecialTable::Response>},
      {"resolvenames-request", whole<nspi::ResolveNames::Request>},
      {"resolvenames-response", whole<nspi::ResolveNames::Response>},
      {"seekentries-request", whole<nspi::SeekEntries::Request>},
      {"updatestat-response", whole<nspi::UpdateStat::Response>},
      {"getmatches-request", whole<nspi::GetMatches::Request>},
      {"connect-request", whole<mapihttp::Connect::Request>},
      {"connect-response", whole<mapihttp::Connect::Response>},
      {"execute-request", whole<mapihttp::Execute::Request>},
      {"execute-response", whole<mapihttp::Execute::Response>},
      {"notificationwait-response", whole<mapihttp::NotificationWait::Response>},
  };
  return kDecoders;
}

void check(const fs::path& hex) {
  SCOPED_TRACE(hex.filename().string());
  const auto vector = load(hex);
  auto source = hex;
  EXPECT_FALSE(slurp(source.replace_extension(".source")).empty()) << "no SOURCE note";
  const auto decoder = decoders().find(vector.kind);
  ASSERT_NE(decoder, decoders().end()) << "unknown kind " << vector.kind;
  const auto outcome = decoder->second(vector);
  ASSERT_TRUE(outcome) << outcome.error().what;
  if (!vector.directives.count("one-way")) {
    EXPECT_EQ(to_hex(outcome->again), to_hex(vector.bytes));
  }
  auto golden = hex;
  golden.replace_extension(".txt");
  const char* bless = std::getenv("OXB_BLESS");
  if (bless != nullptr && std::string_view(bless) == "1") std::ofstream(golden, std::ios::binary) << outcome->text;
  EXPECT_EQ(slurp(golden), outcome->text);
}

// Whether a note says that a specification prints the bytes, and that no other vector holds them.
bool from_specification(std::string_view note) {
  return note.starts_with("Bytes of the example in [MS-") && note.find("Part of a longer vector") == note.npos;
}

// What is said of a vector: its own .source, or its line in the SOURCE of its group.
std::string source_note(const fs::path& hex) {
  auto own = hex;
  if (fs::exists(own.replace_extension(".source"))) return slurp(own);
  std::istringstream lines(slurp(hex.parent_path() / "SOURCE"));
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find(' ');
    if (end != line.npos && line.substr(0, end) == hex.filename().string()) return std::string(trim(line.substr(end)));
  }
  return "";
}

}  // namespace

TEST(Vectors, SixtyAreTheSpecificationsOwnExamples) {
  std::size_t theirs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(OXB_SOURCE_DIR) / "tests" / "vectors")) {
    if (entry.path().extension() != ".hex") continue;
    const auto note = source_note(entry.path());
    EXPECT_FALSE(note.empty()) << "no source note for " << entry.path();
    if (from_specification(note)) ++theirs;
  }
  EXPECT_GE(theirs, 60u);
}

TEST(Vectors, DecodePrintAndEncodeAsTheSpecificationsSay) {
  std::size_t count = 0;
  for (const auto* group : {"rop", "mapi", "nspi", "mapihttp"}) {
    const auto directory = fs::path(OXB_SOURCE_DIR) / "tests" / "vectors" / group;
    ASSERT_TRUE(fs::is_directory(directory)) << directory;
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() != ".hex") continue;
      check(entry.path());
      ++count;
    }
  }
  EXPECT_GE(count, 60u);
}
