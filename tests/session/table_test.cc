// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of messages: order, restriction, cursor, bookmarks, search, groups.
#include "tests/session/fixture.h"

#include <fmt/format.h>

namespace oxb::session {
namespace {

using mapi::PropType;
using mapi::SortDirection;
using Strings = std::vector<std::string>;

mapi::SortOrder by(mapi::PropTag t, SortDirection direction = SortDirection::ascending) {
  return {t.type(), t.id(), direction};
}

class Tables : public SessionTest {
 protected:
  void fill(int count) {
    for (int i = 0; i < count; ++i) add_mail(inbox, {.subject = fmt::format("{:03}", i), .minute = i});
  }
  std::uint32_t open(std::vector<mapi::PropTag> columns = {tag::kSubject}) {
    const auto table = client->contents(inbox);
    client->set_columns(table, std::move(columns));
    return table;
  }
  std::pair<std::uint32_t, std::uint32_t> position(std::uint32_t table) {
    const auto out = client->call<rop::QueryPosition>({}, table);
    return {out->numerator, out->denominator};
  }
};

TEST_F(Tables, SortByEveryKindOfColumn) {
  add_mail(inbox, {.subject = "b", .sender = "Zoe", .minute = 1});
  add_mail(inbox, {.subject = "Ä", .sender = "anna", .minute = 3});
  add_mail(inbox, {.subject = "c", .sender = "Bert", .minute = 2});
  const auto table = open();
  EXPECT_EQ(client->texts(table), (Strings{"b", "Ä", "c"})) << "without order: as the messages came";
  client->sort(table, {by(tag::kNormalizedSubject)});
  EXPECT_EQ(client->texts(table), (Strings{"Ä", "b", "c"}));
  client->sort(table, {by(tag::kSubject, SortDirection::descending)});
  EXPECT_EQ(client->texts(table), (Strings{"c", "b", "Ä"}));
  client->sort(table, {by(tag::kSentRepresentingName)});
  EXPECT_EQ(client->texts(table), (Strings{"Ä", "c", "b"}));
  client->sort(table, {by(tag::kMessageSize, SortDirection::descending)});
  EXPECT_EQ(client->texts(table), (Strings{"Ä", "c", "b"}));
  client->sort(table, {by(tag::kImportance), by(tag::kMessageDeliveryTime)});
  EXPECT_EQ(client->texts(table), (Strings{"b", "c", "Ä"})) << "equal (absent) first column: the second decides";
}

TEST_F(Tables, CursorMovesWithQueriesInBothDirections) {
  fill(10);
  const auto table = open();
  EXPECT_EQ(client->rows(table, 3).size(), 3U);
  EXPECT_EQ(position(table), std::pair(3U, 10U));
  const auto back = client->rows(table, 2, false);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(text(back[0].values[0]), "002");
  EXPECT_EQ(text(back[1].values[0]), "001");
  EXPECT_EQ(position(table).first, 1U);
  auto seek = client->call<rop::SeekRow>({0, rop::Bookmark::end, -2, true}, table);
  EXPECT_FALSE(seek->sought_less);
  EXPECT_EQ(seek->rows_sought, -2);
  EXPECT_EQ(position(table).first, 8U);
  seek = client->call<rop::SeekRow>({0, rop::Bookmark::current, 50, true}, table);
  EXPECT_TRUE(seek->sought_less);
  EXPECT_EQ(seek->rows_sought, 2);
  EXPECT_TRUE(client->rows(table).empty());
  client->call<rop::SeekRowFractional>({0, 1, 2}, table);
  EXPECT_EQ(position(table).first, 5U);
  EXPECT_EQ(client->call<rop::SeekRowFractional>({0, 1, 0}, table).code, EcCode::invalid_parameter);
}

TEST_F(Tables, NoAdvanceLeavesTheCursor) {
  fill(4);
  const auto table = open();
  const auto out = client->call<rop::QueryRows>({0, rop::QueryRows::kNoAdvance, true, 2}, table);
  EXPECT_EQ(out->rows.size(), 2U);
  EXPECT_EQ(out->origin, rop::Bookmark::beginning);
  EXPECT_EQ(position(table).first, 0U);
  EXPECT_EQ(client->call<rop::QueryRows>({0, 0, true, 10}, table)->origin, rop::Bookmark::end);
}

TEST_F(Tables, AnAnswerHoldsTheRowsThatFitAndNoMore) {
  fill(500);
  const auto table = open({tag::kSubject, tag::kEntryId});
  std::size_t seen = 0;
  int answers = 0;
  for (;; ++answers) {
    const auto rows = client->rows(table, 1000, true, 4096);
    if (rows.empty()) break;
    EXPECT_EQ(text(rows[0].values[0]), fmt::format("{:03}", seen));
    seen += rows.size();
  }
  EXPECT_EQ(seen, 500U);
  EXPECT_GT(answers, 5);
}

TEST_F(Tables, QueriesWithoutColumnsAreRefused) {
  fill(1);
  const auto table = client->contents(inbox);
  EXPECT_EQ(client->call<rop::QueryRows>({0, 0, true, 1}, table).code, EcCode::null_object);
  EXPECT_EQ(client->call<rop::SetColumns>({0, 0, {}}, table).code, EcCode::invalid_parameter);
  client->set_columns(table, {tag::kSubject});
  EXPECT_EQ(client->rows(table).size(), 1U);
  EXPECT_EQ(client->call<rop::ResetTable>({}, table).code, EcCode::none);
  EXPECT_EQ(client->call<rop::QueryRows>({0, 0, true, 1}, table).code, EcCode::null_object);
}

TEST_F(Tables, RestrictionsFilterAndCountsStayExact) {
  fill(20);
  const auto table = open();
  const mapi::Restriction restriction{mapi::PropertyRestriction{
      mapi::RelationalOperator::greater_or_equal, tag::kMessageDeliveryTime, {tag::kMessageDeliveryTime, time_of(17)}}};
  EXPECT_EQ(client->restrict(table, restriction), EcCode::none);
  EXPECT_EQ(position(table), std::pair(0U, 3U));
  EXPECT_EQ(client->texts(table), (Strings{"017", "018", "019"}));
  EXPECT_EQ(client->restrict(table, {}), EcCode::none);
  EXPECT_EQ(position(table), std::pair(0U, 20U));
}

TEST_F(Tables, RestrictionsThatNobodyCanEvaluateAreTooComplex) {
  const auto table = open();
  EXPECT_EQ(client->restrict(table, {mapi::PropertyRestriction{mapi::RelationalOperator::regular_expression,
                                                               tag::kSubject,
                                                               {tag::kSubject, std::string("x")}}}),
            EcCode::too_complex);
}

TEST_F(Tables, RecipientsAreSearchedWhereTheContentIsKnown) {
  mapi::Content content;
  content.recipients.emplace_back().properties.set(tag::kDisplayName, std::string("Max"));
  const auto id = add_mail(inbox, {.subject = "to Max"});
  add_mail(inbox, {.subject = "to nobody"});
  write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(const auto kept, tx.put_content(id, content));
    return kept ? Result<>{} : fail(Errc::internal, "content");
  });
  const auto table = open();
  client->restrict(
      table, {mapi::SubObjectRestriction{
                 tag::kMessageRecipients,
                 mapi::NestedRestriction(mapi::Restriction{mapi::ContentRestriction{
                     mapi::kPrefix, mapi::kIgnoreCase, tag::kDisplayName, {tag::kDisplayName, std::string("max")}}})}});
  EXPECT_EQ(client->texts(table), (Strings{"to Max"}));
}

