// What protobuf prints by itself, and newer gRPCs with it, for the log. gRPC before 1.65 has a way of its own:
// server/rpc/server.cc.
#ifndef LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_
#define LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_

#include "absl/strings/string_view.h"

#include "server/config/log_line.h"

namespace leadership_broker::config {

// Once, before the first thread is started.
void TakeInLibraryLog();

// What a library has to say. Not all of it when that is very much: who connects and speaks no TLS, say, has gRPC
// complain as often as he likes. Any thread.
void LogFromLibrary(LogLevel level, absl::string_view message, absl::string_view library);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_
