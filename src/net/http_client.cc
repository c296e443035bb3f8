// SPDX-License-Identifier: GPL-3.0-or-later
// One thread drives all transfers of one client through a libcurl multi handle; callers wait on a Signal.
#include "net/http_client.h"

#include "base/text.h"
#include "net/event.h"
#include "net/tls_context.h"
#include "net/url_parts.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace oxb::net {
namespace {

constexpr std::size_t kHeaderBytes = 256 * 1024;
constexpr std::size_t kSpareHandles = 64;

struct Transfer {
  HttpCall call;
  std::chrono::steady_clock::time_point deadline;
  HttpResponse response;
  std::size_t header_size = 0;
  std::size_t sent = 0;  // of the body, where it is sent once
  bool too_long = false;
  std::optional<Error> error;  // set before done fires
  Signal done;
  std::atomic<bool> abandoned = false;
  // The curl thread's:
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  char error_text[CURL_ERROR_SIZE] = {};
};
using TransferPtr = std::shared_ptr<Transfer>;

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  auto& body = transfer.response.body;
  if (transfer.abandoned) return 0;
  if (size > transfer.call.answer_bytes - std::min(transfer.call.answer_bytes, body.size())) {
    transfer.too_long = true;
    return 0;
  }
  const auto bytes = as_bytes(std::string_view(data, size));
  body.insert(body.end(), bytes.begin(), bytes.end());
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto line = trim(std::string_view(data, size));
  if (line.substr(0, 5) == "HTTP/") {  // a new head: after 100 Continue, or after a proxy's own answer
    transfer.response.headers = {};
    return size;
  }
  transfer.header_size += size;
  if (transfer.header_size > kHeaderBytes) {
    transfer.too_long = true;
    return 0;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    transfer.response.headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  return size;
}

std::size_t on_send(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto& body = transfer.call.body;
  const auto count = std::min(size, body.size() - transfer.sent);
  std::copy_n(reinterpret_cast<const char*>(body.data()) + transfer.sent, count, data);
  transfer.sent += count;
  return count;
}

// libcurl asks for this before it sends a body again.
int refuse_to_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

CURLcode add_authorities(CURL*, void* ssl_context, void* user) {
  const auto& file = *static_cast<const std::string*>(user);
  return SSL_CTX_load_verify_file(static_cast<SSL_CTX*>(ssl_context), file.c_str()) == 1 ? CURLE_OK
                                                                                         : CURLE_SSL_CACERT_BADFILE;
}

struct CurlGlobal {
  CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}
void set(CURL* easy, CURLoption option, const std::string& value) { curl_easy_setopt(easy, option, value.c_str()); }

Error error_of(Transfer& transfer, CURLcode code, const HttpClientOptions& options) {
  const auto where = url_parts(transfer.call.url);
  const auto host = where.host;
  const auto make = [](Errc errc, std::string what) { return Error{errc, std::move(what), __FILE__, __LINE__}; };
  if (transfer.too_long) return make(Errc::limit, fmt::format("the answer of {} is longer than allowed", host));
  const auto proxy = options.proxy.mode == ProxySettings::Mode::fixed
                         ? fmt::format("the proxy {}:{}", options.proxy.host, options.proxy.port)
                         : std::string("the proxy");
  long connect_code = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_HTTP_CONNECTCODE, &connect_code);
  if (connect_code >= 400)
    return make(connect_code == 407 ? Errc::access_denied : Errc::unavailable,
                connect_code == 407
                    ? fmt::format("{} wants another login", proxy)
                    : fmt::format("{} refuses to connect to {} (status {})", proxy, host, connect_code));
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return make(Errc::unavailable, fmt::format("the host name {} cannot be found", host));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return make(Errc::unavailable, fmt::format("the host name of {} cannot be found", proxy));
    case CURLE_COULDNT_CONNECT: {
      long number = 0;
      curl_easy_getinfo(transfer.easy, CURLINFO_OS_ERRNO, &number);
      return make(Errc::unavailable,
                  fmt::format("cannot connect to {}:{}: {}", host, where.port,
                              number != 0 ? std::generic_category().message(static_cast<int>(number)) : "refused"));
    }
    case CURLE_OPERATION_TIMEDOUT: {
      double connected = 0;
      curl_easy_getinfo(transfer.easy, CURLINFO_CONNECT_TIME, &connected);
      return make(Errc::unavailable, connected > 0
                                         ? fmt::format("{} did not answer in time", host)
                                         : fmt::format("connecting to {}:{} took too long", host, where.port));
    }
    case CURLE_PEER_FAILED_VERIFICATION: {
      long verified = 0;
      curl_easy_getinfo(transfer.easy, CURLINFO_SSL_VERIFYRESULT, &verified);
      // Where the chain is good, what was wrong is the name (libcurl leaves 0 or 1 there).
      return make(Errc::access_denied,
                  certificate_problem(host, verified > 1 ? verified : X509_V_ERR_HOSTNAME_MISMATCH));
    }
    case CURLE_SSL_CACERT_BADFILE:
      return make(Errc::invalid, fmt::format("cannot use the authorities in {}", options.ca_file));
    case CURLE_SSL_CONNECT_ERROR:
      return make(Errc::unavailable, fmt::format("no TLS connection with {}: {}", host, transfer.error_text));
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return make(Errc::unavailable, fmt::format("{} closed the connection before its answer was complete", host));
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return make(Errc::invalid, "not a web address (http or https)");
    default:
      return make(Errc::unavailable,
                  fmt::format("{}: {}", host, transfer.error_text[0] ? transfer.error_text : curl_easy_strerror(code)));
  }
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(CURLM* multi, HttpClientOptions options) : multi_(multi), options_(std::move(options)) {
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.connections_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_per_host * 4));
    thread_ = std::thread([this] { work(); });
  }

  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto* easy : spare_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  Task<Result<HttpResponse>> call(HttpCall call, Wait wait) override {
    if (wait.cancel.cancelled()) co_return fail(Errc::cancelled, "call: cancelled");
    if (wait.expired()) co_return fail(Errc::unavailable, "no time left for the call");
    const auto transfer = std::make_shared<Transfer>();
    auto* const jar = call.cookies;
    if (jar && !jar->cookies().empty()) call.headers.set("Cookie", jar->header());
    transfer->call = std::move(call);
    transfer->deadline = wait.deadline;
    {
      const std::lock_guard lock(mutex_);
      queued_.push_back(transfer);
    }
    curl_multi_wakeup(multi_);
    // The curl thread keeps the deadline, too, and knows better what was waited for.
    const auto patience = std::min(wait.deadline, std::chrono::steady_clock::time_point::max() - kGrace) + kGrace;
    const auto wake = co_await transfer->done.wait(Wait{patience, wait.cancel});
    if (wake != Wake::fired) {
      transfer->abandoned = true;
      curl_multi_wakeup(multi_);
      if (wake == Wake::cancelled) co_return fail(Errc::cancelled, "call: cancelled");
      co_return fail(Errc::unavailable, fmt::format("{} did not answer in time", url_parts(transfer->call.url).host));
    }
    if (transfer->error) co_return tl::unexpected(std::move(*transfer->error));
    if (jar) jar->accept(transfer->response.headers);
    co_return std::move(transfer->response);
  }

 private:
  static constexpr std::chrono::milliseconds kGrace{500};

  void work() {
    while (true) {
      std::vector<TransferPtr> fresh;
      bool stop = false;
      {
        const std::lock_guard lock(mutex_);
        fresh.swap(queued_);
        stop = stopping_;
      }
      if (stop) return give_up_all(fresh);
      for (auto& transfer : fresh) begin(std::move(transfer));
      drop_abandoned();
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
        if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

  void begin(TransferPtr transfer) {
    if (transfer->abandoned) return;
    if (spare_.empty()) {
      transfer->easy = curl_easy_init();
    } else {
      transfer->easy = spare_.back();
      spare_.pop_back();
      curl_easy_reset(transfer->easy);
    }
    prepare(*transfer);
    auto* easy = transfer->easy;
    running_.emplace(easy, std::move(transfer));
    curl_multi_add_handle(multi_, easy);
  }

  void prepare(Transfer& transfer) const {
    CURL* easy = transfer.easy;
    const auto& call = transfer.call;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(transfer.deadline - std::chrono::steady_clock::now());
    const long ms = std::clamp<long>(left.count(), 1, 24L * 3600 * 1000);
    const long connect_ms = std::chrono::milliseconds(options_.connect_time).count();
    set(easy, CURLOPT_TIMEOUT_MS, ms);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(ms, connect_ms));
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_URL, call.url);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_USERAGENT, options_.user_agent);
    set(easy, CURLOPT_ACCEPT_ENCODING, "");
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(transfer.error_text));
    set(easy, CURLOPT_WRITEFUNCTION, &on_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
    set(easy, CURLOPT_HEADERFUNCTION, &on_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!options_.source_address.empty()) set(easy, CURLOPT_INTERFACE, "host!" + options_.source_address);
    prepare_tls(easy);
    prepare_proxy(easy);
    prepare_request(transfer);
  }

  void prepare_tls(CURL* easy) const {
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy, CURLOPT_SSL_VERIFYPEER, options_.verify_certificates ? 1L : 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, options_.verify_certificates ? 2L : 0L);
    if (options_.ca_file.empty()) return;
    set(easy, CURLOPT_SSL_CTX_FUNCTION, &add_authorities);
    set(easy, CURLOPT_SSL_CTX_DATA, static_cast<const void*>(&options_.ca_file));
  }

  void prepare_proxy(CURL* easy) const {
    const auto& proxy = options_.proxy;
    if (proxy.mode == ProxySettings::Mode::none) set(easy, CURLOPT_PROXY, "");
    if (proxy.mode != ProxySettings::Mode::fixed) return;
    set(easy, CURLOPT_PROXY, proxy.host);
    set(easy, CURLOPT_PROXYPORT, static_cast<long>(proxy.port));
    set(easy, CURLOPT_NOPROXY, "");
    if (proxy.user.empty()) return;
    set(easy, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
    set(easy, CURLOPT_PROXYUSERNAME, proxy.user);
    set(easy, CURLOPT_PROXYPASSWORD, std::string(proxy.password.reveal()));
  }

  static void prepare_request(Transfer& transfer) {
    CURL* easy = transfer.easy;
    const auto& call = transfer.call;
    const bool with_body = !call.body.empty() || call.method == "POST" || call.method == "PUT";
    if (call.method == "HEAD") {
      set(easy, CURLOPT_NOBODY, 1L);
    } else if (with_body) {
      set(easy, CURLOPT_POST, 1L);
      set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
      if (call.once && !call.body.empty()) {
        set(easy, CURLOPT_READFUNCTION, &on_send);
        set(easy, CURLOPT_READDATA, static_cast<void*>(&transfer));
        set(easy, CURLOPT_SEEKFUNCTION, &refuse_to_rewind);
      } else {
        set(easy, CURLOPT_POSTFIELDS, call.body.empty() ? "" : reinterpret_cast<const char*>(call.body.data()));
      }
    }
    // Without a body there is nothing to rewind; only kept connections make libcurl try again.
    if (call.once && call.body.empty()) set(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (call.method != "HEAD") set(easy, CURLOPT_CUSTOMREQUEST, call.method);
    for (const auto& [name, value] : call.headers.fields()) {
      // A header without a value is written with ';'. Line breaks would smuggle further headers in.
      auto line = value.empty() ? name + ";" : name + ": " + value;
      if (line.find_first_of("\r\n") == std::string::npos) append_header(transfer, line);
    }
    if (with_body && !call.headers.has("Content-Type")) append_header(transfer, "Content-Type:");
    append_header(transfer, "Expect:");
    set(easy, CURLOPT_HTTPHEADER, transfer.headers);
    if (!call.basic) return;
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy, CURLOPT_USERNAME, call.basic->first);
    set(easy, CURLOPT_PASSWORD, std::string(call.basic->second.reveal()));
  }

  static void append_header(Transfer& transfer, const std::string& line) {
    if (auto* grown = curl_slist_append(transfer.headers, line.c_str())) transfer.headers = grown;
  }

  void end(CURL* easy, CURLcode code) {
    auto node = running_.extract(easy);
    if (node.empty()) return;
    const auto transfer = std::move(node.mapped());
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      transfer->response.status = static_cast<int>(status);
    } else {
      transfer->error = error_of(*transfer, code, options_);
    }
    release(*transfer);
    transfer->done.fire();
  }

  void release(Transfer& transfer) {
    curl_multi_remove_handle(multi_, transfer.easy);
    curl_slist_free_all(std::exchange(transfer.headers, nullptr));
    auto* easy = std::exchange(transfer.easy, nullptr);
    curl_easy_reset(easy);  // forgets the credentials; connections live in the multi handle
    if (spare_.size() < kSpareHandles)
      spare_.push_back(easy);
    else
      curl_easy_cleanup(easy);
  }

  void drop_abandoned() {
    for (auto it = running_.begin(); it != running_.end();) {
      if (it->second->abandoned) {
        release(*it->second);
        it = running_.erase(it);
      } else {
        ++it;
      }
    }
  }

  void give_up_all(const std::vector<TransferPtr>& fresh) {
    const auto give_up = [](Transfer& transfer) {
      transfer.error = Error{Errc::cancelled, "the client is shutting down", __FILE__, __LINE__};
      transfer.done.fire();
    };
    for (const auto& transfer : fresh) give_up(*transfer);
    for (auto& [easy, transfer] : running_) {
      release(*transfer);
      give_up(*transfer);
    }
    running_.clear();
  }

  CURLM* const multi_;
  const HttpClientOptions options_;
  std::mutex mutex_;
  std::vector<TransferPtr> queued_;
  bool stopping_ = false;
  // The curl thread's:
  std::map<CURL*, TransferPtr> running_;
  std::vector<CURL*> spare_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::create(Executor, HttpClientOptions options) {
  static const CurlGlobal global;
  if (!options.ca_file.empty()) OXB_CHECK(tls_client_context(options.ca_file, true));
  CURLM* multi = curl_multi_init();
  if (!multi) return fail(Errc::internal, "cannot start the HTTP client");
  return std::make_unique<CurlClient>(multi, std::move(options));
}

}  // namespace oxb::net
