// A call whose answer is one message.
#ifndef LEADERSHIP_BROKER_KUBE_UNARY_EXCHANGE_H_
#define LEADERSHIP_BROKER_KUBE_UNARY_EXCHANGE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "server/kube/exchange.h"
#include "server/kube/json.h"
#include "server/kube/outcome.h"

namespace leadership_broker::kube {

template <typename Answer>
class UnaryExchange : public Exchange {
 public:
  // A list of 1000 large Pods has a tenth of this.
  static constexpr size_t kMaxBody = size_t{256} << 20;

  // `check` says what an answer that parses must have: JSON of something else parses too, as an empty message.
  // `callback` is called once and may destroy the exchange; the answer is empty unless the outcome is OK.
  UnaryExchange(const Connection& connection, ApiRequest request, absl::Status (*check)(const Answer&),
                std::function<void(Outcome, Answer)> callback)
      : Exchange(connection, std::move(request)), check_(check), callback_(std::move(callback)) {}

 private:
  void OnAccepted() override {}

  void OnChunk(absl::string_view chunk) override {
    if (body_.size() + chunk.size() > kMaxBody) return EndUnreadable(absl::StrCat("longer than ", kMaxBody, " bytes"));
    body_.append(chunk.data(), chunk.size());
  }

  void OnEnded(Outcome outcome) override {
    Answer answer;
    if (outcome.ok()) {
      absl::Status status = ReadJson(body_, &answer);
      if (status.ok()) status = check_(answer);
      if (!status.ok()) {
        outcome = OutcomeOfUnreadable(what(), head(), status.message());
        answer.Clear();
      }
    }
    const auto callback = std::move(callback_);
    callback(std::move(outcome), std::move(answer));
  }

  absl::Status (*const check_)(const Answer&);
  std::function<void(Outcome, Answer)> callback_;
  std::string body_;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_UNARY_EXCHANGE_H_