TEST_F(Tables, BookmarksFollowTheirRow) {
  fill(5);
  const auto table = open();
  client->sort(table, {by(tag::kMessageDeliveryTime)});
  client->call<rop::SeekRow>({0, rop::Bookmark::beginning, 2, false}, table);
  const auto mark = client->call<rop::CreateBookmark>({}, table)->bookmark;
  deliver(inbox, {.subject = "first", .minute = -5});
  client->call<rop::SeekRow>({}, table);
  const auto found = client->call<rop::SeekRowBookmark>({0, mark, 0, true}, table);
  EXPECT_EQ(found.code, EcCode::none);
  EXPECT_FALSE(found->row_no_longer_visible);
  EXPECT_EQ(text(client->rows(table, 1)[0].values[0]), "002");
  EXPECT_EQ(client->call<rop::FreeBookmark>({0, mark}, table).code, EcCode::none);
  EXPECT_EQ(client->call<rop::SeekRowBookmark>({0, mark, 0, true}, table).code, EcCode::invalid_bookmark);
}

TEST_F(Tables, ABookmarkOfADeletedRowMeansTheNextOne) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(add_mail(inbox, {.subject = std::to_string(i), .minute = i}));
  const auto table = open();
  client->call<rop::SeekRow>({0, rop::Bookmark::beginning, 1, false}, table);
  const auto mark = client->call<rop::CreateBookmark>({}, table)->bookmark;
  remove(ids[1]);
  const auto found = client->call<rop::SeekRowBookmark>({0, mark, 0, true}, table);
  EXPECT_TRUE(found->row_no_longer_visible);
  EXPECT_EQ(text(client->rows(table, 1)[0].values[0]), "2");
}

