// What protobuf prints by itself, and newer gRPCs with it, for the log. gRPC before 1.65 has a way of its own:
// server/rpc/server.cc.
#ifndef LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_
#define LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_

namespace leadership_broker::config {

// Once, before the first thread is started.
void TakeInLibraryLog();

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_LIBRARY_LOG_H_
