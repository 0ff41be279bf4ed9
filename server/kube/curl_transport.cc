#include "server/kube/curl_transport.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "server/kube/curl_error.h"
#include "server/kube/curl_setup.h"
#include "server/kube/curl_url.h"

namespace leadership_broker::kube {
namespace {

HttpHead ReadHead(CURL* easy) {
  HttpHead head;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  head.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  head.retry_after = absl::Seconds(retry_after);
  curl_header* date = nullptr;
  if (curl_easy_header(easy, "date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
    const time_t seconds = curl_getdate(date->value, nullptr);
    if (seconds >= 0) head.date = absl::FromTimeT(seconds);
  }
  return head;
}

}  // namespace

// One request, from Start() to the end of its handle.
class CurlTransport::Transfer : public loop::Pending {
 public:
  Transfer(CurlTransport* owner, HttpRequest request, HttpHandler* handler)
      : owner_(owner), request_(std::move(request)), handler_(handler), easy_(owner->TakeEasyHandle()) {
    for (const std::string& header : request_.headers) headers_ = curl_slist_append(headers_, header.c_str());
    if (owner_->connect_to_ != nullptr) {
      headers_ = curl_slist_append(headers_, absl::StrCat("Host: ", owner_->peer_).c_str());
    }
    SetUp();
    if (curl_multi_add_handle(owner_->multi_, easy_) != CURLM_OK) {
      end_ = CurlError(CURLE_FAILED_INIT, "", owner_->peer_, Trusted(owner_->options_));
      MarkReady();
    }
  }

  ~Transfer() override {
    ReleaseEasyHandle();
    curl_slist_free_all(headers_);
    std::replace(owner_->ready_.begin(), owner_->ready_.end(), this, static_cast<Transfer*>(nullptr));
    if (owner_->delivering_ == this) owner_->delivering_ = nullptr;
  }

  void End(CURLcode code) {
    end_ = CurlError(code, error_, owner_->peer_, Trusted(owner_->options_));
    // Before OnDone, so that what OnDone starts finds handle and connection free.
    ReleaseEasyHandle();
    MarkReady();
  }

 private:
  friend class CurlTransport;

  void SetUp();

  static size_t OnHeaderLine(char* data, size_t size, size_t count, void* self) {
    auto* const transfer = static_cast<Transfer*>(self);
    const absl::string_view line(data, size * count);
    if ((line == "\r\n" || line == "\n") && !transfer->head_.has_value()) {
      const HttpHead head = ReadHead(transfer->easy_);
      if (head.status >= 200) {
        transfer->head_ = head;
        transfer->MarkReady();
      }
    }
    return size * count;
  }

  static size_t OnBodyBytes(char* data, size_t size, size_t count, void* self) {
    auto* const transfer = static_cast<Transfer*>(self);
    transfer->received_.append(data, size * count);
    transfer->MarkReady();
    return size * count;
  }

  void MarkReady() {
    if (std::exchange(is_ready_, true)) return;
    owner_->ready_.push_back(this);
  }

  void ReleaseEasyHandle() {
    if (easy_ == nullptr) return;
    curl_multi_remove_handle(owner_->multi_, easy_);
    owner_->ReturnEasyHandle(std::exchange(easy_, nullptr));
  }

  CurlTransport* const owner_;
  const HttpRequest request_;
  HttpHandler* const handler_;
  // Null once curl has ended with it.
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = "";