TEST_F(Tables, FindRowByContentByInstanceKeyAndBackwards) {
  fill(300);
  const auto table = open({tag::kSubject, tag::kInstanceKey});
  const auto wanted = [](const char* subject) {
    return mapi::Restriction{
        mapi::ContentRestriction{mapi::kPrefix, 0, tag::kSubject, {tag::kSubject, std::string(subject)}}};
  };
  auto found = client->call<rop::FindRow>({0, 0, wanted("28"), rop::Bookmark::beginning, {}}, table);
  ASSERT_EQ(found.code, EcCode::none);
  EXPECT_EQ(text(found->row.values[0]), "280");
  const auto key = found->row.values[1];
  found = client->call<rop::FindRow>({0, rop::FindRow::kBackwards, wanted("2"), rop::Bookmark::current, {}}, table);
  EXPECT_EQ(text(found->row.values[0]), "279");
  found = client->call<rop::FindRow>({0, 0, wanted("1"), rop::Bookmark::current, {}}, table);
  EXPECT_EQ(found.code, EcCode::not_found);
  const mapi::Restriction by_key{
      mapi::PropertyRestriction{mapi::RelationalOperator::equal, tag::kInstanceKey, {tag::kInstanceKey, key}}};
  found = client->call<rop::FindRow>({0, 0, by_key, rop::Bookmark::beginning, {}}, table);
  EXPECT_EQ(text(found->row.values[0]), "280");
  EXPECT_EQ(position(table).first, 280U);
}

TEST_F(Tables, LongValuesAreCutInRows) {
  mapi::PropertyBag more;
  more.set(tag::kDisplayTo, std::string(400, 'x'));
  more.set(tag::kConversationIndex, Bytes(700, std::byte{1}));
  add_mail(inbox, {.more = more});
  const auto table = open({tag::kDisplayTo, tag::kConversationIndex});
  const auto rows = client->rows(table);
  EXPECT_EQ(text(rows[0].values[0]).size(), 255U);
  EXPECT_EQ(as<Bytes>(rows[0].values[1]).size(), 510U);
}

TEST_F(Tables, IdsOfRowsLeadToTheirMessages) {
  const auto id = add_mail(inbox, {.subject = "x"});
  const auto table = open({tag::kMid, tag::kFolderId, tag::kEntryId, tag::kSourceKey, tag::kChangeKey,
                           tag::kPredecessorChangeList, tag::kParentEntryId, tag::kRecordKey, tag::kMessageClass});
  const auto values = client->rows(table)[0].values;
  EXPECT_EQ(as<std::int64_t>(values[0]), mapi::Eid::of(id).property());
  EXPECT_EQ(as<std::int64_t>(values[1]), mapi::Eid::of(inbox).property());
  EXPECT_EQ(as<Bytes>(values[2]).size(), 70U);
  EXPECT_EQ(as<Bytes>(values[3]).size(), 22U);
  EXPECT_EQ(as<Bytes>(values[4]).size(), 22U);
  EXPECT_EQ(as<Bytes>(values[5]).size(), 23U);
  EXPECT_EQ(as<Bytes>(values[6]).size(), 46U);
  EXPECT_EQ(values[7], values[3]);
  EXPECT_EQ(text(values[8]), "IPM.Note");
}

