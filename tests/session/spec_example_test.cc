// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of the specifications' own examples, byte by byte through the dispatcher; only ids are those of this
// mailbox.
#include "tests/session/fixture.h"

#include <fstream>

namespace oxb::session {
namespace {

using replica::Special;

// tests/vectors/rop/<name>.hex without its comments.
Bytes example(const std::string& name) {
  std::ifstream file(std::string(OXB_SOURCE_DIR) + "/tests/vectors/rop/" + name + ".hex");
  EXPECT_TRUE(file) << name;
  std::string hex;
  for (std::string line; std::getline(file, line);)
    if (!line.starts_with('#')) hex += line + ' ';
  return from_hex(hex).value();
}

class SpecExamples : public SessionTest {
 protected:
  // The ROP with its handle table; what comes back behind the size, without the handles.
  Bytes send(const Bytes& rop, const Handles& handles) {
    Bytes buffer;
    const auto size = rop.size() + 2;
    buffer.push_back(static_cast<std::byte>(size & 0xFFU));
    buffer.push_back(static_cast<std::byte>(size >> 8U));
    buffer.insert(buffer.end(), rop.begin(), rop.end());
    for (const auto handle : handles)
      for (unsigned i = 0; i < 4; ++i) buffer.push_back(static_cast<std::byte>(handle >> (8 * i) & 0xFFU));
    const auto answer = client->send_bytes(buffer);
    EXPECT_TRUE(answer);
    if (!answer || answer->size() < 2) return {};
    const auto end = std::to_integer<std::size_t>((*answer)[0]) | std::to_integer<std::size_t>((*answer)[1]) << 8U;
    table.clear();
    for (std::size_t at = end; at + 4 <= answer->size(); at += 4) {
      std::uint32_t handle = 0;
      for (unsigned i = 0; i < 4; ++i) handle |= std::to_integer<std::uint32_t>((*answer)[at + i]) << (8 * i);
      table.push_back(handle);
    }
    return {answer->begin() + 2, answer->begin() + static_cast<std::ptrdiff_t>(end)};
  }
  static void put_id(Bytes& rop, std::size_t at, mapi::Eid id) {
    for (unsigned i = 0; i < 8; ++i) rop.at(at + i) = static_cast<std::byte>(id.raw >> (8 * i) & 0xFFU);
  }
  std::uint32_t top() { return client->open_folder(special(Special::ipm_subtree)); }
  Handles table;
};

TEST_F(SpecExamples, CreateFolder) {
  auto expected = example("0013_create_folder_response");
  const auto answer = send(example("0012_create_folder"), {top(), rop::kNoHandle});
  ASSERT_EQ(answer.size(), expected.size());
  const auto id = mapi::Eid::from_property(as<std::int64_t>(client->get(table.at(1), tag::kFolderId)));
  put_id(expected, 6, id);
  EXPECT_EQ(to_hex(answer), to_hex(expected)) << "[MS-OXCFOLD] 4.1.2";
  EXPECT_EQ(row_of(id.folder())->name, "Folder1");
}

TEST_F(SpecExamples, DeleteFolder) {
  const auto id = add_folder(special(Special::ipm_subtree), "Folder1");
  add_mail(id, {});
  auto request = example("0014_delete_folder");
  put_id(request, 4, mapi::Eid::of(id));
  EXPECT_EQ(to_hex(send(request, {client->logon, top()})), to_hex(example("0015_delete_folder_response")));
  EXPECT_FALSE(row_of(id));
}

TEST_F(SpecExamples, DeleteMessages) {
  const auto id = add_mail(inbox, {});
  auto request = example("0052_delete_messages");
  const auto ids = request.size() - 8 * std::to_integer<std::size_t>(request.at(5));
  for (auto at = ids; at < request.size(); at += 8) put_id(request, at, mapi::Eid::of(id));
  const Handles handles(std::to_integer<std::size_t>(request.at(2)) + 1, client->open_folder(inbox));
  const auto answer = send(request, handles);
  ASSERT_EQ(answer.size(), 7U);
  EXPECT_EQ(to_hex(ByteView(answer).subspan(2)), "0000000000");
  EXPECT_FALSE(row_of(id));
}

TEST_F(SpecExamples, MoveCopyMessages) {
  const auto id = add_mail(inbox, {});
  const auto target = add_folder(inbox, "Target");
  auto request = example("0017_move_copy_messages");
  put_id(request, 6, mapi::Eid::of(id));
  const auto answer = send(request, {client->open_folder(inbox), client->open_folder(target)});
  EXPECT_EQ(to_hex(answer), "33000000000000") << "[MS-OXCFOLD] 4.4.2";
  EXPECT_EQ(row_of(id)->folder, target) << "moved: WantCopy is zero";
}

TEST_F(SpecExamples, MoveAndCopyFolder) {
  const auto id = add_folder(inbox, "Source");
  add_folder(id, "Below");
  auto copy = example("0020_copy_folder");
  put_id(copy, 7, mapi::Eid::of(id));
  EXPECT_EQ(to_hex(send(copy, {client->open_folder(inbox), top()})), to_hex(example("0021_copy_folder_response")));
  EXPECT_TRUE(row_of(id));
  auto move = example("0018_move_folder");
  put_id(move, 6, mapi::Eid::of(id));
  const auto target = client->open_folder(add_folder(inbox, "Target"));
  EXPECT_EQ(to_hex(send(move, {client->logon, client->open_folder(inbox), target})),
            to_hex(example("0019_move_folder_response")));
  EXPECT_NE(row_of(id)->parent, inbox);
}

TEST_F(SpecExamples, SetProperties) {
  const auto message = client->create_message(inbox);
  EXPECT_EQ(to_hex(send(example("0024_set_properties"), {message})), to_hex(example("0025_set_properties_response")));
  EXPECT_EQ(text(client->get(message, tag::kNormalizedSubject)), "Hello World") << "[MS-OXCPRPT] 4.2";
}

TEST_F(SpecExamples, SaveChangesMessage) {
  const auto message = client->create_message(inbox);
  client->set(message, {{tag::kSubject, std::string("x")}});
  const auto answer = send(example("0053_save_changes_message"), {client->open_folder(inbox), message});
  ASSERT_EQ(answer.size(), 15U);
  EXPECT_EQ(to_hex(ByteView(answer).subspan(0, 7)), "0c000000000001") << "[MS-OXCMSG] 4.8.2";
  const auto id = mapi::Eid::from_property(as<std::int64_t>(client->get(message, tag::kMid)));
  EXPECT_TRUE(row_of(id.message()));
  EXPECT_EQ(client->set(message, {{tag::kSubject, std::string("y")}}), EcCode::none) << "kept open for writing";
}

TEST_F(SpecExamples, ModifyRecipients) {
  const auto message = client->create_message(inbox);
  const auto answer = send(example("0040_modify_recipients"), {message, message});
  EXPECT_EQ(to_hex(ByteView(answer).subspan(2)), "00000000");
}

TEST_F(SpecExamples, SubmitMessage) {
  const auto message = client->create_message(special(Special::outbox));
  client->add_recipient(message, 0, "Max", "max@example.test");
  client->save(message);
  EXPECT_EQ(to_hex(send(example("0029_submit_message"), {client->logon, client->logon, message})),
            to_hex(example("0030_submit_message_response")));
  EXPECT_EQ(mailbox->writer().submitted.size(), 1U);
}

TEST_F(SpecExamples, AbortSubmit) {
  const auto message = client->create_message(special(Special::outbox));
  const auto id = client->save(message)->message;
  auto request = example("0031_abort_submit");
  put_id(request, 3, mapi::Eid::of(special(Special::outbox)));
  put_id(request, 11, id);
  EXPECT_EQ(to_hex(send(request, {client->logon})), "340000000000") << "[MS-OXOMSG] 4.3.2";
}

TEST_F(SpecExamples, EmptyFolderAndSearchCriteria) {
  const auto id = add_folder(inbox, "Full");
  add_mail(id, {});
  const auto request = example("0056_empty_folder");
  const Handles handles(std::to_integer<std::size_t>(request.at(2)) + 1, client->open_folder(id));
  EXPECT_EQ(to_hex(ByteView(send(request, handles)).subspan(2)), "0000000000") << "answered at once";
  EXPECT_EQ(row_of(id)->total, 0U);
  const auto get = example("0055_get_search_criteria");
  const Handles more(std::to_integer<std::size_t>(get.at(2)) + 1, client->open_folder(id));
  EXPECT_EQ(to_hex(ByteView(send(get, more)).subspan(2)), "61040000") << "no search folder";
}

TEST_F(SpecExamples, CopyToWithoutADestination) {
  const auto message = client->create_message(inbox);
  rop::CopyTo::Request request;
  request.source = 0;
  request.destination = 1;
  rop::RequestBuffer buffer;
  buffer.rops = {rop::RopRequest::of<rop::CopyTo>(0, request)};
  const auto bytes = rop::encode_request_buffer(buffer).value();
  const auto answer = send(Bytes(bytes.begin() + 2, bytes.end()), {message, rop::kNoHandle});
  EXPECT_EQ(to_hex(answer), "39000305000001000000") << "[MS-OXCROPS] 2.2.8.12.3";
}

}  // namespace
}  // namespace oxb::session
