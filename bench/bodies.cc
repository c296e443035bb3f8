// parts: support backend
// SPDX-License-Identifier: GPL-3.0-or-later
// 1,000 mails of 5 to 20 kB, opened one after the other and read to the end of their HTML: OpenMessage, a few
// properties, OpenStream, ReadStream, Release in one request, as Outlook sends them.
//   from the server: nothing is cached; again: the bodies are. Beside it the same mails by plain IMAP.
#include "backend/imap/imap_mail_store.h"

#include "bench/mail_folder.h"
#include "bench/outlook.h"

#include <numeric>

namespace {

using namespace oxb;
using namespace oxb::bench;
namespace tag = mapi::tag;

constexpr int kMails = 1000;
constexpr double kMailsPerSecond = 300, kMegabytesPerSecond = 8;
const std::string kUser = "user1@nordwind.example";

struct Run {
  double seconds = 0;
  Samples each;
};

std::vector<mapi::Eid> list(Outlook& client, mapi::Eid folder) {
  std::vector<mapi::Eid> ids;
  for (int attempt = 0; attempt < 200 && ids.size() != kMails; ++attempt) {
    const auto opened = need(client.mailbox().open_folder(folder), "OpenFolder");
    const auto rows = need(client.mailbox().contents(opened, message_list(2 * kMails)), "contents");
    client.mailbox().release(opened);
    ids.clear();
    for (const auto& row : rows.rows)
      if (const auto* id = row.get<std::int64_t>(tag::kMid)) ids.push_back(mapi::Eid::from_property(*id));
  }
  if (ids.size() != kMails) give_up(fmt::format("{} mails are listed", ids.size()));
  return ids;
}

std::size_t read_one(cli::MapiClient& mailbox, mapi::Eid folder, mapi::Eid message) {
  using rop::RopRequest;
  constexpr std::uint16_t kChunk = 0x7000;
  const std::vector<mapi::PropTag> tags = {tag::kSubject,      tag::kSentRepresentingName,   tag::kMessageClass,
                                           tag::kNativeBody,   tag::kInternetCodepage,       tag::kMessageDeliveryTime,
                                           tag::kMessageFlags, tag::kTransportMessageHeaders};
  const auto answers =
      need(mailbox.execute({RopRequest::of<rop::OpenMessage>(0, {0, 1, rop::kLogonCodePage, folder, 0, message}),
                            RopRequest::of<rop::GetPropertiesSpecific>(0, {1, 0, 1, tags}),
                            RopRequest::of<rop::OpenStream>(0, {1, 2, tag::kHtml, 0}),
                            RopRequest::of<rop::ReadStream>(0, {2, kChunk, 0}), RopRequest::of<rop::Release>(0, {2}),
                            RopRequest::of<rop::Release>(0, {1})},
                           {mailbox.logon().value, rop::kNoHandle, rop::kNoHandle}),
           "reading a mail");
  if (answers.rops.size() != 4 || answers.rops.back().id != rop::ReadStream::kId) give_up("a mail was not read");
  const auto size = answers.rops.back().as<rop::ReadStream>().data.size();
  if (size < 2000 || size == kChunk) give_up(fmt::format("a body of {} bytes", size));
  return size;
}

Run read_all(Outlook& client, mapi::Eid folder, const std::vector<mapi::Eid>& ids) {
  Run run;
  Stopwatch watch;
  for (const auto id : ids) {
    Stopwatch one;
    read_one(client.mailbox(), folder, id);
    run.each.add(one.ms());
  }
  run.seconds = watch.ms() / 1000;
  return run;
}

// The peer: the same bytes by our own IMAP client, a mail a command, or all that the gateway might ask for at once.
double plain_imap(Stack& stack, std::uint16_t port, std::size_t at_a_time) {
  backend::ImapSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.security = backend::ImapSettings::Security::plaintext;
  backend::ImapLogin login;
  login.user = kUser;
  login.secret = Secret(testing::Dovecot::kPassword);
  backend::ImapMailStore store(stack.loop().executor(), settings, login);
  const auto wait = [] { return Wait::upto(std::chrono::seconds(120)); };
  need(stack.loop().run(store.sign_in(wait())), "IMAP");
  const RemoteId folder{"Bodies"};
  need(stack.loop().run(store.existing(folder, {1}, wait())), "IMAP folder");
  Stopwatch watch;
  for (std::uint32_t first = 1; first <= kMails; first += static_cast<std::uint32_t>(at_a_time)) {
    std::vector<std::uint32_t> uids(at_a_time);
    std::iota(uids.begin(), uids.end(), first);
    for (auto& mail : need(stack.loop().run(store.messages(folder, std::move(uids), wait())), "IMAP FETCH"))
      need(std::move(mail), "IMAP FETCH");
  }
  const auto seconds = watch.ms() / 1000;
  stack.loop().run(store.close(wait()));
  return seconds;
}

void print(std::string_view name, int away_ms, const Run& run, double megabytes, std::string_view note = {}) {
  const auto full = fmt::format("1,000 bodies, {}, server {} ms away", name, away_ms);
  print_times(full, run.each, std::nullopt, note);
  print_value("  rate", kMails / run.seconds, "mails/s", Budget{kMailsPerSecond, "mails/s", true});
  print_value("  throughput", megabytes / run.seconds, "MB/s", Budget{kMegabytesPerSecond, "MB/s", true});
}

void measure(Stack& stack, double megabytes, int away_ms) {
  stack.set_round_trip(std::chrono::milliseconds(away_ms));
  stack.start_gateway();
  stack.stop_gateway();
  stack.remove_store();
  const auto singly = plain_imap(stack, stack.imap_port(), 1);
  const auto batched = plain_imap(stack, stack.imap_port(), kMails);
  stack.start_gateway();
  Outlook client(stack, kUser);
  client.sign_in();
  const auto folder = client.folder("Bodies").id;
  const auto ids = list(client, folder);
  const auto before = stack.traffic().imap;
  const auto fetched = read_all(client, folder, ids);
  const auto trips = stack.traffic().imap - before;
  const auto again = read_all(client, folder, ids);
  stack.stop_gateway();
  print("from the server", away_ms, fetched, megabytes,
        fmt::format("{} round trips, x{:.2f} of plain IMAP one by one, x{:.2f} of one batch", trips,
                    fetched.seconds / singly, fetched.seconds / batched));
  print("again", away_ms, again, megabytes, fmt::format("x{:.2f} of plain IMAP one by one", again.seconds / singly));
  print_value(fmt::format("  plain IMAP, one by one, {} ms away", away_ms), kMails / singly, "mails/s");
  print_value(fmt::format("  plain IMAP, one batch, {} ms away", away_ms), kMails / batched, "mails/s");
}

void measure_all() {
  const auto stack = start_stack(1);
  const auto bytes =
      fill(stack->dovecot(), {.user = kUser, .name = "Bodies", .count = kMails, .smallest = 5000, .largest = 20'000});
  for (const int away_ms : {0, 20}) measure(*stack, static_cast<double>(bytes) / 1e6, away_ms);
}

}  // namespace

int main() { return run(measure_all); }
