#include "tests/unit/kube/tls_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace leadership_broker::testing {

void BodyStream::Write(absl::string_view bytes) {
  loop::MutexLock lock(mutex_);
  pending_.append(bytes.data(), bytes.size());
  changed_.NotifyAll();
}

void BodyStream::Finish() {
  loop::MutexLock lock(mutex_);
  finished_ = true;
  changed_.NotifyAll();
}

void BodyStream::Cut() {
  loop::MutexLock lock(mutex_);
  cut_ = true;
  changed_.NotifyAll();
}

int BodyStream::Read(char* buffer, size_t size) {
  loop::MutexLock lock(mutex_);
  while (pending_.empty() && !finished_ && !cut_) changed_.Wait(mutex_);
  if (pending_.empty()) return cut_ ? -1 : 0;
  const size_t count = std::min(size, pending_.size());
  memcpy(buffer, pending_.data(), count);
  pending_.erase(0, count);
  return static_cast<int>(count);
}

struct MhdCallbacks {
  static void OnConnection(void* self, MHD_Connection*, void**, MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) ++static_cast<TlsServer*>(self)->connections_;
  }

  // The target with its query, before MHD takes it apart.
  static void* OnUri(void*, const char* uri, MHD_Connection*) {
    auto* const request = new ServerRequest;
    request->target = uri;
    return request;
  }

  static MHD_Result OnHeader(void* headers, MHD_ValueKind, const char* key, const char* value) {
    (*static_cast<std::map<std::string, std::string>*>(headers))[key] = value == nullptr ? "" : value;
    return MHD_YES;
  }

  static ssize_t OnRead(void* stream, uint64_t, char* buffer, size_t size) {
    const int count = (*static_cast<std::shared_ptr<BodyStream>*>(stream))->Read(buffer, size);
    if (count > 0) return count;
    return count == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
  }

  static void FreeStream(void* stream) { delete static_cast<std::shared_ptr<BodyStream>*>(stream); }

  // Called once for the headers, once for each part of the body, and once, with no part left, for the answer.
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char*, const char* method, const char*,
                              const char* part, size_t* part_size, void** context) {
    auto* const request = static_cast<ServerRequest*>(*context);
    if (request->method.empty()) {
      request->method = method;
      MHD_get_connection_values(connection, MHD_HEADER_KIND, &OnHeader, &request->headers);
      return MHD_YES;
    }
    if (*part_size > 0) {
      request->body.append(part, *part_size);
      *part_size = 0;
      return MHD_YES;
    }
    const ServerAnswer answer = static_cast<TlsServer*>(self)->handler_(*request);
    MHD_Response* const response =
        answer.stream == nullptr
            ? MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()),
                                              MHD_RESPMEM_MUST_COPY)
            : MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, &OnRead,
                                                new std::shared_ptr<BodyStream>(answer.stream), &FreeStream);
    for (const auto& [name, value] : answer.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
    const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return result;
  }

  static void OnCompleted(void* self, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
    delete static_cast<ServerRequest*>(*context);
    *context = nullptr;
    ++static_cast<TlsServer*>(self)->answers_;
  }
};

TlsServer::TlsServer(const ServerCertificate& certificate, Handler handler, uint16_t port)
    : handler_(std::move(handler)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  daemon_ = MHD_start_daemon(MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, port,
                             nullptr, nullptr, &MhdCallbacks::OnRequest, this, MHD_OPTION_SOCK_ADDR, &address,
                             MHD_OPTION_HTTPS_MEM_CERT, certificate.certificate.c_str(), MHD_OPTION_HTTPS_MEM_KEY,
                             certificate.key.c_str(), MHD_OPTION_NOTIFY_CONNECTION, &MhdCallbacks::OnConnection, this,
                             MHD_OPTION_URI_LOG_CALLBACK, &MhdCallbacks::OnUri, nullptr, MHD_OPTION_NOTIFY_COMPLETED,
                             &MhdCallbacks::OnCompleted, this, MHD_OPTION_END);
  if (daemon_ == nullptr) abort();
  port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
}

TlsServer::~TlsServer() { MHD_stop_daemon(daemon_); }

}  // namespace leadership_broker::testing
