// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/connector.h"

namespace oxb::backend {
namespace {

template <class T>
const T& master_of(const T& item) {
  return item;
}
const model::Event& master_of(const model::Series& series) {
  static const model::Event kNone;
  if (series.master) return *series.master;
  return series.exceptions.empty() ? kNone : series.exceptions.front();
}

}  // namespace

const RemoteId& id_of(const Item& item) {
  return std::visit([](const auto& i) -> const RemoteId& { return master_of(i).id; }, item);
}
const model::Version& version_of(const Item& item) {
  return std::visit([](const auto& i) -> const model::Version& { return master_of(i).version; }, item);
}

}  // namespace oxb::backend
