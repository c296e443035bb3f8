// SPDX-License-Identifier: GPL-3.0-or-later
// Execution of ROP buffers [MS-OXCROPS] 3.2.5.1.
#include "tests/session/fixture.h"

#include <boost/asio/use_future.hpp>

namespace oxb::session {
namespace {

using Buffers = SessionTest;
using rop::RopRequest;

RopRequest open_folder(FolderId folder, std::uint8_t input, std::uint8_t output, std::uint8_t logon = 0) {
  return RopRequest::of<rop::OpenFolder>(logon, {input, output, mapi::Eid::of(folder), 0});
}

TEST_F(Buffers, OneBufferOpensSeveralObjects) {
  rop::GetHierarchyTable::Request table{1, 2, 0};
  rop::SetColumns::Request columns{2, 0, {tag::kDisplayName}};
  rop::QueryRows::Request query{2, 0, true, 3};
  const auto answer = client->send(
      {open_folder(special(replica::Special::root), 0, 1), RopRequest::of<rop::GetHierarchyTable>(0, table),
       RopRequest::of<rop::SetColumns>(0, columns), RopRequest::of<rop::QueryRows>(0, query)},
      {client->logon, rop::kNoHandle, rop::kNoHandle});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rops.size(), 4U);
  for (const auto& response : answer->rops) EXPECT_EQ(response.code, EcCode::none) << int(response.id);
  EXPECT_EQ(answer->rops[3].as<rop::QueryRows>().rows.size(), 3U);
  EXPECT_NE(answer->handles[1], rop::kNoHandle);
  EXPECT_NE(answer->handles[2], rop::kNoHandle);
  EXPECT_EQ(answer->handles[0], client->logon);
}

TEST_F(Buffers, AHandleThatNamesNothingFailsItsRopOnly) {
  const auto answer = client->send({open_folder(inbox, 5, 1), open_folder(inbox, 1, 1), open_folder(inbox, 0, 1)},
                                   {client->logon, rop::kNoHandle});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rops.size(), 3U);
  EXPECT_EQ(answer->rops[0].code, EcCode::null_object);
  EXPECT_EQ(answer->rops[1].code, EcCode::null_object);
  EXPECT_EQ(answer->rops[2].code, EcCode::none);
}

TEST_F(Buffers, TheWrongKindOfObjectIsNotSupported) {
  const auto folder = client->open_folder(inbox);
  EXPECT_EQ(client->call<rop::QueryPosition>({}, folder).code, EcCode::not_supported);
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, client->logon).code, EcCode::not_supported);
  EXPECT_EQ(client->call<rop::ReadStream>({0, 10, 0}, folder).code, EcCode::not_supported);
}

TEST_F(Buffers, WhatCannotBeParsedFailsAsAWhole) {
  const auto malformed = [&](const char* hex) {
    const auto answer = client->send_bytes(from_hex(hex).value());
    return !answer && answer.error().code == Errc::malformed;
  };
  EXPECT_TRUE(malformed(""));
  EXPECT_TRUE(malformed("01"));
  EXPECT_TRUE(malformed("ff ff"));
  EXPECT_TRUE(malformed("05 00 83 00 00")) << "a reserved ROP";
  EXPECT_TRUE(malformed("04 00 02 00")) << "a truncated ROP";
  EXPECT_TRUE(malformed("02 00 01")) << "a broken handle table";
  EXPECT_TRUE(client->send({}, {})) << "and the session lives on";
}

TEST_F(Buffers, WhatDoesNotFitIsGivenBack) {
  mapi::PropertyBag more;
  more.set(tag::kDisplayTo, std::string(250, 'x'));
  for (int i = 0; i < 3; ++i) add_mail(inbox, {.more = more});
  const auto table = client->contents(inbox);
  const auto other = client->contents(inbox);
  for (const auto t : {table, other}) client->set_columns(t, {tag::kDisplayTo});
  const std::vector<RopRequest> rops = {RopRequest::of<rop::QueryRows>(0, {0, 0, true, 1}),
                                        RopRequest::of<rop::QueryRows>(0, {1, 0, true, 1}),
                                        RopRequest::of<rop::QueryRows>(0, {1, 0, true, 1})};
  const auto answer = client->send(rops, {table, other}, 700);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rops.size(), 2U);
  EXPECT_EQ(answer->rops[0].id, rop::QueryRows::kId);
  ASSERT_EQ(answer->rops[1].id, rop::BufferTooSmall::kId);
  const auto& rest = answer->rops[1].as<rop::BufferTooSmall>();
  EXPECT_EQ(rest.requests.size(), 2 * 7U);
  EXPECT_EQ(rest.requests[0], std::byte{rop::QueryRows::kId});
  EXPECT_EQ(client->call<rop::QueryPosition>({}, other)->numerator, 0U) << "what was given back was not done";
}

TEST_F(Buffers, WhatChangesSomethingIsNotDoneTwice) {
  const auto message = client->create_message(inbox);
  const auto stream = client->call<rop::OpenStream>({0, 1, tag::kComment, 2}, message).handle;
  // Answers of eight bytes until the buffer is full; the client sends again what was given back.
  std::vector<RopRequest> rops(30, RopRequest::of<rop::WriteStream>(0, {0, Bytes(2, std::byte{65})}));
  int rounds = 0;
  while (!rops.empty()) {
    ASSERT_LT(++rounds, 30);
    const auto answer = client->send(rops, {stream}, 280);
    ASSERT_TRUE(answer) << answer.error().what;
    const auto done = std::count_if(answer->rops.begin(), answer->rops.end(),
                                    [](const auto& rop) { return rop.id == rop::WriteStream::kId; });
    ASSERT_GT(done, 0);
    rops.erase(rops.begin(), rops.begin() + done);
  }
  EXPECT_GT(rounds, 1);
  EXPECT_EQ(client->call<rop::GetStreamSize>({}, stream)->size, 60U);
}

