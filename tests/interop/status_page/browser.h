// A headless Chromium, driven by chromedriver (W3C WebDriver and, for what that lacks, Chromium's own DevTools
// protocol).
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_STATUS_PAGE_BROWSER_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_STATUS_PAGE_BROWSER_H_

#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "tests/harness/admin_client.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe. What the driver refuses ends the process with its answer.
class Browser {
 public:
  Browser();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  // Returns when the page has been loaded.
  void Open(const std::string& url);
  // Runs the body of a JavaScript function; what it returns.
  nlohmann::json Run(const std::string& script);
  // The text of what this CSS selector finds first, as it is rendered; "" when there is nothing.
  std::string Text(const std::string& selector);

  // In CSS pixels; a phone's have more of the device's.
  void SetSize(int width, int height, double device_pixels = 1);
  // "light" or "dark".
  void PreferColors(const std::string& scheme);
  // A PNG of the whole page.
  std::string Picture();

  // What has come into the console at level SEVERE since the last call.
  std::vector<std::string> ConsoleErrors();
  // The URLs that were asked for since the last call.
  std::vector<std::string> Requests();

 private:
  nlohmann::json Call(const std::string& method, const std::string& path, const nlohmann::json& body);
  nlohmann::json DevTools(const std::string& command, const nlohmann::json& parameters);
  nlohmann::json Log(const std::string& type);

  const ScratchDir scratch_;
  std::unique_ptr<ChildProcess> driver_;
  std::unique_ptr<AdminClient> client_;
  // "" before there is one.
  std::string session_;
  int width_ = 1000;
  int height_ = 800;
  double device_pixels_ = 1;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_STATUS_PAGE_BROWSER_H_
