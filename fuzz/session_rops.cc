// parts: session
// SPDX-License-Identifier: GPL-3.0-or-later
// ROP buffers against one session over a small mailbox: whole buffers as bytes, and well-formed ROPs made from the
// input.
#include "proto/mapi/tags.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"
#include "session/context.h"
#include "sync/skeleton.h"
#include "tests/session/replica_writer.h"
#include "wire/generator.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace {

using namespace oxb;
namespace tag = mapi::tag;

// Objects that every run has open.
constexpr std::size_t kSlots = 16;

class FuzzMailbox final : public sync::Mailbox {
 public:
  FuzzMailbox(Executor executor, const std::string& path) : executor_(std::move(executor)) {
    owner_.entity = {directory::EntityKind::user, 1, 3};
    owner_.legacy_dn = installation_.legacy_dn(owner_.entity);
    owner_.display_name = "Owner";
    owner_.email = "owner@example.test";
    replica_ = std::move(replica::Replica::open(path, {}).value());
  }
  Executor executor() const override { return executor_; }
  const sync::Owner& owner() const override { return owner_; }
  replica::Replica& replica() override { return *replica_; }
  session::ReplicaWriter& writer() override { return writer_; }
  const directory::Installation& installation() const override { return installation_; }
  Task<Result<>> ensure_folders(Wait) override { co_return Result<>{}; }
  Task<Result<>> ensure_contents(FolderId, Wait) override { co_return Result<>{}; }
  Task<Result<>> ensure_address_book(Wait) override { co_return Result<>{}; }
  Task<Result<std::shared_ptr<const mapi::Content>>> content(MessageId message, Wait) override {
    if (const auto saved = writer_.contents.find(message); saved != writer_.contents.end()) co_return saved->second;
    co_return content_;
  }
  Task<Result<>> set_read(std::vector<MessageId> messages, bool read, Wait) override {
    std::vector<sync::MailboxEvent> events;
    auto status = replica_->write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto id : messages) {
        OXB_TRY(const bool changed, tx.set_read(id, read));
        OXB_TRY(const auto row, tx.message(id));
        if (!changed || !row) continue;
        sync::MailboxEvent event;
        event.folder = row->folder;
        event.message = id;
        events.push_back(event);
      }
      return {};
    });
    if (status) post(std::move(events));
    co_return status;
  }
  Task<Result<>> refresh(Wait) override { co_return Result<>{}; }
  void post(std::vector<sync::MailboxEvent> events) override {
    if (listener_ != nullptr) listener_->on_events(events);
  }
  void subscribe(sync::Listener& listener) override { listener_ = &listener; }
  void unsubscribe(sync::Listener& listener) override {
    if (listener_ == &listener) listener_ = nullptr;
  }
  std::shared_ptr<mapi::Content> content_ = std::make_shared<mapi::Content>();

 private:
  Executor executor_;
  directory::Installation installation_{"fuzz"};
  sync::Owner owner_;
  std::unique_ptr<replica::Replica> replica_;
  session::ReplicaWriter writer_{*this};
  sync::Listener* listener_ = nullptr;
};

struct World {
  boost::asio::io_context io;
  std::shared_ptr<FuzzMailbox> mailbox;
  std::vector<mapi::Eid> folders, messages;