TEST_F(Buffers, ObjectsOpenedByARopThatDidNotFitAreGone) {
  ContextLimits limits;
  limits.handles = 3;  // the logon and two more
  auto small = connect(limits);
  const auto answer = small.send({open_folder(inbox, 0, 1)}, {small.logon, rop::kNoHandle}, 16);
  EXPECT_FALSE(answer && !answer->rops.empty() && answer->rops[0].id == rop::OpenFolder::kId);
  EXPECT_NE(small.open_folder(inbox), rop::kNoHandle);
  EXPECT_NE(small.open_folder(inbox), rop::kNoHandle);
  EXPECT_EQ(small.call<rop::OpenFolder>({0, 1, mapi::Eid::of(inbox), 0}, small.logon).code, EcCode::not_enough_memory);
}

TEST_F(Buffers, ReleasedHandlesAreGoneAndChildrenLive) {
  add_mail(inbox, {.subject = "x"});
  const auto folder = client->open_folder(inbox);
  const auto table = client->call<rop::GetContentsTable>({0, 1, 0}, folder).handle;
  client->release(folder);
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, folder).code, EcCode::null_object);
  client->set_columns(table, {tag::kSubject});
  EXPECT_EQ(client->texts(table), std::vector<std::string>{"x"});
  client->release(folder);  // releasing twice is harmless
}

TEST_F(Buffers, LogonsLiveSideBySideAndAreReplacedByTheirId) {
  const auto first = client->logon;
  const auto folder_of_first = client->open_folder(inbox);
  client->logon_id = 1;
  client->log_on(mailbox->owner().legacy_dn);
  EXPECT_NE(client->logon, first);
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, folder_of_first).code, EcCode::none);
  client->logon_id = 0;
  client->log_on(mailbox->owner().legacy_dn);
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, folder_of_first).code, EcCode::null_object);
}

TEST_F(Buffers, TroubleOfTheBackendIsANetworkErrorAndNeverAnEmptyFolder) {
  const auto folder = add_folder(special(replica::Special::ipm_subtree), "Remote", replica::Source::mail);
  const auto handle = client->open_folder(folder);
  on_queue([&] { mailbox->trouble = Errc::unavailable; });
  EXPECT_EQ(client->call<rop::GetContentsTable>({0, 1, 0}, handle).code, EcCode::network);
  const auto id = add_mail(inbox, {});
  rop::OpenMessage::Request request;
  request.message = mapi::Eid::of(id);
  EXPECT_EQ(client->call<rop::OpenMessage>(request, client->logon).code, EcCode::network);
}

TEST_F(Buffers, AWaitingRequestLeavesTheQueueToOtherSessions) {
  const auto id = add_mail(inbox, {.subject = "slow"});
  auto other = connect();
  on_queue([&] { mailbox->hold = std::make_shared<net::Signal>(); });
  rop::OpenMessage::Request request;
  request.output = 1;
  request.message = mapi::Eid::of(id);
  rop::RequestBuffer buffer;
  buffer.rops = {RopRequest::of<rop::OpenMessage>(0, request)};
  buffer.handles = {client->logon, rop::kNoHandle};
  const auto bytes = rop::encode_request_buffer(buffer).value();
  auto slow = boost::asio::co_spawn(loop.executor(),
                                    client->context()->execute(bytes, 0x8000, Wait::upto(std::chrono::seconds(30))),
                                    boost::asio::use_future);
  while ([&] {
    bool waits = false;
    on_queue([&] { waits = !mailbox->fetched.empty(); });
    return !waits;
  }()) {
  }
  EXPECT_NE(other.open_folder(inbox), rop::kNoHandle);
  const auto second = client->send({}, {});
  ASSERT_FALSE(second) << "one request at a time";
  EXPECT_EQ(second.error().code, Errc::conflict);
  on_queue([&] { mailbox->hold->fire(); });
  EXPECT_TRUE(slow.get());
  EXPECT_TRUE(client->send({}, {}));
}

TEST_F(Buffers, AClosedSessionRefusesEverything) {
  client->context()->close();
  const auto answer = client->send({}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::cancelled);
}

TEST_F(Buffers, ClosingWhileARequestWaitsEndsIt) {
  const auto id = add_mail(inbox, {});
  on_queue([&] { mailbox->hold = std::make_shared<net::Signal>(); });
  rop::OpenMessage::Request request;
  request.output = 1;
  request.message = mapi::Eid::of(id);
  rop::RequestBuffer buffer;
  buffer.rops = {RopRequest::of<rop::OpenMessage>(0, request)};
  buffer.handles = {client->logon, rop::kNoHandle};
  const auto bytes = rop::encode_request_buffer(buffer).value();
  CancelSource cancel;
  auto slow = boost::asio::co_spawn(
      loop.executor(), client->context()->execute(bytes, 0x8000, Wait::upto(std::chrono::seconds(30), cancel.token())),
      boost::asio::use_future);
  client->context()->close();
  cancel.cancel();
  EXPECT_FALSE(slow.get());
}

}  // namespace
}  // namespace oxb::session
