// How clients from outside the pod are met: by TLS 1.2 or newer, with a certificate of their own that is verified.
//
// gRPC's own way to follow files (FileWatcherCertificateProvider, 1.51) drops the certificates that work as soon as it
// meets ones that do not; docs/decisions/0014.
#ifndef LEADERSHIP_BROKER_RPC_TLS_CREDENTIALS_H_
#define LEADERSHIP_BROKER_RPC_TLS_CREDENTIALS_H_

#include <memory>

#include "grpcpp/security/server_credentials.h"

#include "server/rpc/certificate_files.h"

namespace leadership_broker::rpc {

// Every handshake is made with the newest of `files`; connections that are there already are left alone. For one
// address: another needs credentials of its own, lest one of the two not hear of what is new.
std::shared_ptr<grpc::ServerCredentials> NewTlsCredentials(std::shared_ptr<const CertificateFiles> files);

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_TLS_CREDENTIALS_H_