  // What is to be delivered.
  bool is_ready_ = false;
  std::optional<HttpHead> head_;
  bool head_delivered_ = false;
  std::string received_;
  std::optional<absl::Status> end_;
};

void CurlTransport::Transfer::SetUp() {
  SetUpRequest(easy_, owner_->options_, owner_->url_, request_, headers_);
  curl_easy_setopt(easy_, CURLOPT_CONNECT_TO, owner_->connect_to_);
  curl_easy_setopt(easy_, CURLOPT_SHARE, owner_->share_);
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::OnHeaderLine);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::OnBodyBytes);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

absl::StatusOr<std::unique_ptr<CurlTransport>> CurlTransport::Create(Options options) {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kInitialised != CURLE_OK) return absl::InternalError("libcurl cannot be initialised");
  absl::StatusOr<std::string> peer = HttpsPeer(options.url);
  if (!peer.ok()) return peer.status();
  while (!options.url.empty() && options.url.back() == '/') options.url.pop_back();
  std::string url = options.url;
  if (!options.tls_server_name.empty()) {
    url = WithHost(url, options.tls_server_name);
    if (url.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", options.tls_server_name, "\" is no name of a server"));
    }
  }
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(options), std::move(url), *std::move(peer)));
}

CurlTransport::CurlTransport(Options options, std::string url, std::string peer)
    : options_(std::move(options)),
      url_(std::move(url)),
      peer_(std::move(peer)),
      connect_to_(options_.tls_server_name.empty() ? nullptr
                                                   : curl_slist_append(nullptr, absl::StrCat("::", peer_).c_str())),
      multi_(curl_multi_init()),
      share_(curl_share_init()) {
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlTransport::~CurlTransport() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
  curl_share_cleanup(share_);
  curl_slist_free_all(connect_to_);
}

loop::Handle CurlTransport::Start(HttpRequest request, HttpHandler* handler) {
  auto transfer = std::make_unique<Transfer>(this, std::move(request), handler);
  // Sent at once, and not in the next turn: what else follows from the event that led to it may take its time.
  Perform();
  return transfer;
}

void CurlTransport::Perform() {
  int running = 0;
  curl_multi_perform(multi_, &running);
  // Or the next Wait() would not know that there is something to deliver.
  CollectEnded();
}

void CurlTransport::Wait(absl::Duration max) {
  const auto milliseconds = ready_.empty() ? absl::ToInt64Milliseconds(absl::Ceil(max, absl::Milliseconds(1))) : 0;
  curl_multi_poll(multi_, nullptr, 0, static_cast<int>(milliseconds), nullptr);
  Perform();
  // What these deliveries make ready waits for the next turn.
  for (size_t count = ready_.size(); count > 0; --count) {
    Transfer* const transfer = ready_.front();
    ready_.pop_front();
    if (transfer != nullptr) Deliver(transfer);
  }
}

void CurlTransport::Wake() { curl_multi_wakeup(multi_); }

CURL* CurlTransport::TakeEasyHandle() {
  if (idle_.empty()) return curl_easy_init();
  CURL* const easy = idle_.back();
  idle_.pop_back();
  return easy;
}

void CurlTransport::ReturnEasyHandle(CURL* easy) {
  curl_easy_reset(easy);
  idle_.push_back(easy);
}

void CurlTransport::CollectEnded() {
  int remaining = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &remaining)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    reinterpret_cast<Transfer*>(transfer)->End(code);
  }
}

void CurlTransport::Deliver(Transfer* transfer) {
  transfer->is_ready_ = false;
  delivering_ = transfer;
  HttpHandler* const handler = transfer->handler_;
  // What comes meanwhile, since the handler has something sent, is ready for the next turn.
  const bool has_head = transfer->head_.has_value() && !std::exchange(transfer->head_delivered_, true);
  const HttpHead head = has_head ? *transfer->head_ : HttpHead();
  const std::string chunk = std::exchange(transfer->received_, {});
  const std::optional<absl::Status> end = std::exchange(transfer->end_, std::nullopt);
  if (has_head) {
    handler->OnHeaders(head);
    if (delivering_ == nullptr) return;
  }
  if (!chunk.empty()) {
    handler->OnBody(chunk);
    if (delivering_ == nullptr) return;
  }
  if (end.has_value()) handler->OnDone(*end);
  delivering_ = nullptr;
}

}  // namespace leadership_broker::kube
