#include "tests/interop/status_page/browser.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {

using Json = nlohmann::json;

Browser::Browser() {
  const int port = FreePort();
  driver_ =
      std::make_unique<ChildProcess>(std::vector<std::string>{"/usr/bin/chromedriver", absl::StrCat("--port=", port)},
                                     Environment({"http_proxy"}), scratch_.File("log"));
  client_ = std::make_unique<AdminClient>(absl::StrCat("http://127.0.0.1:", port), "", "");
  if (!Eventually([&] { return client_->Get("/status").status == 200 || !driver_->Running(); }) ||
      !driver_->Running()) {
    std::cerr << "no chromedriver (run 'make deps'): " << ReadTextFile(scratch_.File("log")) << std::endl;
    std::abort();
  }
  const Json arguments = {"--headless",
                          "--no-sandbox",
                          "--disable-gpu",
                          "--disable-quic",
                          "--disable-dev-shm-usage",
                          "--no-first-run",
                          "--no-proxy-server",
                          "--disable-background-networking",
                          "--disable-component-update",
                          "--disable-sync",
                          "--lang=en",
                          "--hide-scrollbars",
                          "--disable-lcd-text",
                          "--user-data-dir=" + scratch_.File("profile")};
  const Json wanted = {{"browserName", "chrome"},
                       {"goog:chromeOptions", {{"binary", "/usr/bin/chromium"}, {"args", arguments}}},
                       {"goog:loggingPrefs", {{"browser", "ALL"}, {"performance", "ALL"}}}};
  session_ = Call("POST", "", {{"capabilities", {{"alwaysMatch", wanted}}}})["sessionId"].get<std::string>();
  SetSize(width_, height_);
}

Browser::~Browser() {
  // The browser ends with its session, and not with its driver.
  if (!session_.empty()) client_->Delete("/session/" + session_);
}

Json Browser::Call(const std::string& method, const std::string& path, const Json& body) {
  const std::string whole = session_.empty() ? "/session" : "/session/" + session_ + path;
  const HttpAnswer answer =
      method == "GET" ? client_->Get(whole) : client_->Send(method, whole, body.dump(), "application/json");
  if (answer.status == 200) return answer.body["value"];
  std::cerr << "chromedriver refuses " << whole << " " << body << ": " << answer.text << std::endl;
  std::abort();
}

Json Browser::DevTools(const std::string& command, const Json& parameters) {
  return Call("POST", "/goog/cdp/execute", {{"cmd", command}, {"params", parameters}});
}

void Browser::Open(const std::string& url) { Call("POST", "/url", {{"url", url}}); }

Json Browser::Run(const std::string& script) {
  return Call("POST", "/execute/sync", {{"script", script}, {"args", Json::array()}});
}

std::string Browser::Text(const std::string& selector) {
  return Run("const found = document.querySelector('" + selector + "'); return found === null ? '' : found.innerText;")
      .get<std::string>();
}

void Browser::SetSize(int width, int height, double device_pixels) {
  width_ = width;
  height_ = height;
  device_pixels_ = device_pixels;
  DevTools("Emulation.setDeviceMetricsOverride",
           {{"width", width}, {"height", height}, {"deviceScaleFactor", device_pixels}, {"mobile", width < 600}});
}

void Browser::PreferColors(const std::string& scheme) {
  DevTools("Emulation.setEmulatedMedia", {{"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
}

std::string Browser::Picture() {
  const Json shot = DevTools("Page.captureScreenshot", {{"format", "png"}, {"captureBeyondViewport", true}});
  std::string png;
  absl::Base64Unescape(shot["data"].get<std::string>(), &png);
  return png;
}

Json Browser::Log(const std::string& type) { return Call("POST", "/se/log", {{"type", type}}); }

std::vector<std::string> Browser::ConsoleErrors() {
  std::vector<std::string> errors;
  for (const Json& entry : Log("browser")) {
    if (entry["level"] == "SEVERE") errors.push_back(entry["message"]);
  }
  return errors;
}

std::vector<std::string> Browser::Requests() {
  std::vector<std::string> urls;
  for (const Json& entry : Log("performance")) {
    const Json message = Json::parse(entry["message"].get<std::string>())["message"];
    if (message["method"] == "Network.requestWillBeSent") urls.push_back(message["params"]["request"]["url"]);
  }
  return urls;
}

}  // namespace leadership_broker::testing