  World() {
    const auto path =
        (std::filesystem::temp_directory_path() / fmt::format("oxb_fuzz_session_{}.db", ::getpid())).string();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    mailbox = std::make_shared<FuzzMailbox>(boost::asio::make_strand(io), path);
    const auto filled = mailbox->replica().write([&](replica::WriteTx& tx) { return fill(tx); });
    OXB_ASSERT(filled.has_value());
    auto& content = *mailbox->content_;
    content.properties.set(tag::kBody, std::string(20'000, 'b'));
    content.recipients.emplace_back().properties.set(tag::kDisplayName, std::string("Max"));
    auto& attachment = content.attachments.emplace_back();
    attachment.properties.set(tag::kAttachDataBinary, Bytes(5000));
    attachment.embedded = std::make_shared<mapi::Content>();
  }
  Result<> fill(replica::WriteTx& tx) {
    OXB_CHECK(sync::ensure_skeleton(tx));
    OXB_TRY(const auto inbox, tx.special(replica::Special::inbox));
    OXB_TRY(const auto root, tx.special(replica::Special::root));
    replica::FolderRow target;
    target.parent = inbox.id;
    target.name = "target";
    target.rights = 0x7FB;
    OXB_TRY(const auto made, tx.put_folder(target));
    target.name = "search";
    target.source = replica::Source::search;
    OXB_TRY(const auto search, tx.put_folder(target));
    target.name = "read only";
    target.source = replica::Source::local;
    target.rights = 0x401;
    OXB_TRY(const auto shared, tx.put_folder(target));
    for (const auto id : {inbox.id, made.id, search.id, shared.id, root.id}) folders.push_back(mapi::Eid::of(id));
    for (int i = 0; i < 30; ++i) {
      replica::WriteTx::MessageChange change;
      change.row.folder = inbox.id;
      change.row.remote.value = std::to_string(i);
      change.row.kind = i % 7 == 0 ? replica::ContentsKind::associated : replica::ContentsKind::normal;
      change.row.properties.set(tag::kSubject, fmt::format("subject {}", i % 4));
      change.row.properties.set(tag::kNormalizedSubject, fmt::format("subject {}", i % 4));
      change.row.properties.set(tag::kMessageDeliveryTime, mapi::FileTime{static_cast<std::uint64_t>(1000 + i)});
      change.row.properties.set(mapi::PropTag(0x8001, mapi::PropType::multi_string),
                                std::vector<std::string>{"a", "b"});
      OXB_TRY(const auto put, tx.put_message(std::move(change)));
      messages.push_back(mapi::Eid::of(put.id));
    }
    return {};
  }
  Result<Bytes> run(const std::shared_ptr<session::Context>& context, ByteView bytes, std::uint32_t max_out) {
    Result<Bytes> out;
    io.restart();
    boost::asio::co_spawn(io, context->execute(bytes, max_out, Wait::upto(std::chrono::seconds(20))),
                          [&](std::exception_ptr error, Result<Bytes> answer) {
                            if (error) std::abort();
                            out = std::move(answer);
                          });
    io.run();
    return out;
  }
};

// Inputs change the mailbox: from time to time there is a new one.
World& world() {
  constexpr int kInputsPerWorld = 300;
  static std::unique_ptr<World> one;
  static int inputs = 0;
  if (!one || ++inputs > kInputsPerWorld) {
    one.reset();
    one = std::make_unique<World>();
    inputs = 0;
  }
  return *one;
}

rop::RequestBuffer first_steps(const World& world) {
  rop::RequestBuffer buffer;
  const auto add = [&](auto rop) { buffer.rops.push_back(std::move(rop)); };
  rop::Logon::Request logon;
  logon.essdn = world.mailbox->owner().legacy_dn;
  add(rop::RopRequest::of<rop::Logon>(0, logon));
  add(rop::RopRequest::of<rop::OpenFolder>(0, {0, 1, world.folders[0], 0}));
  add(rop::RopRequest::of<rop::GetContentsTable>(0, {1, 2, 0}));
  add(rop::RopRequest::of<rop::SetColumns>(0, {2, 0, {tag::kSubject, tag::kMid, tag::kRowType}}));
  add(rop::RopRequest::of<rop::GetHierarchyTable>(0, {1, 3, 4}));
  rop::OpenMessage::Request message;
  message.output = 4;
  message.message = world.messages[1];
  message.mode = rop::kOpenReadWrite;
  add(rop::RopRequest::of<rop::OpenMessage>(0, message));
  add(rop::RopRequest::of<rop::OpenAttachment>(0, {4, 5, rop::kOpenReadWrite, 0}));
  rop::CreateMessage::Request create;
  create.output = 6;
  create.folder = world.folders[0];
  create.associated = true;
  add(rop::RopRequest::of<rop::CreateMessage>(0, create));
  rop::RegisterNotification::Request subscribe;
  subscribe.output = 7;
  subscribe.types = 0x3FF;
  subscribe.whole_store = true;
  add(rop::RopRequest::of<rop::RegisterNotification>(0, subscribe));
  create.output = 8;
  create.associated = false;
  add(rop::RopRequest::of<rop::CreateMessage>(0, create));
  add(rop::RopRequest::of<rop::CreateAttachment>(0, {8, 9}));
  add(rop::RopRequest::of<rop::OpenEmbeddedMessage>(0, {9, 10, rop::kLogonCodePage, 2}));
  add(rop::RopRequest::of<rop::OpenStream>(0, {8, 11, tag::kBody, 2}));
  add(rop::RopRequest::of<rop::OpenStream>(0, {9, 12, tag::kAttachDataBinary, 2}));
  add(rop::RopRequest::of<rop::OpenFolder>(0, {0, 13, world.folders[1], 0}));
  add(rop::RopRequest::of<rop::OpenFolder>(0, {0, 14, world.folders[2], 0}));
  rop::SetSearchCriteria::Request criteria;
  criteria.input = 14;
  criteria.restriction = mapi::Restriction{mapi::ExistRestriction{tag::kSubject}};
  criteria.folders = {world.folders[0]};
  criteria.flags = 4;
  add(rop::RopRequest::of<rop::SetSearchCriteria>(0, criteria));
  add(rop::RopRequest::of<rop::GetContentsTable>(0, {14, 15, 0}));
  add(rop::RopRequest::of<rop::SetColumns>(0, {15, 0, {tag::kSubject}}));
  buffer.handles.assign(kSlots, rop::kNoHandle);
  return buffer;
}

// Handles of the objects that every run has, as the first request left them.
std::vector<std::uint32_t> handles_in(const Bytes& answer) {
  const auto size = std::to_integer<unsigned>(answer[0]) | std::to_integer<unsigned>(answer[1]) << 8U;
  std::vector<std::uint32_t> out;
  for (std::size_t at = size; at + 4 <= answer.size(); at += 4) {
    std::uint32_t handle = 0;
    for (unsigned i = 0; i < 4; ++i) handle |= std::to_integer<std::uint32_t>(answer[at + i]) << (8 * i);
    out.push_back(handle);
  }
  return out;
}

const std::vector<mapi::PropTag>& known_tags() {
  static const std::vector<mapi::PropTag> all = {tag::kSubject,
                                                 tag::kNormalizedSubject,
                                                 tag::kBody,
                                                 tag::kHtml,
                                                 tag::kRtfCompressed,
                                                 tag::kComment,
                                                 tag::kDisplayName,
                                                 tag::kContainerClass,
                                                 tag::kAttachDataBinary,
                                                 tag::kAttachDataObject,
                                                 tag::kMessageFlags,
                                                 tag::kMessageRecipients,
                                                 tag::kMessageAttachments,
                                                 mapi::PropTag(0x8001, mapi::PropType::multi_string)};
  return all;
}

mapi::Property known_property(wire::Generator& g) {
  const auto tag = known_tags()[g.pick(known_tags().size())];
  if (tag.type() == mapi::PropType::string) return {tag, std::string(g.pick(4), 'a')};
  if (tag.type() == mapi::PropType::binary) return {tag, Bytes(g.pick(40))};
  return {tag::kImportance, static_cast<std::int32_t>(g.pick(3))};
}

// Indexes into the handle table are small numbers, ids are known ones: most of what is made makes sense.
template <class Request>
void aim(Request& request, const World& world, wire::Generator& g) {
  const auto index = [&] { return static_cast<rop::HandleIndex>(g.pick(kSlots)); };
  const auto folder = [&] { return world.folders[g.pick(world.folders.size())]; };
  const auto message = [&] { return world.messages[g.pick(world.messages.size())]; };
  if constexpr (requires { request.input; }) request.input = index();
  if constexpr (requires { request.output; }) request.output = index();
  if constexpr (requires { request.source; }) request.source = index();
  if constexpr (requires { request.destination; }) request.destination = index();
  if constexpr (requires { request.folder = folder(); }) request.folder = folder();
  if constexpr (requires { request.message = message(); }) request.message = message();
  if constexpr (requires { request.messages = std::vector{message()}; }) request.messages = {message(), message()};
  if constexpr (requires { request.folders = std::vector{folder()}; }) request.folders = {folder()};
  if constexpr (requires { request.attachment = 0U; }) request.attachment = static_cast<std::uint32_t>(g.pick(3));
  if constexpr (requires { request.mode = 0; }) request.mode = static_cast<std::uint8_t>(g.pick(5));
  if constexpr (requires { request.tag = tag::kBody; }) request.tag = known_tags()[g.pick(known_tags().size())];
  if constexpr (requires { request.tags = known_tags(); })
    if (g.pick(2) == 0) request.tags = known_tags();
  if constexpr (requires { request.values.properties; }) request.values.properties.push_back(known_property(g));
  if constexpr (requires { request.row_id = 0U; }) request.row_id = static_cast<std::uint32_t>(g.pick(3));
  if constexpr (requires { request.new_name = std::string(); }) request.new_name = std::string(g.pick(3), 'n');
  if constexpr (requires { request.name = std::string(); }) request.name = std::string(1 + g.pick(3), 'f');
}

template <class... Rops>
void aim_any(rop::TypeList<Rops...>, rop::AnyBody& body, const World& world, wire::Generator& g) {
  const auto one = [&]<class Rop>(Rop*) {
    const auto* made = body.get<typename Rop::Request>();
    if (made == nullptr) return false;
    auto request = *made;
    aim(request, world, g);
    body = rop::AnyBody::of(std::move(request));
    return true;
  };
  static_cast<void>((one(static_cast<Rops*>(nullptr)) || ...));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input = std::as_bytes(std::span(data, size));
  if (input.size() < 2) return 0;
  session::ContextLimits limits;
  limits.handles = 200;
  limits.written_bytes = 1U << 20;
  limits.recipients = 20;
  limits.attachments = 10;
  limits.embedded_depth = 4;
  auto& here = world();
  auto& writer = here.mailbox->writer();
  writer.trouble.reset();
  const auto context = session::Context::create(here.mailbox, limits);
  const auto first = here.run(context, rop::encode_request_buffer(first_steps(here)).value(), 0x8000);
  if (!first) std::abort();
  auto handles = handles_in(*first);
  const auto mode = std::to_integer<unsigned>(input[0]) % 4;
  auto rest = input.subspan(1);
  const std::uint32_t max_out = std::to_integer<unsigned>(input[1]) % 5 == 0 ? 300 : 0x8000;
  if (mode == 0) {  // any bytes
    static_cast<void>(here.run(context, rest, max_out));
  } else {
    // Requests of made ROPs: the size, the ROPs, and the handle table of the objects that are open.
    wire::Generator generator(rest);
    const auto all = rop::all_rops();
    for (int round = 0; round < 3; ++round) {
      const auto trouble = generator.pick(40);
      writer.trouble.reset();
      if (trouble < static_cast<std::size_t>(Errc::count_)) writer.trouble = static_cast<Errc>(trouble);
      rop::RequestBuffer buffer;
      Bytes bytes(2);
      const auto count = 1 + generator.pick(6);
      for (std::size_t i = 0; i < count; ++i) {
        const auto* info = all[generator.pick(all.size())];
        if (info->server_only) continue;
        rop::RequestBuffer one;
        rop::RopRequest request;
        request.info = info;
        request.logon = 0;
        request.body = info->request.make(generator, info->name);
        aim_any(rop::All{}, request.body, here, generator);
        one.rops.push_back(std::move(request));
        const auto made = rop::encode_request_buffer(one);
        if (!made) continue;
        bytes.insert(bytes.end(), made->begin() + 2, made->end());
      }
      if (bytes.size() > 0xFFFF) break;
      bytes[0] = static_cast<std::byte>(bytes.size() & 0xFFU);
      bytes[1] = static_cast<std::byte>(bytes.size() >> 8U);
      for (const auto handle : handles)
        for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(handle >> (8 * i)));
      const auto answer = here.run(context, bytes, max_out);
      if (answer && answer->size() > max_out) std::abort();
      if (answer) handles = handles_in(*answer);
    }
  }
  context->close();
  here.io.restart();
  here.io.run();
  return 0;
}
