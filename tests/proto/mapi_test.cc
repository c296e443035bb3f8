// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/entry_id.h"
#include "proto/mapi/persist.h"
#include "proto/mapi/recipient.h"
#include "proto/mapi/restriction.h"
#include "proto/mapi/tags.h"
#include "wire/codec_impl.h"

#include <gtest/gtest.h>

#include <random>

using namespace oxb;
using namespace oxb::mapi;

namespace {

Bytes random_bytes(std::mt19937& random, std::size_t bound) {
  Bytes out(random() % bound);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

}  // namespace

TEST(PropertyValues, EveryTypeSurvivesInEveryForm) {
  std::mt19937 random(7);
  for (const auto form : {ValueForm::rop, ValueForm::extended, ValueForm::nspi}) {
    for (int i = 0; i < 4000; ++i) {
      const auto seed = random_bytes(random, 60);
      wire::Generator g(seed);
      Property x;
      make_property(g, x, form);
      wire::Writer w;
      write_property(w, x, form);
      const auto bytes = std::move(w).finish().value();
      wire::Reader r(bytes);
      Property back;
      read_property(r, back, form);
      ASSERT_TRUE(r.finish()) << type_text(x.tag.type());
      EXPECT_EQ(back, x) << type_text(x.tag.type());
      for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        wire::Reader shorter(ByteView(bytes).first(cut));
        read_property(shorter, back, form);
        EXPECT_FALSE(shorter.finish());
      }
    }
  }
}

TEST(Restrictions, EveryShapeSurvivesInEveryForm) {
  std::mt19937 random(9);
  for (const auto form : {RestrictionForm::rop, RestrictionForm::extended_rule, RestrictionForm::search_folder}) {
    for (int i = 0; i < 2000; ++i) {
      const auto seed = random_bytes(random, 120);
      wire::Generator g(seed);
      Restriction x;
      make_restriction(g, x, form);
      const auto bytes = encode_restriction(x, form).value();
      const auto back = decode_restriction(bytes, form);
      ASSERT_TRUE(back) << back.error().what;
      EXPECT_EQ(*back, x);
      if (i < 200)
        for (std::size_t cut = 0; cut < bytes.size(); ++cut)
          EXPECT_FALSE(decode_restriction(ByteView(bytes).first(cut), form));
    }
  }
}

TEST(Restrictions, DepthIsBounded) {
  Bytes deep(500, std::byte{2});
  const auto e = decode_restriction(deep, RestrictionForm::rop);
  ASSERT_FALSE(e);
  EXPECT_EQ(e.error().code, Errc::limit);
}

TEST(Restrictions, PrintForPeople) {
  Restriction x{
      AndRestriction{{Restriction{ExistRestriction{tag::kBody}},
                      Restriction{NotRestriction{Restriction{PropertyRestriction{
                          RelationalOperator::equal, tag::kImportance, {tag::kImportance, std::int32_t{2}}}}}},
                      Restriction{ContentRestriction{
                          kSubstring, kIgnoreCase, tag::kSubject, {tag::kSubject, std::string("offer")}}}}}};
  EXPECT_EQ(restriction_text(x, wire::Privacy::show),
            "(exists PidTagBody and not PidTagImportance = 2 and PidTagSubject contains \"offer\" [fuzzy 1.1])");
  EXPECT_EQ(restriction_text(x, wire::Privacy::hide).find("offer"), std::string::npos);
}

TEST(Rows, SurviveWithAbsentValuesAndErrors) {
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    const auto seed = random_bytes(random, 150);
    wire::Generator g(seed);
    Columns columns;
    for (auto n = g.pick(6); n > 0; --n) {
      PropTag column;
      wire::Form<PropTag>::make(g, column);
      if (g.pick(8) == 0) column = column.with(PropType::unspecified);
      columns.tags.push_back(column);
    }
    PropertyRow row;
    make_random_row(g, row, columns.tags, ValueForm::rop);
    wire::Writer w;
    write_row(w, row, columns.tags, ValueForm::rop);
    const auto bytes = std::move(w).finish().value();
    wire::Reader r(bytes);
    PropertyRow back;
    read_row(r, back, columns.tags, ValueForm::rop);
    ASSERT_TRUE(r.finish());
    EXPECT_EQ(back, row);
  }
}

