// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"
#include "proto/nspi/requests.h"
#include "tests/front/gateway_fixture.h"

namespace oxb::front {
namespace {

using mapi::PropType;
using testing::ElementsAre;
using testing::IsEmpty;
namespace tag = mapi::tag;
using nspi::Stat;

constexpr std::uint32_t kUnicode = nspi::kCodePageUnicode;

class NspiTest : public GatewayTest {
 protected:
  void SetUp() override {
    fake_.add_user({.display_name = "Zoë Zimmer", .aliases = {"z.z@example.test"}});  // id 3
    add("berta", 4, "Berta Beta");
    add("carl", 5, "Carl Gamma");
    add("anna", 6, "Anna Delta");
    fake_.put_entry(1, {.kind = model::DirectoryEntry::Kind::group,
                        .id = 7,
                        .login = "sales",
                        .display_name = "Sales",
                        .members = {4, 5}});
    fake_.put_entry(1, {.kind = model::DirectoryEntry::Kind::resource,
                        .id = 8,
                        .login = "room",
                        .display_name = "Room 1",
                        .email = "room@example.test"});
    fake_.add_user({.context = 2,
                    .id = 4,
                    .login = "berta",
                    .password = "other",
                    .display_name = "Strange Berta",
                    .email = "berta@other.test"});
    start();
  }
  void add(std::string login, std::uint32_t id, std::string name) {
    fake_.add_user({.id = id,
                    .login = login,
                    .password = login,
                    .display_name = std::move(name),
                    .email = login + "@example.test"});
  }
  static std::uint32_t mid(std::uint32_t id, directory::EntityKind kind = directory::EntityKind::user) {
    return directory::Installation::minimal_id({kind, 1, id});
  }
  static Stat stat(std::uint32_t current = nspi::kBeginningOfTable) {
    Stat stat;
    stat.current = current;
    stat.code_page = 1252;
    stat.template_locale = stat.sort_locale = 0x0409;
    return stat;
  }
  template <class Rop>
  typename Rop::Response ask(MapiClient& client, const typename Rop::Request& request) {
    const auto answer = run(client.call(std::string(Rop::kName), request));
    EXPECT_EQ(answer.code, 0);
    auto response = wire::decode<typename Rop::Response>(answer.envelope.body);
    EXPECT_TRUE(response) << response.error().what;
    return response ? std::move(*response) : typename Rop::Response{};
  }
  MapiClient bound(std::string login = "anton", std::string password = "secret") {
    auto client = address_book(std::move(login), std::move(password));
    nspi::Bind::Request request;
    request.state = stat();
    const auto response = ask<nspi::Bind>(client, request);
    EXPECT_EQ(response.code, EcCode::none);
    EXPECT_FALSE(response.server.is_zero());
    return client;
  }
  static std::vector<std::string> names(const std::optional<nspi::RowSet>& rows) {
    std::vector<std::string> out;
    if (!rows) return out;
    for (const auto& row : rows->rows) {
      const auto* text = std::get_if<std::string>(&row.values.at(0));
      out.push_back(text ? *text : "?");
    }
    return out;
  }
};

TEST_F(NspiTest, ProfileCreationFindsTheOwner) {
  auto client = bound();
  nspi::DnToMinId::Request by_dn;
  by_dn.names = {{ascii_upper(dn()), dn(4), dn(4, 2), "/o=Elsewhere/cn=x"}};
  const auto ids = ask<nspi::DnToMinId>(client, by_dn);
  ASSERT_TRUE(ids.ids);
  EXPECT_THAT(*ids.ids, ElementsAre(mid(3), mid(4), 0U, 0U));

  nspi::GetProps::Request props;
  props.state = stat(mid(3));
  props.properties = {{tag::kDisplayName, tag::kSmtpAddress.with(PropType::string8), tag::kEntryId, tag::kDisplayTypeEx,
                       tag::kAddressBookHomeMessageDatabase, tag::kAddressBookProxyAddresses, tag::kTitle}};
  const auto got = ask<nspi::GetProps>(client, props);
  EXPECT_EQ(got.code, EcCode::warn_with_errors);
  ASSERT_TRUE(got.row);
  const auto& values = got.row->values;
  ASSERT_EQ(values.size(), 7U);
  EXPECT_EQ(std::get<std::string>(values[0].value), "Zoë Zimmer");
  EXPECT_EQ(std::get<mapi::String8>(values[1].value).bytes, "anton@example.test");
  const auto id = mapi::parse_entry_id(std::get<Bytes>(values[2].value));
  ASSERT_TRUE(id);
  EXPECT_EQ(std::get<mapi::AddressBookEntryId>(*id).dn, dn());
  EXPECT_EQ(std::get<std::int32_t>(values[3].value), 0x4000'0000);
  EXPECT_THAT(std::get<std::vector<std::string>>(values[5].value),
              ElementsAre("SMTP:anton@example.test", "smtp:z.z@example.test"));
  EXPECT_EQ(values[6].tag, tag::kTitle.with(PropType::error_code));

  // The URL behind the home server that the entry names.
  nspi::GetMailboxUrl::Request url;
  url.user_dn = std::get<std::string>(values[4].value);
  const auto found = ask<nspi::GetMailboxUrl>(client, url);
  EXPECT_EQ(found.code, EcCode::none);
  EXPECT_THAT(found.url, testing::StartsWith(gateway_->url() + "/mapi/emsmdb/?MailboxId="));
  url.user_dn = dn(4, 2);
  EXPECT_EQ(ask<nspi::GetMailboxUrl>(client, url).code, EcCode::not_found);
}

TEST_F(NspiTest, AllPropertiesInTheWidthOfTheCodePage) {
  auto client = bound();
  nspi::GetProps::Request props;
  props.state = stat(mid(3));
  const auto narrow = ask<nspi::GetProps>(client, props);
  props.state->code_page = kUnicode;
  const auto wide = ask<nspi::GetProps>(client, props);
  ASSERT_TRUE(narrow.row && wide.row);
  EXPECT_EQ(narrow.code, EcCode::none);
  EXPECT_EQ(narrow.row->values.size(), wide.row->values.size());
  for (const auto& value : narrow.row->values) EXPECT_NE(value.tag.type(), PropType::string);
  for (const auto& value : wide.row->values) EXPECT_NE(value.tag.type(), PropType::string8);
  props.properties = {{tag::kDisplayName.with(PropType::string8)}};
  EXPECT_EQ(ask<nspi::GetProps>(client, props).code, EcCode::unknown_code_page);
  nspi::GetPropList::Request list;
  list.id = mid(3);
  list.code_page = 1252;
  EXPECT_EQ(ask<nspi::GetPropList>(client, list).properties->size(), narrow.row->values.size());
}

TEST_F(NspiTest, ContainersAreTheGlobalAddressList) {
  auto client = bound();
  nspi::GetSpecialTable::Request request;
  request.state = stat();
  auto table = ask<nspi::GetSpecialTable>(client, request);
  ASSERT_TRUE(table.rows && table.version);
  ASSERT_EQ(table.rows->size(), 1U);
  const auto& values = table.rows->front().values;
  EXPECT_EQ(std::get<std::string>(values.at(4).value), "Global Address List");
  const auto id = mapi::parse_entry_id(std::get<Bytes>(values.at(0).value));
  ASSERT_TRUE(id);
  EXPECT_EQ(std::get<mapi::AddressBookEntryId>(*id).type, mapi::AddressBookEntryId::kContainer);
  request.version = table.version;
  EXPECT_THAT(*ask<nspi::GetSpecialTable>(client, request).rows, IsEmpty());
}

TEST_F(NspiTest, PagingThroughTheList) {
  auto client = bound();
  nspi::QueryRows::Request request;
  request.state = stat();
  request.count = 4;
  request.columns = {{tag::kDisplayName}};
  auto page = ask<nspi::QueryRows>(client, request);
  EXPECT_THAT(names(page.rows), ElementsAre("Anna Delta", "Berta Beta", "Carl Gamma", "Room 1"));
  ASSERT_TRUE(page.state);
  EXPECT_EQ(page.state->position, 4U);
  EXPECT_EQ(page.state->total, 6U);
  EXPECT_EQ(page.state->current, mid(7, directory::EntityKind::group));
  request.state = page.state;
  page = ask<nspi::QueryRows>(client, request);
  EXPECT_THAT(names(page.rows), ElementsAre("Sales", "Zoë Zimmer"));
  EXPECT_EQ(page.state->current, nspi::kEndOfTable);
  request.state = page.state;
  EXPECT_THAT(names(ask<nspi::QueryRows>(client, request).rows), IsEmpty());
  request.state = stat(mid(5));
  request.state->delta = -1;
  EXPECT_THAT(names(ask<nspi::QueryRows>(client, request).rows).front(), "Berta Beta");

  nspi::QueryRows::Request wrong = request;
  wrong.count = 0;
  EXPECT_EQ(ask<nspi::QueryRows>(client, wrong).code, EcCode::invalid_parameter);
  wrong = request;
  wrong.state->container = 99;
  EXPECT_EQ(ask<nspi::QueryRows>(client, wrong).code, EcCode::invalid_bookmark);
  wrong = request;
  wrong.state->code_page = kUnicode;
  EXPECT_EQ(ask<nspi::QueryRows>(client, wrong).code, EcCode::unknown_code_page);
  wrong = request;
  wrong.state->current = 0x7777;
  EXPECT_EQ(ask<nspi::QueryRows>(client, wrong).code, EcCode::not_found);
}

TEST_F(NspiTest, ExplicitIdsKeepTheirOrder) {
  auto client = bound();
  nspi::QueryRows::Request request;
  request.state = stat();
  request.explicit_table = {mid(5), 0x7777, mid(4)};
  request.count = 3;
  request.columns = {{tag::kDisplayName}};
  const auto page = ask<nspi::QueryRows>(client, request);
  EXPECT_THAT(names(page.rows), ElementsAre("Carl Gamma", "?", "Berta Beta"));
  EXPECT_EQ(page.state, request.state);
  request.columns.reset();
  EXPECT_EQ(ask<nspi::QueryRows>(client, request).rows->columns.size(), 7U);
}

TEST_F(NspiTest, TypeAheadAndScrolling) {
  auto client = bound();
  nspi::SeekEntries::Request seek;
  seek.state = stat();
  seek.target = mapi::Property{tag::kDisplayName, std::string("c")};
  seek.columns = {{tag::kDisplayName}};
  const auto found = ask<nspi::SeekEntries>(client, seek);
  EXPECT_EQ(found.code, EcCode::none);
  EXPECT_EQ(names(found.rows).front(), "Carl Gamma");
  EXPECT_EQ(found.state->current, mid(5));
  EXPECT_EQ(found.state->position, 2U);
  seek.target->value = std::string("zzzz");
  EXPECT_EQ(ask<nspi::SeekEntries>(client, seek).code, EcCode::not_found);
  seek.target = mapi::Property{tag::kAccount, std::string("c")};
  EXPECT_EQ(ask<nspi::SeekEntries>(client, seek).code, EcCode::error);

  nspi::UpdateStat::Request update;
  update.state = found.state;
  update.state->delta = -10;
  update.delta_requested = true;
  auto moved = ask<nspi::UpdateStat>(client, update);
  EXPECT_EQ(moved.delta, -2);
  EXPECT_EQ(moved.state->current, mid(6));
  // The scroll bar in the middle: fractional positioning.
  update.state = stat(nspi::kCurrent);
  update.state->position = 50;
  update.state->total = 100;
  moved = ask<nspi::UpdateStat>(client, update);
  EXPECT_EQ(moved.state->position, 3U);
}

TEST_F(NspiTest, CheckNames) {
  auto client = bound();
  nspi::ResolveNames::Request request;
  request.state = stat();
  request.properties = {{tag::kDisplayName}};
  request.names = {{"carl", "a", "=SMTP:z.z@example.test", "nobody", "=SMTP:berta@other.test"}};
  const auto response = ask<nspi::ResolveNames>(client, request);
  ASSERT_TRUE(response.ids);
  EXPECT_THAT(*response.ids,
              ElementsAre(nspi::kResolved, testing::_, nspi::kResolved, nspi::kUnresolved, nspi::kUnresolved));
  EXPECT_EQ(names(response.rows).front(), "Carl Gamma");
  EXPECT_EQ(names(response.rows).back(), "Zoë Zimmer");
}

TEST_F(NspiTest, SearchesAndGroupMembers) {
  auto client = bound();
  nspi::GetMatches::Request request;
  request.state = stat();
  request.row_count = 50;
  request.columns = {{tag::kDisplayName}};
  request.filter = mapi::Restriction{mapi::ContentRestriction{
      mapi::kSubstring, mapi::kIgnoreCase, tag::kDisplayName, {tag::kDisplayName, std::string("ETA")}}};
  EXPECT_THAT(names(ask<nspi::GetMatches>(client, request).rows), ElementsAre("Berta Beta"));
  request.filter = mapi::Restriction{
      mapi::PropertyRestriction{mapi::RelationalOperator::equal, tag::kAnr, {tag::kAnr, std::string("anna")}}};
  EXPECT_THAT(names(ask<nspi::GetMatches>(client, request).rows), ElementsAre("Anna Delta"));
  request.filter = mapi::Restriction{mapi::ExistRestriction{tag::kDisplayName}};
  request.row_count = 2;
  EXPECT_EQ(ask<nspi::GetMatches>(client, request).code, EcCode::table_too_big);
  request.row_count = 50;
  request.filter = mapi::Restriction{mapi::SizeRestriction{mapi::RelationalOperator::less, tag::kDisplayName, 3}};
  EXPECT_EQ(ask<nspi::GetMatches>(client, request).code, EcCode::too_complex);
  request.filter.reset();
  EXPECT_EQ(ask<nspi::GetMatches>(client, request).code, EcCode::invalid_parameter);
  request.state = stat(mid(7, directory::EntityKind::group));
  request.state->container = tag::kAddressBookMember.value;
  const auto members = ask<nspi::GetMatches>(client, request);
  EXPECT_THAT(names(members.rows), ElementsAre("Berta Beta", "Carl Gamma"));
  EXPECT_THAT(*members.ids, ElementsAre(mid(4), mid(5)));
}

TEST_F(NspiTest, SortingAndComparingIds) {
  auto client = bound();
  nspi::ResortRestriction::Request sort;
  sort.state = stat(mid(4));
  sort.ids = {{mid(3), mid(4), 0x7777, mid(6), mid(4)}};
  const auto sorted = ask<nspi::ResortRestriction>(client, sort);
  EXPECT_THAT(*sorted.ids, ElementsAre(mid(6), mid(4), mid(3)));
  EXPECT_EQ(sorted.state->position, 1U);
  EXPECT_EQ(sorted.state->total, 3U);
  nspi::CompareMinIds::Request compare;
  compare.state = stat();
  compare.first = mid(6);
  compare.second = mid(3);
  EXPECT_LT(ask<nspi::CompareMinIds>(client, compare).result, 0);
  compare.second = 0x7777;
  EXPECT_EQ(ask<nspi::CompareMinIds>(client, compare).code, EcCode::not_found);
}

TEST_F(NspiTest, DetailsTemplateIsWellFormed) {
  auto client = bound();
  nspi::GetTemplateInfo::Request request;
  request.flags = 1;
  request.code_page = 1252;
  request.locale = 0x0407;
  for (const std::uint32_t type : {0U, 1U}) {
    request.display_type = type;
    const auto response = ask<nspi::GetTemplateInfo>(client, request);
    ASSERT_TRUE(response.row);
    const auto bytes = std::get<Bytes>(response.row->values.at(0).value);
    const auto number = [&](std::size_t at) {
      std::uint32_t n = 0;
      for (std::size_t i = 0; i < 4; ++i) n |= static_cast<std::uint32_t>(bytes.at(at + i)) << (8 * i);
      return n;
    };
    EXPECT_EQ(number(0), 1U);
    const auto rows = number(4);
    EXPECT_EQ(number(8 + 16), 8U);  // the first control is a page
    for (std::uint32_t i = 0; i < rows; ++i) {
      const auto text = number(8 + 36 * i + 32);
      ASSERT_GE(text, 8 + 36 * rows);
      ASSERT_LT(text, bytes.size());
    }
    EXPECT_EQ(bytes.back(), std::byte{0});
  }
  request.display_type = 6;
  EXPECT_EQ(ask<nspi::GetTemplateInfo>(client, request).code, EcCode::unknown_locale);
}

TEST_F(NspiTest, WritingIsRefused) {
  auto client = bound();
  nspi::ModProps::Request props;
  props.state = stat(mid(3));
  EXPECT_EQ(ask<nspi::ModProps>(client, props).code, EcCode::not_supported);
  nspi::ModLinkAtt::Request link;
  link.id = mid(3);
  EXPECT_EQ(ask<nspi::ModLinkAtt>(client, link).code, EcCode::access_denied);
}

TEST_F(NspiTest, ContextsSeeOnlyThemselves) {
  auto stranger = bound("berta@2", "other");
  nspi::QueryRows::Request request;
  request.state = stat();
  request.count = 100;
  request.columns = {{tag::kDisplayName}};
  EXPECT_THAT(names(ask<nspi::QueryRows>(stranger, request).rows), ElementsAre("Strange Berta"));
  nspi::ResolveNames::Request resolve;
  resolve.state = stat();
  resolve.names = {{"Carl", "=SMTP:anton@example.test"}};
  EXPECT_THAT(*ask<nspi::ResolveNames>(stranger, resolve).ids, ElementsAre(0U, 0U));
  // A cookie of the other context is worth nothing.
  auto thief = address_book("anton", "secret");
  thief.cookies() = stranger.cookies();
  EXPECT_EQ(run(thief.call("QueryRows", request)).code, 10);
}

TEST_F(NspiTest, SessionRules) {
  nspi::QueryColumns::Request columns;
  auto unbound = address_book();
  EXPECT_EQ(run(unbound.call("QueryColumns", columns)).code, 13);
  auto client = bound();
  EXPECT_FALSE(ask<nspi::QueryColumns>(client, columns).columns->empty());
  EXPECT_EQ(run(client.call("QueryRows", Bytes(3, std::byte{9}))).code, 12);
  EXPECT_EQ(run(client.call("Execute", Bytes{})).code, 5);
  EXPECT_EQ(run(client.call("PING", Bytes{})).code, 0);
  EXPECT_EQ(ask<nspi::Unbind>(client, {}).code, EcCode::unbind_success);
  EXPECT_EQ(run(client.call("QueryColumns", columns)).code, 13);
  nspi::Bind::Request wrong;
  wrong.state = stat();
  wrong.state->code_page = kUnicode;
  auto other = address_book();
  EXPECT_EQ(ask<nspi::Bind>(other, wrong).code, EcCode::unknown_code_page);
  EXPECT_TRUE(other.cookies().cookies().empty());
}

TEST_F(NspiTest, UnreachableBackendIsAFailureNotAnEmptyList) {
  auto client = bound();
  fake_.fail_next("address_book.entries", Errc::unavailable, 100);
  auto fresh = bound("carl", "carl");
  nspi::QueryRows::Request request;
  request.state = stat();
  request.count = 10;
  const auto response = ask<nspi::QueryRows>(fresh, request);
  EXPECT_NE(response.status, 0U);
}

}  // namespace
}  // namespace oxb::front