TEST_F(Tables, QueryColumnsAllNamesWhatTheRowsHave) {
  mapi::PropertyBag more;
  more.set(tag::kFlagStatus, std::int32_t{2});
  add_mail(inbox, {.more = more});
  const auto out = client->call<rop::QueryColumnsAll>({}, client->contents(inbox));
  const auto has = [&](mapi::PropTag t) {
    return std::find(out->columns.begin(), out->columns.end(), t) != out->columns.end();
  };
  EXPECT_TRUE(has(tag::kMid));
  EXPECT_TRUE(has(tag::kSubject));
  EXPECT_TRUE(has(tag::kFlagStatus));
}

TEST_F(Tables, MultiValueInstancesAreOneRowPerValue) {
  const mapi::PropTag keywords{0x8001, PropType::multi_string};
  const auto instances = keywords.with(static_cast<PropType>(0x301F));
  mapi::PropertyBag two;
  two.set(keywords, Strings{"red", "blue"});
  mapi::PropertyBag one;
  one.set(keywords, Strings{"green"});
  add_mail(inbox, {.subject = "two", .more = two});
  add_mail(inbox, {.subject = "none"});
  add_mail(inbox, {.subject = "one", .more = one});
  const auto table = open({tag::kSubject, instances, tag::kInstanceNum});
  client->columns[table] = std::make_shared<const mapi::Columns>(
      mapi::Columns{{tag::kSubject, keywords.with(PropType::string), tag::kInstanceNum}});
  client->sort(table, {{instances.type(), instances.id(), SortDirection::ascending}});
  const auto rows = client->rows(table);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(text(rows[0].values[0]), "none");
  EXPECT_EQ(error_of(rows[0].values[1]), kNotFound);
  EXPECT_EQ(text(rows[1].values[1]), "blue");
  EXPECT_EQ(as<std::int32_t>(rows[1].values[2]), 1);
  EXPECT_EQ(text(rows[2].values[1]), "green");
  EXPECT_EQ(text(rows[3].values[1]), "red");
  EXPECT_EQ(text(rows[3].values[0]), "two");
}

class Groups : public Tables {
 protected:
  void SetUp() override {
    Tables::SetUp();
    add_mail(inbox, {.subject = "a1", .sender = "Anna", .minute = 1});
    add_mail(inbox, {.subject = "b1", .sender = "Bert", .minute = 2, .read = false});
    add_mail(inbox, {.subject = "a2", .sender = "Anna", .minute = 3, .read = false});
    table = open({tag::kSubject, tag::kSentRepresentingName, tag::kRowType, tag::kDepth, tag::kContentCount,
                  tag::kContentUnreadCount, tag::kInstID});
  }
  // "Anna(2/1)" for headers, the subject for messages.
  Strings shape() {
    client->call<rop::SeekRow>({}, table);
    Strings out;
    for (const auto& row : client->rows(table)) {
      if (as<std::int32_t>(row.values[2]) == 1)
        out.push_back(text(row.values[0]));
      else
        out.push_back(fmt::format("{}({}/{})", text(row.values[1]), as<std::int32_t>(row.values[4]),
                                  as<std::int32_t>(row.values[5])));
    }
    return out;
  }
  mapi::Eid category(std::size_t row) {
    client->call<rop::SeekRow>({0, rop::Bookmark::beginning, static_cast<std::int32_t>(row), false}, table);
    return mapi::Eid::from_property(as<std::int64_t>(client->rows(table, 1)[0].values[6]));
  }
  std::uint32_t table = 0;
};

TEST_F(Groups, HeadersCarryCountsAndCanBeOpened) {
  client->sort(table, {by(tag::kSentRepresentingName), by(tag::kMessageDeliveryTime, SortDirection::descending)}, 1, 0);
  EXPECT_EQ(shape(), (Strings{"Anna(2/1)", "Bert(1/1)"}));
  const auto anna = category(0);
  const auto out = client->call<rop::ExpandRow>({0, 10, anna}, table);
  ASSERT_EQ(out.code, EcCode::none);
  EXPECT_EQ(out->expanded, 2U);
  ASSERT_EQ(out->rows.size(), 2U);
  EXPECT_EQ(text(out->rows[0].values[0]), "a2");
  EXPECT_EQ(as<std::int32_t>(out->rows[0].values[3]), 1);
  EXPECT_EQ(error_of(out->rows[0].values[4]), kNotFound) << "leaves have no content count";
  EXPECT_EQ(shape(), (Strings{"Anna(2/1)", "a2", "a1", "Bert(1/1)"}));
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::ExpandRow>({0, 0, anna}, table).code), 0x4F8U);
  EXPECT_EQ(client->call<rop::CollapseRow>({0, anna}, table)->collapsed, 2U);
  EXPECT_EQ(shape(), (Strings{"Anna(2/1)", "Bert(1/1)"}));
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::CollapseRow>({0, anna}, table).code), 0x4F7U);
  EXPECT_EQ(client->call<rop::ExpandRow>({0, 0, mapi::Eid{12345}}, table).code, EcCode::not_found);
}

