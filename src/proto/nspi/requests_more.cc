// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "proto/nspi/requests.h"
#include "wire/codec_impl.h"

template struct oxb::wire::Codec<oxb::nspi::ModLinkAtt::Request>;
template struct oxb::wire::Codec<oxb::nspi::ModLinkAtt::Response>;
template struct oxb::wire::Codec<oxb::nspi::ModProps::Request>;
template struct oxb::wire::Codec<oxb::nspi::ModProps::Response>;
template struct oxb::wire::Codec<oxb::nspi::QueryRows::Request>;
template struct oxb::wire::Codec<oxb::nspi::QueryRows::Response>;
template struct oxb::wire::Codec<oxb::nspi::QueryColumns::Request>;
template struct oxb::wire::Codec<oxb::nspi::QueryColumns::Response>;
template struct oxb::wire::Codec<oxb::nspi::ResolveNames::Request>;
template struct oxb::wire::Codec<oxb::nspi::ResolveNames::Response>;
template struct oxb::wire::Codec<oxb::nspi::ResortRestriction::Request>;
template struct oxb::wire::Codec<oxb::nspi::ResortRestriction::Response>;
template struct oxb::wire::Codec<oxb::nspi::SeekEntries::Request>;
template struct oxb::wire::Codec<oxb::nspi::UpdateStat::Request>;
template struct oxb::wire::Codec<oxb::nspi::UpdateStat::Response>;
template struct oxb::wire::Codec<oxb::nspi::GetMailboxUrl::Request>;
template struct oxb::wire::Codec<oxb::nspi::GetMailboxUrl::Response>;

namespace oxb::nspi {
namespace {

template <class Body>
Result<std::string> text_of(ByteView body, wire::Privacy privacy) {
  OXB_TRY(const auto decoded, wire::decode<Body>(body));
  return wire::dump(decoded, privacy);
}

template <class... Requests>
Result<std::string> find(TypeList<Requests...>, std::string_view type, Direction direction, ByteView body,
                         wire::Privacy privacy) {
  Result<std::string> out = fail(Errc::unsupported, "unknown address book request type");
  const auto one = [&]<class R>() {
    if (!ascii_iequals(R::kName, type)) return false;
    out = direction == Direction::request ? text_of<typename R::Request>(body, privacy)
                                          : text_of<typename R::Response>(body, privacy);
    return true;
  };
  static_cast<void>((one.template operator()<Requests>() || ...));
  return out;
}

}  // namespace

Result<std::string> body_text(std::string_view request_type, Direction direction, ByteView body,
                              wire::Privacy privacy) {
  return find(All{}, request_type, direction, body, privacy);
}

}  // namespace oxb::nspi
