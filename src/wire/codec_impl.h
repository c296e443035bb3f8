// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Only for .cc files that instantiate Codec<M>.
#include "wire/codec.h"
#include "wire/fields.h"
#include "wire/generator.h"
#include "wire/printer.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace oxb::wire {

template <class M>
void Codec<M>::read(Reader& r, M& m) {
  r(M::kName, m);
}
template <class M>
void Codec<M>::write(Writer& w, const M& m) {
  w(M::kName, m);
}
template <class M>
void Codec<M>::print(Printer& p, const M& m) {
  p(M::kName, m);
}
template <class M>
void Codec<M>::make(Generator& g, M& m) {
  g(M::kName, m);
}
template <class M>
Result<M> Codec<M>::decode(ByteView in, const Parameters& parameters, Limits limits) {
  M m{};
  Reader r(in, parameters, limits);
  read(r, m);
  OXB_CHECK(r.finish());
  return m;
}
template <class M>
Result<Bytes> Codec<M>::encode(const M& m, const Parameters& parameters) {
  Writer w(parameters);
  write(w, m);
  return std::move(w).finish();
}
template <class M>
std::string Codec<M>::dump(const M& m, Privacy privacy, const Parameters& parameters) {
  Printer p(privacy, parameters);
  print(p, m);
  return std::move(p).take();
}
template <class M>
M Codec<M>::generate(ByteView seed, const Parameters& parameters) {
  M m{};
  Generator g(seed, parameters);
  make(g, m);
  return m;
}

}  // namespace oxb::wire
