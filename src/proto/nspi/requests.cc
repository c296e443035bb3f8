// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/nspi/requests.h"

#include "wire/codec_impl.h"

template struct oxb::wire::Codec<oxb::nspi::Stat>;
template struct oxb::wire::Codec<oxb::nspi::Bind::Request>;
template struct oxb::wire::Codec<oxb::nspi::Bind::Response>;
template struct oxb::wire::Codec<oxb::nspi::Unbind::Request>;
template struct oxb::wire::Codec<oxb::nspi::Unbind::Response>;
template struct oxb::wire::Codec<oxb::nspi::CompareMinIds::Request>;
template struct oxb::wire::Codec<oxb::nspi::CompareMinIds::Response>;
template struct oxb::wire::Codec<oxb::nspi::DnToMinId::Request>;
template struct oxb::wire::Codec<oxb::nspi::DnToMinId::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetMatches::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetMatches::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetPropList::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetPropList::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetProps::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetProps::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetSpecialTable::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetSpecialTable::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetTemplateInfo::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetTemplateInfo::Response>;
