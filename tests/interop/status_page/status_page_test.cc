// The status page of a real broker, in a real browser.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/interop/status_page/browser.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// The texts whose contrast with what is behind them is less than WCAG's 4.5:1, each with that number.
constexpr char kPoorContrast[] = R"(
  const channels = color => color.match(/[\d.]+/g).map(Number);
  const light = color => {
    const [r, g, b] = channels(color).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (; element !== null; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      const alpha = channels(color)[3];
      if (alpha === undefined || alpha === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  let seen = 0;
  for (const element of document.body.querySelectorAll('*')) {
    const text = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim()).join('');
    if (text === '' || element.getClientRects().length === 0 || element.tagName === 'SCRIPT') continue;
    ++seen;
    const [one, two] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < 4.5) poor.push(`${text}: ${contrast.toFixed(2)}`);
  }
  if (seen < 20) poor.push(`only ${seen} texts`);
  return poor;
)";

// What a screen reader would miss.
constexpr char kNameless[] = R"(
  const missing = [];
  if (document.documentElement.lang === '') missing.push('lang');
  if (document.title === '') missing.push('title');
  for (const landmark of ['header', 'main', 'footer']) {
    if (document.querySelectorAll(`body > ${landmark}`).length !== 1) missing.push(landmark);
  }
  if (document.querySelectorAll('h1').length !== 1) missing.push('h1');
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1]);
    if (heading.innerText.trim() === '') missing.push(`a name of ${heading.outerHTML}`);
    if (next > level + 1) missing.push(`a heading before ${heading.innerText}`);
    level = next;
  }
  for (const control of document.querySelectorAll('main summary, main button, main a, main input')) {
    if (control.closest('[hidden]') !== null) continue;
    if (control.innerText.trim() === '') missing.push(`a name of ${control.outerHTML}`);
    control.focus();
    if (document.activeElement !== control) missing.push(`focus for ${control.innerText}`);
    else if (getComputedStyle(control).outlineStyle === 'none') missing.push(`a mark of the focus on ${control.innerText}`);
  }
  for (const term of document.querySelectorAll('dt')) {
    if (term.innerText.trim() === '' || term.nextElementSibling.tagName !== 'DD') missing.push(`the meaning of ${term.innerText}`);
  }
  if (document.querySelector('#connection[role=status]') === null) missing.push('a live region for the connection');
  if (document.querySelector('.leader[aria-live=polite]') === null) missing.push('a live region for the leader');
  return missing;
)";

class StatusPage : public Scenario {
 protected:
  // A candidate whose page it is.
  std::unique_ptr<Candidate> NewShown(const std::string& name) {
    auto pod = std::make_unique<TestPod>(&cluster, namespace_name, name, TestPodOptions{lock});
    BrokerCommand command = BrokerCommand::InPod(*pod, lock);
    command.flags.back() = absl::StrCat("--http-listen=127.0.0.1:", port_);
    return std::make_unique<Candidate>(std::move(pod), std::move(command));
  }
  bool Shows(const std::string& selector, const std::string& text) {
    const bool shows = Eventually([&] { return absl::StrContains(browser_.Text(selector), text); });
    EXPECT_TRUE(shows) << "not \"" << text << "\" but " << browser_.Text("body");
    return shows;
  }

  const int port_ = FreePort();
  const std::string url_ = absl::StrCat("http://127.0.0.1:", port_, "/");
  Browser browser_;
};

