#include "tests/harness/admin_client.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "curl/curl.h"

namespace leadership_broker::testing {
namespace {

size_t Append(char* data, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

}  // namespace

struct AdminClient::Impl {
  std::string url;
  std::string ca_file;
  std::string bearer_token;
  CURL* curl;
  std::vector<std::string> more_headers = {};
  // Longer than any watch of the tests; a server that hangs fails its test rather than the whole run.
  long limit_seconds = 120;
};

AdminClient::AdminClient(std::string url, std::string ca_file, std::string bearer_token)
    : impl_(new Impl{std::move(url), std::move(ca_file), std::move(bearer_token), curl_easy_init()}) {
  if (impl_->curl == nullptr) {
    std::cerr << "test harness: curl_easy_init fails" << std::endl;
    std::abort();
  }
}

AdminClient::~AdminClient() { curl_easy_cleanup(impl_->curl); }

void AdminClient::set_limit_seconds(long seconds) { impl_->limit_seconds = seconds; }

void AdminClient::Impersonate(const std::string& user, const std::vector<std::string>& groups) {
  impl_->more_headers = {"Impersonate-User: " + user};
  for (const std::string& group : groups) impl_->more_headers.push_back("Impersonate-Group: " + group);
}

HttpAnswer AdminClient::Get(const std::string& path) { return Send("GET", path, "", ""); }

HttpAnswer AdminClient::Post(const std::string& path, const nlohmann::json& body) {
  return Send("POST", path, body.dump(), "application/json");
}

HttpAnswer AdminClient::Put(const std::string& path, const nlohmann::json& body) {
  return Send("PUT", path, body.dump(), "application/json");
}

HttpAnswer AdminClient::Patch(const std::string& path, const nlohmann::json& body) {
  return Send("PATCH", path, body.dump(), "application/merge-patch+json");
}

HttpAnswer AdminClient::Delete(const std::string& path, const nlohmann::json& options) {
  return Send("DELETE", path, options.dump(), "application/json");
}

HttpAnswer AdminClient::Send(const std::string& method, const std::string& path, const std::string& body,
                             const std::string& content_type) {
  CURL* const curl = impl_->curl;
  // Keeps the connection.
  curl_easy_reset(curl);
  HttpAnswer answer;
  char error[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  // No `Expect: 100-continue`.
  headers = curl_slist_append(headers, "Expect:");
  headers = curl_slist_append(headers, ("Content-Type: " + content_type).c_str());
  if (!impl_->bearer_token.empty()) {
    headers = curl_slist_append(headers, ("Authorization: Bearer " + impl_->bearer_token).c_str());
  }
  for (const std::string& header : impl_->more_headers) headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, (impl_->url + path).c_str());
  curl_easy_setopt(curl, CURLOPT_CAINFO, impl_->ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, impl_->limit_seconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.text);
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK) {
    answer.text = *error != '\0' ? error : curl_easy_strerror(code);
    answer.body = nlohmann::json::parse("", nullptr, /*allow_exceptions=*/false);
    return answer;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
  answer.retry_after_seconds = static_cast<int>(retry_after);
  answer.body = nlohmann::json::parse(answer.text, nullptr, /*allow_exceptions=*/false);
  return answer;
}

}  // namespace leadership_broker::testing
