// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/networks.h"

#include <gtest/gtest.h>

namespace oxb::front {
namespace {

TEST(Networks, ContainsAddressesOfItsBlocks) {
  const auto networks = Networks::parse({"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"});
  ASSERT_TRUE(networks);
  EXPECT_TRUE(networks->contains("10.255.0.1"));
  EXPECT_TRUE(networks->contains("::ffff:10.1.2.3"));
  EXPECT_TRUE(networks->contains("192.0.2.7"));
  EXPECT_FALSE(networks->contains("192.0.2.8"));
  EXPECT_TRUE(networks->contains("2001:db8:ffff::1"));
  EXPECT_FALSE(networks->contains("2001:db9::1"));
  EXPECT_FALSE(networks->contains("nonsense"));
  EXPECT_FALSE(Networks().contains("10.0.0.1"));
}

TEST(Networks, RefusesWhatIsNone) {
  EXPECT_FALSE(Networks::parse({"10.0.0.0/33"}));
  EXPECT_FALSE(Networks::parse({"10.0.0.0/"}));
  EXPECT_FALSE(Networks::parse({"example.com"}));
  EXPECT_FALSE(Networks::parse({"::/129"}));
}

TEST(Networks, GuessesAreCountedPerSite) {
  EXPECT_EQ(network_of("192.0.2.77"), "192.0.2.0/24");
  EXPECT_EQ(network_of("::ffff:192.0.2.77"), "192.0.2.0/24");
  EXPECT_EQ(network_of("2001:db8:1:2fff::9"), "2001:db8:1:2f00::/56");
  EXPECT_TRUE(is_loopback("127.8.0.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("192.0.2.1"));
}

net::HttpRequest request(std::string peer, bool secure, std::vector<std::string> forwarded, std::string scheme = {}) {
  net::HttpRequest request;
  request.client_address = std::move(peer);
  request.secure = secure;
  for (auto& line : forwarded) request.headers.add("X-Forwarded-For", std::move(line));
  if (!scheme.empty()) request.headers.add("X-Forwarded-Proto", std::move(scheme));
  return request;
}

TEST(ClientOf, StrangersCannotForwardThemselves) {
  const auto proxies = *Networks::parse({"10.0.0.0/8"});
  const auto client = client_of(request("192.0.2.9", false, {"198.51.100.1"}, "https"), proxies);
  EXPECT_EQ(client.address, "192.0.2.9");
  EXPECT_FALSE(client.encrypted);
}

TEST(ClientOf, TheRightmostUntrustedAddressIsTheClient) {
  const auto proxies = *Networks::parse({"10.0.0.0/8"});
  const auto client = client_of(request("10.0.0.1", false, {"1.2.3.4, 198.51.100.1", "10.0.0.2"}, "https"), proxies);
  EXPECT_EQ(client.address, "198.51.100.1");
  EXPECT_TRUE(client.encrypted);
  EXPECT_EQ(client_of(request("10.0.0.1", false, {"198.51.100.1:4711"}), proxies).address, "198.51.100.1");
  EXPECT_EQ(client_of(request("10.0.0.1", false, {"[2001:db8::1]:4711"}), proxies).address, "2001:db8::1");
  EXPECT_EQ(client_of(request("10.0.0.1", false, {"198.51.100.1, unknown"}), proxies).address, "10.0.0.1");
  EXPECT_EQ(client_of(request("10.0.0.1", false, {}), proxies).address, "10.0.0.1");
  EXPECT_FALSE(client_of(request("10.0.0.1", false, {}, "http"), proxies).encrypted);
}

}  // namespace
}  // namespace oxb::front