TEST_F(StatusPage, ShowsATakeoverWithoutAReloadAndSaysWhenTheBrokerIsGone) {
  auto first = NewCandidate("a");
  first->WaitForState(Leadership::STATE_LEADER);
  auto second = NewShown("b");
  second->WaitForLeader(*first->pod);
  browser_.Requests();
  browser_.Open(url_);
  EXPECT_TRUE(Shows("#connection", "Live"));
  EXPECT_TRUE(Shows(".leader", "a leads"));
  EXPECT_TRUE(Shows("h2", "the-lock"));
  EXPECT_TRUE(Shows("#pod", "b"));
  EXPECT_TRUE(Shows(".here", "STANDBY"));
  EXPECT_TRUE(Shows("dl", std::to_string(second->Says().fencing_token())));
  EXPECT_TRUE(Shows("dl", " s ago"));
  browser_.Run("window.sameDocument = true;");

  first->pod->DeleteByForce();
  EXPECT_TRUE(Shows(".leader", "b leads, this pod"));
  EXPECT_TRUE(Shows(".here", "LEADER"));
  EXPECT_TRUE(Shows(".changes li:first-child", "b leads"));
  EXPECT_TRUE(Shows(".changes", "a leads"));
  EXPECT_TRUE(Shows("dl", std::to_string(second->Says().fencing_token())));
  EXPECT_EQ(browser_.Run("return window.sameDocument;"), true);
  EXPECT_THAT(browser_.Run("return document.title;").get<std::string>(), StartsWith("b leads"));
  EXPECT_THAT(browser_.ConsoleErrors(), IsEmpty());
  const std::vector<std::string> requests = browser_.Requests();
  EXPECT_THAT(requests, ::testing::Contains(url_ + "events"));
  EXPECT_THAT(requests, Each(::testing::AnyOf(StartsWith(url_), StartsWith("data:"))));

  // What was told before is there again.
  browser_.Open(url_);
  EXPECT_TRUE(Shows(".changes", "a leads"));

  second->broker.Stop();
  EXPECT_TRUE(Shows("#connection", "Not connected since"));
  EXPECT_TRUE(Shows("#connection", "may be old"));
  EXPECT_TRUE(Shows(".leader", "b leads"));
  second->broker.Start();
  EXPECT_TRUE(Shows("#connection", "Live"));
  EXPECT_TRUE(Shows(".leader", "b leads"));
}

TEST_F(StatusPage, IsReadableInDarkAndLightAndFitsAPhone) {
  auto first = NewCandidate("a-pod-with-a-rather-long-name-as-deployments-make-them-7d4b9c6f5d-x2x7p");
  first->WaitForState(Leadership::STATE_LEADER);
  auto second = NewShown("b");
  second->WaitForLeader(*first->pod);
  browser_.Open(url_);
  EXPECT_TRUE(Shows(".leader", "x2x7p leads"));
  std::vector<std::string> grounds;
  for (const char* scheme : {"light", "dark"}) {
    browser_.PreferColors(scheme);
    for (const int width : {1280, 360}) {
      browser_.SetSize(width, 720);
      EXPECT_THAT(browser_.Run(kPoorContrast).get<std::vector<std::string>>(), IsEmpty()) << scheme << width;
      EXPECT_LE(browser_.Run("return document.documentElement.scrollWidth;").get<int>(), width) << scheme;
    }
    grounds.push_back(browser_.Run("return getComputedStyle(document.body).backgroundColor;"));
  }
  EXPECT_NE(grounds[0], grounds[1]);
  EXPECT_THAT(browser_.Run(kNameless).get<std::vector<std::string>>(), IsEmpty());
}

TEST_F(StatusPage, ShowsEveryLockAndTextFromElsewhereAsText) {
  fake::Fault markup;
  markup.action = fake::FaultAction::kStatus;
  markup.target.namespace_name = namespace_name;
  markup.target.pod = "a";
  markup.message = "<img src=x onerror='window.ran=true'><h1>boo</h1>";
  const int fault = SharedFakeCluster().server().faults().Add(markup);
  TestPod pod(&cluster, namespace_name, "a");
  BrokerCommand command = BrokerCommand::InPod(pod, "one-lock,another-lock");
  command.flags.back() = absl::StrCat("--http-listen=127.0.0.1:", port_);
  BrokerProcess broker(command);
  ASSERT_TRUE(broker.WaitServing());
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(broker.Get("one-lock").message(), markup.message); }));
  browser_.Open(url_);
  EXPECT_TRUE(Shows("section:nth-of-type(1) h2", "one-lock"));
  EXPECT_TRUE(Shows("section:nth-of-type(2) h2", "another-lock"));
  EXPECT_TRUE(Shows(".leader", "Not known who leads"));
  EXPECT_TRUE(Shows(".here .message", markup.message));
  EXPECT_EQ(browser_.Run("return document.querySelectorAll('img').length;"), 0);
  EXPECT_EQ(browser_.Run("return document.querySelectorAll('h1').length;"), 1);
  EXPECT_EQ(browser_.Run("return window.ran === undefined;"), true);
  SharedFakeCluster().server().faults().Remove(fault);
}

}  // namespace
}  // namespace leadership_broker::testing
