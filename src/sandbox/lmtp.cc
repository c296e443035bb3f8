// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/lmtp.h"

#include "net/stream.h"

#include <fmt/format.h>

namespace oxb::sandbox {
namespace {

using smtp::Reply;

class LmtpClient {
 public:
  LmtpClient(std::unique_ptr<net::Stream> stream, Wait wait) : stream_(std::move(stream)), wait_(std::move(wait)) {}

  Task<Result<std::vector<Reply>>> run(LmtpDelivery delivery) {
    OXB_CO_CHECK(co_await expect(220));
    OXB_CO_CHECK(co_await say("LHLO localhost", 250));
    OXB_CO_CHECK(co_await say(fmt::format("MAIL FROM:<{}>", delivery.sender), 250));
    std::vector<Reply> replies;
    std::vector<std::size_t> accepted;
    for (std::size_t i = 0; i < delivery.recipients.size(); ++i) {
      OXB_CO_CHECK(co_await write(fmt::format("RCPT TO:<{}>\r\n", delivery.recipients[i])));
      OXB_CO_TRY(auto reply, co_await read());
      if (reply.is_positive()) accepted.push_back(i);
      replies.push_back(std::move(reply));
    }
    if (accepted.empty()) co_return replies;
    OXB_CO_CHECK(co_await say("DATA", 354));
    OXB_CO_CHECK(co_await write(std::move(delivery.data) + ".\r\n"));
    for (const auto i : accepted) {
      OXB_CO_TRY(replies[i], co_await read());
    }
    (void)co_await write("QUIT\r\n");
    co_return replies;
  }

 private:
  Task<Result<>> write(std::string text) { co_return co_await stream_->write(as_bytes(text), wait_); }
  Task<Result<Reply>> read() {
    while (true) {
      if (auto reply = parser_.next()) co_return std::move(*reply);
      std::array<std::byte, 4096> buffer;
      OXB_CO_TRY(const auto size, co_await stream_->read(buffer, wait_));
      if (size == 0) co_return fail(Errc::unavailable, "LMTP: the server closed the connection");
      OXB_CO_CHECK(parser_.feed(ByteView(buffer).first(size)));
    }
  }
  Task<Result<>> expect(int code) {
    OXB_CO_TRY(const auto reply, co_await read());
    if (reply.code != code) co_return fail(Errc::unavailable, fmt::format("LMTP: the server answered {}", reply.code));
    co_return Result<>{};
  }
  Task<Result<>> say(std::string line, int code) {
    OXB_CO_CHECK(co_await write(std::move(line) + "\r\n"));
    co_return co_await expect(code);
  }

  std::unique_ptr<net::Stream> stream_;
  smtp::ReplyParser parser_;
  Wait wait_;
};

}  // namespace

Task<Result<std::vector<Reply>>> deliver(std::string host, std::uint16_t port, LmtpDelivery delivery, Wait wait) {
  OXB_CO_TRY(auto stream, co_await net::Stream::connect(std::move(host), port, wait));
  LmtpClient client(std::move(stream), std::move(wait));
  co_return co_await client.run(std::move(delivery));
}

}  // namespace oxb::sandbox
