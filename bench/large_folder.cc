// parts: support
// SPDX-License-Identifier: GPL-3.0-or-later
// The first 50 rows of a folder of 100,000 mails through the gateway, newest first: OpenFolder, GetContentsTable,
// SetColumns, SortTable, QueryRows, one request each.
//   never listed: the gateway knows nothing of the folder; cold: its store does, the gateway has just started.
#include "bench/mail_folder.h"
#include "bench/outlook.h"

#include <thread>

namespace {

using namespace oxb;
using namespace oxb::bench;

constexpr int kMails = 100'000;
constexpr std::size_t kRows = 50;
constexpr int kColdRuns = 20;
constexpr int kWarmRuns = 100;
const std::string kUser = "user1@nordwind.example";

struct Listed {
  double ms = 0;
  std::uint32_t total = 0;
};

Listed first_rows(Outlook& client, mapi::Eid folder) {
  Stopwatch watch;
  const auto opened = need(client.mailbox().open_folder(folder), "OpenFolder");
  const auto rows = need(client.mailbox().contents(opened, message_list(kRows)), "contents");
  Listed out{watch.ms(), rows.total};
  client.mailbox().release(opened);
  if (rows.rows.size() != kRows) give_up(fmt::format("{} rows instead of {}", rows.rows.size(), kRows));
  return out;
}

void first_listing(Stack& stack) {
  stack.start_gateway();
  Outlook client(stack, kUser);
  client.sign_in();
  const auto folder = client.folder("Large").id;
  Stopwatch watch;
  const auto rows = first_rows(client, folder);
  Samples meanwhile;
  for (auto seen = rows.total; seen < kMails;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    const auto again = first_rows(client, folder);
    meanwhile.add(again.ms);
    seen = again.total;
    if (watch.ms() > 300'000) give_up(fmt::format("the folder has {} rows after five minutes", seen));
  }
  const auto whole = watch.ms();
  print_value("first 50 rows of 100,000, never listed", rows.ms, "ms");
  print_times("first 50 rows while the listing goes on", meanwhile, std::nullopt);
  print_value("all 100,000 listed after", whole / 1000, "s", {}, fmt::format("{:.0f} mails/s", kMails * 1000 / whole));
  stack.stop_gateway();
}

void measure_all() {
  const auto stack = start_stack(1);
  fill(stack->dovecot(), {.user = kUser, .name = "Large", .count = kMails});
  first_listing(*stack);
  Samples cold, warm;
  for (int i = 0; i < kColdRuns; ++i) {
    stack->start_gateway();
    Outlook client(*stack, kUser);
    client.sign_in();
    cold.add(first_rows(client, client.folder("Large").id).ms);
    if (i + 1 == kColdRuns)
      for (int k = 0; k < kWarmRuns; ++k) warm.add(first_rows(client, client.folder("Large").id).ms);
    stack->stop_gateway();
  }
  print_times("first 50 rows of 100,000, cold", cold, std::nullopt);
  print_times("first 50 rows of 100,000, warm", warm, kFirstRowsMs);
}

}  // namespace

int main() { return run(measure_all); }
