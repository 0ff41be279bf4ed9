#include "client/leaderctl/broker_calls.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/say.h"

namespace leadership::leaderctl {
namespace {

const char* WhatToDo(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "; or name another address: --address, LEADERSHIP_BROKER_ADDRESS";
    case absl::StatusCode::kNotFound:
      return "; see leaderctl locks";
    case absl::StatusCode::kUnimplemented:
      return "; check --address, LEADERSHIP_BROKER_ADDRESS";
    default:
      return "";
  }
}

}  // namespace

ClientOptions ClientOptionsOf(const Options& options) {
  ClientOptions client;
  client.address = options.address;
  if (options.timeout.has_value()) client.call_timeout = *options.timeout;
  client.silence_limit = options.silence_limit;
  return client;
}

absl::Time WaitDeadline(const Options& options) {
  return options.timeout.has_value() ? absl::Now() + *options.timeout : absl::InfiniteFuture();
}

int Fail(const absl::Status& error) {
  Say(absl::StrCat(error.message(), WhatToDo(error.code())));
  return kFailure;
}

}  // namespace leadership::leaderctl
