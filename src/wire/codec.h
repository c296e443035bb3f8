// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// decode<M>, encode, dump, generate<M> for whole structs. Declared here, instantiated where the struct's part says
// `template struct wire::Codec<M>;` (a .cc that includes wire/codec_impl.h), so that users compile fast.
#include "base/bytes.h"
#include "wire/limits.h"
#include "wire/printer.h"

#include <string>

namespace oxb::wire {

class Reader;
class Writer;
class Generator;

template <class M>
struct Codec {
  static Result<M> decode(ByteView in, const Parameters& parameters, Limits limits);
  static Result<Bytes> encode(const M& m, const Parameters& parameters);
  static std::string dump(const M& m, Privacy privacy, const Parameters& parameters);
  static M generate(ByteView seed, const Parameters& parameters);

  static void read(Reader& r, M& m);
  static void write(Writer& w, const M& m);
  static void print(Printer& p, const M& m);
  static void make(Generator& g, M& m);
};

// The whole input, nothing left over.
template <class M>
Result<M> decode(ByteView in, const Parameters& parameters = {}, Limits limits = {}) {
  return Codec<M>::decode(in, parameters, limits);
}
template <class M>
Result<Bytes> encode(const M& m, const Parameters& parameters = {}) {
  return Codec<M>::encode(m, parameters);
}
template <class M>
std::string dump(const M& m, Privacy privacy = Privacy::hide, const Parameters& parameters = {}) {
  return Codec<M>::dump(m, privacy, parameters);
}
template <class M>
M generate(ByteView seed, const Parameters& parameters = {}) {
  return Codec<M>::generate(seed, parameters);
}

}  // namespace oxb::wire
