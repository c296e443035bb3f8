// parts: support
// SPDX-License-Identifier: GPL-3.0-or-later
// Memory of the gateway with 100 idle Outlooks of 100 users: connected, logged on, folders listed, NotificationWait
// pending; then with the Inbox open in each, and with three further contexts each, as Outlook opens them.
#include "bench/mail_folder.h"
#include "bench/outlook.h"

#include <fstream>
#include <thread>

namespace {

using namespace oxb;
using namespace oxb::bench;

constexpr int kUsers = 100;
constexpr int kMoreContexts = 3;
constexpr double kBudgetMb = 2;

// A value of /proc/PID/status in MB.
double status_mb(pid_t process, std::string_view name) {
  std::ifstream in(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(fmt::format("{}:", name))) return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
  give_up("the gateway is gone");
}

std::string user(int number) { return fmt::format("user{}@nordwind.example", number + 1); }

class Idle {
 public:
  explicit Idle(std::unique_ptr<Outlook> client) : client_(std::move(client)) {
    thread_ = std::thread([this] { (void)client_->mailbox().wait_for_events(std::chrono::seconds(600)); });
  }
  void end() { thread_.join(); }

 private:
  std::unique_ptr<Outlook> client_;
  std::thread thread_;
};

// Nobody waits for the end of a NotificationWait.
struct WithoutGateway {
  Stack& stack;
  std::vector<std::unique_ptr<Idle>>& idle;
  ~WithoutGateway() {
    stack.kill_gateway();
    for (auto& each : idle) each->end();
  }
};

double now_mb(Stack& stack) {
  std::this_thread::sleep_for(std::chrono::seconds(3));  // what goes on behind the answers comes to rest
  return status_mb(stack.gateway_id(), "VmRSS");
}

void add_clients(Stack& stack, std::vector<std::unique_ptr<Idle>>& idle, bool with_inbox) {
  for (int i = 0; i < kUsers; ++i) {
    auto client = std::make_unique<Outlook>(stack, user(i));
    client->sign_in();
    if (with_inbox) {
      const auto inbox = need(client->mailbox().open_folder(client->inbox()), "Inbox");
      need(client->mailbox().contents(inbox, message_list(50)), "Inbox");
    }
    idle.push_back(std::make_unique<Idle>(std::move(client)));
  }
}

void print_delta(std::string_view name, double before, double after) {
  print_value(name, (after - before) / kUsers, "MB", Budget{kBudgetMb, "MB"},
              fmt::format("{:.1f} MB -> {:.1f} MB", before, after));
}

void measure_all() {
  const auto stack = start_stack(kUsers);
  for (int i = 0; i < kUsers; ++i) fill(stack->dovecot(), {.user = user(i), .count = 200});
  stack->start_gateway();
  std::vector<std::unique_ptr<Idle>> idle;
  const WithoutGateway end{*stack, idle};
  const auto empty = now_mb(*stack);
  print_value("gateway without clients", empty, "MB");
  add_clients(*stack, idle, false);
  const auto connected = now_mb(*stack);
  print_delta("an idle Outlook, folders listed", empty, connected);
  add_clients(*stack, idle, true);
  const auto with_inbox = now_mb(*stack);
  print_delta("an idle Outlook, Inbox of 200 open, 2 contexts", empty, with_inbox);
  for (int i = 1; i < kMoreContexts; ++i) add_clients(*stack, idle, false);
  const auto many = now_mb(*stack);
  print_delta("an idle Outlook, Inbox of 200 open, 4 contexts", empty, many);
  print_value("peak", status_mb(stack->gateway_id(), "VmHWM"), "MB", {}, fmt::format("{} contexts", idle.size()));
}

}  // namespace

int main() { return run(measure_all); }