TEST(Rows, AreMadeFromABagWithErrorsForWhatIsMissing) {
  PropertyBag bag;
  bag.set(tag::kSubject, std::string("Hi"));
  const auto row = make_row({tag::kSubject, tag::kSubject.with(PropType::string8), tag::kImportance}, bag, 0x8004'010F);
  EXPECT_TRUE(row.flagged);
  EXPECT_EQ(row.values[0], PropertyValue{std::string("Hi")});
  EXPECT_EQ(row.values[1], PropertyValue{String8{"Hi"}});
  EXPECT_EQ(row.values[2], PropertyValue{ErrorValue{0x8004'010F}});
}

TEST(Recipients, EveryFlagCombinationSurvives) {
  std::mt19937 random(13);
  const std::vector<PropTag> columns = {tag::kObjectType, tag::kDisplayType, tag::kSmtpAddress};
  for (int i = 0; i < 3000; ++i) {
    const auto seed = random_bytes(random, 150);
    wire::Generator g(seed);
    RecipientRow row;
    make_recipient(g, row, columns);
    wire::Writer w;
    write_recipient(w, row, columns);
    const auto bytes = std::move(w).finish().value();
    wire::Reader r(bytes);
    RecipientRow back;
    read_recipient(r, back, columns);
    ASSERT_TRUE(r.finish());
    EXPECT_EQ(back, row);
  }
}

TEST(EntryIds, AreRecognisedByProviderAndLength) {
  const auto store = Guid::of(0x11111111, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11});
  const LongTermId folder{Guid::of(0x22222222, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}), 42};
  const std::vector<EntryId> all = {
      FolderEntryId{0, store, FolderEntryId::kPrivate, folder},
      MessageEntryId{0, store, MessageEntryId::kPrivate, folder, {folder.replica, 43}},
      StoreEntryId{
          0, 0, 0, "emsmdb.dll", 0, provider::kPrivateStore, StoreEntryId::kPrivateType, "server", "/o=x/cn=y", {}},
      OneOffEntryId{0, 0, 0x8001, "N\xC3\xA4me", "SMTP", "a@example.com"},
      OneOffEntryId{0, 0, 0x0001, "Name", "SMTP", "a@example.com"},
      AddressBookEntryId{0, 1, 0, "/o=x/cn=y"},
      EphemeralEntryId{0x87, store, 1, 0, 0x1234},
      ContactAddressEntryId{0, 3, 4, 1, Bytes(70)},
      WrappedEntryId{0, 0xB5, Bytes(30)},
  };
  for (const auto& id : all) {
    const auto bytes = to_bytes(id);
    const auto back = parse_entry_id(bytes);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(*back, id);
  }
  EXPECT_EQ(to_bytes(all[0]).size(), 46u);
  EXPECT_EQ(to_bytes(all[1]).size(), 70u);
  EXPECT_EQ(parse_entry_id(Bytes(33)).error().code, Errc::unsupported);
  EXPECT_EQ(parse_entry_id(Bytes(3)).error().code, Errc::malformed);
}

TEST(EntryIds, SearchKeysAreUpperCaseAndTerminated) {
  EXPECT_EQ(as_text(search_key("smtp", "anna@example.com")), std::string_view("SMTP:ANNA@EXAMPLE.COM\0", 22));
}

TEST(PersistData, KeepsUnknownBlocks) {
  PersistList list;
  list.items = {
      {PersistData::kRssSubscription, {{PersistElement::kEntryId, Bytes(46)}, {PersistElement::kHeader, Bytes(4)}}},
      {0x8123, {{9, to_bytes("abc")}}}};
  const auto back = parse_persist_list(to_bytes(list));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, list);
  EXPECT_FALSE(parse_persist_list(from_hex("0180 1000 0100").value()));
}

TEST(ServerIds, HoldFolderMessageAndInstance) {
  const ServerEntry entry{Eid::of(FolderId{5}), Eid::of(MessageId{6}), 7};
  EXPECT_EQ(server_id(entry).bytes.size(), 21u);
  EXPECT_EQ(server_entry(server_id(entry)), entry);
  EXPECT_FALSE(server_entry(ServerId{to_bytes("\0abc")}));
}

TEST(Values, PrintTimesAndHideText) {
  EXPECT_EQ(time_text(FileTime{0x0CB3'4557'A3DD'4000}), "4501-01-01T00:00:00Z");
  EXPECT_EQ(value_text(std::string("x"), wire::Privacy::hide), "<private, 1 bytes>");
  EXPECT_EQ(value_text(Currency{-12345}, wire::Privacy::hide), "-1.2345");
  EXPECT_EQ(value_text(std::vector<std::string>{"a", "b"}, wire::Privacy::show), "[\"a\", \"b\"]");
}