TEST_F(Groups, ExpandedCountOpensThemAtOnce) {
  client->sort(table, {by(tag::kSentRepresentingName, SortDirection::descending), by(tag::kMessageDeliveryTime)}, 1, 1);
  EXPECT_EQ(shape(), (Strings{"Bert(1/1)", "b1", "Anna(2/1)", "a1", "a2"}));
  EXPECT_EQ(position(table).second, 5U);
}

TEST_F(Groups, CollapseStateSurvivesASecondTable) {
  client->sort(table, {by(tag::kSentRepresentingName)}, 1, 1);
  client->call<rop::CollapseRow>({0, category(0)}, table);
  EXPECT_EQ(shape(), (Strings{"Anna(2/1)", "Bert(1/1)", "b1"}));
  const auto state = client->call<rop::GetCollapseState>({0, category(1), 0}, table);
  ASSERT_EQ(state.code, EcCode::none);
  table = open({tag::kSubject, tag::kSentRepresentingName, tag::kRowType, tag::kDepth, tag::kContentCount,
                tag::kContentUnreadCount, tag::kInstID});
  client->sort(table, {by(tag::kSentRepresentingName)}, 1, 1);
  const auto set = client->call<rop::SetCollapseState>({0, state->state}, table);
  ASSERT_EQ(set.code, EcCode::none);
  EXPECT_EQ(shape(), (Strings{"Anna(2/1)", "Bert(1/1)", "b1"}));
  client->call<rop::SeekRowBookmark>({0, set->bookmark, 0, false}, table);
  EXPECT_EQ(position(table).first, 1U);
  EXPECT_EQ(client->call<rop::SetCollapseState>({0, Bytes(3)}, table).code, EcCode::not_found);
}

TEST_F(Groups, MaximumCategoryOrdersTheGroups) {
  // Conversations by their newest message: group by sender, groups by the latest delivery, newest group first.
  add_mail(inbox, {.subject = "c1", .sender = "Carl", .minute = 0});
  add_mail(inbox, {.subject = "b2", .sender = "Bert", .minute = 9});
  client->sort(table,
               {by(tag::kSentRepresentingName, SortDirection::descending),
                by(tag::kMessageDeliveryTime, SortDirection::maximum_category),
                by(tag::kMessageDeliveryTime, SortDirection::descending)},
               1, 1);
  EXPECT_EQ(shape(), (Strings{"Bert(2/1)", "b2", "b1", "Anna(2/1)", "a2", "a1", "Carl(1/0)", "c1"}));
}

TEST_F(Groups, TwoLevels) {
  client->sort(table, {by(tag::kSentRepresentingName), by(tag::kMessageClass)}, 2, 2);
  EXPECT_EQ(position(table).second, 7U);
  client->call<rop::SeekRow>({}, table);
  const auto rows = client->rows(table);
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(as<std::int32_t>(rows[0].values[3]), 0);
  EXPECT_EQ(as<std::int32_t>(rows[1].values[3]), 1);
  EXPECT_EQ(as<std::int32_t>(rows[2].values[3]), 2);
}

TEST_F(Groups, ImpossibleOrdersAreRefused) {
  rop::SortTable::Request request;
  request.order = {2, 0, {by(tag::kSubject)}};
  EXPECT_EQ(client->call<rop::SortTable>(request, table).code, EcCode::invalid_parameter);
  request.order = {0, 1, {by(tag::kSubject)}};
  EXPECT_EQ(client->call<rop::SortTable>(request, table).code, EcCode::invalid_parameter);
  client->sort(table, {by(tag::kSubject)});
  EXPECT_EQ(client->call<rop::ExpandRow>({0, 0, mapi::Eid{1}}, table).code, EcCode::not_supported);
}

}  // namespace
}  // namespace oxb::session
