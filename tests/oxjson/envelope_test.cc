// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/envelope.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace oxb::oxjson {
namespace {

Answer answer(std::string_view text) { return answer_of(parse(text).value()).value(); }

TEST(OxJson, LoneSurrogatesAndBrokenUtf8DoNotSpoilTheAnswer) {
  EXPECT_EQ(parse(R"({"a":"x\ud83dy"})").value().at("a"), "x\xef\xbf\xbdy");
  EXPECT_EQ(parse(R"({"a":"\ude00"})").value().at("a"), "\xef\xbf\xbd");
  EXPECT_EQ(parse(R"({"a":"\ud83d\ude00"})").value().at("a"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(parse("{\"a\":\"x\xff\"}").value().at("a"), "x\xef\xbf\xbd");
  EXPECT_EQ(parse(R"({"a":"\\ud83d \ud83d"})").value().at("a"), "\\ud83d \xef\xbf\xbd");
}

TEST(OxJson, TruncatedAndDeepAnswersAreMalformed) {
  EXPECT_EQ(parse(R"({"data":[[1,2)").error().code, Errc::malformed);
  EXPECT_EQ(parse("").error().code, Errc::malformed);
  EXPECT_EQ(parse(std::string(1000, '[')).error().code, Errc::malformed);
}

TEST(OxJson, DatesBeforeTheEpoch) {
  EXPECT_EQ(date_from_ms(-86'400'000).value(), (model::Date{1969, 12, 31}));
  EXPECT_EQ(date_from_ms(-1).value(), (model::Date{1969, 12, 31}));
  EXPECT_EQ(ms_from_date({1600, 2, 29}), -11670998400000);
  EXPECT_FALSE(date_from_ms(INT64_MAX));
  EXPECT_FALSE(date_from_ms(INT64_MIN));
  for (std::int64_t day = -700'000; day < 2'900'000; day += 997) {
    EXPECT_EQ(ms_from_date(date_from_ms(day * 86'400'000).value()), day * 86'400'000);
  }
}

TEST(OxEnvelope, ErrorWithoutDataIsAFailure) {
  const auto a =
      answer(R"({"error":"The user name or password is incorrect.","error_params":[],"categories":"USER_INPUT",
    "category":1,"code":"LGI-0006","error_id":"-1227681533-5"})");
  ASSERT_TRUE(a.error);
  EXPECT_EQ(errc_of(*a.error), Errc::unauthenticated);
  EXPECT_NE(to_error(*a.error, "login").what.find("LGI-0006"), std::string::npos);
}

TEST(OxEnvelope, ErrorWithDataIsAWarning) {
  const auto a = answer(R"({"data":["99"],"error":"x","category":13,"code":"FLD-0008"})");
  EXPECT_FALSE(a.error);
  ASSERT_TRUE(a.warning);
  EXPECT_EQ(a.warning->code, "FLD-0008");
  EXPECT_TRUE(answer(R"({"data":[],"warnings":[{"error":"w","code":"CAL-4034","category":13}]})").warning);
  EXPECT_TRUE(answer(R"({"data":[],"warnings":{"error":"w","code":"CAL-4034","category":13}})").warning);
  EXPECT_FALSE(answer(R"({"data":[],"timestamp":5})").warning);
}

TEST(OxEnvelope, TruncationNamesTheField) {
  const auto a = answer(R"({"error":"x","error_params":["title",256,300],"category":12,"code":"TSK-0041",
    "problematic":[{"id":200,"length":300,"max_size":256}],"truncated":[200]})");
  ASSERT_EQ(a.error->problematic.size(), 1U);
  EXPECT_EQ(a.error->problematic[0].id, 200);
  EXPECT_EQ(a.error->problematic[0].max_size, 256);
  EXPECT_EQ(a.error->truncated, std::vector<std::int64_t>{200});
  EXPECT_EQ(errc_of(*a.error), Errc::limit);
}

TEST(OxEnvelope, CodesAndCategories) {
  const auto code = [](std::string text, int category) {
    ServerError error;
    error.code = std::move(text);
    error.category = category;
    return errc_of(error);
  };
  EXPECT_EQ(code("SES-0203", 4), Errc::unauthenticated);
  EXPECT_EQ(code("CON-0125", 1), Errc::not_found);
  EXPECT_EQ(code("CON-0119", 9), Errc::conflict);
  EXPECT_EQ(code("CAL-4041", 1), Errc::not_found);
  EXPECT_EQ(code("CAL-4030", 3), Errc::access_denied);
  EXPECT_EQ(code("TSK-0046", 3), Errc::not_found);
  EXPECT_EQ(code("CTX-0007", 4), Errc::unavailable);
  EXPECT_EQ(code("SVL-0011", 8), Errc::unavailable);
  EXPECT_EQ(code("SVL-0021", 8), Errc::unsupported);
  EXPECT_EQ(code("XYZ-9999", 11), Errc::quota);
  EXPECT_EQ(code("", 1), Errc::invalid);
}

TEST(OxEnvelope, TheErrorTextHoldsNoContent) {
  const auto a = answer(
      R"({"error":"Meier is wrong","error_params":["Meier"],"error_desc":"Meier","category":1,"code":"CON-0100","error_id":"1-2"})");
  EXPECT_EQ(to_error(*a.error, "contacts").what.find("Meier"), std::string::npos);
}

TEST(OxEnvelope, NoObjectIsMalformed) {
  EXPECT_FALSE(answer_of(json::value(nullptr)));
  EXPECT_FALSE(answer_of(json::value("x")));
  EXPECT_TRUE(answer("{}").data.is_null());
}

}  // namespace
}  // namespace oxb::oxjson
