// The conformance suite on the real thing, which is its judge: a difference from the stand-in is the stand-in's
// mistake, or the suite's.
#include "tests/conformance/conformance.h"
#include "tests/harness/real_cluster.h"

namespace leadership_broker::testing {

Cluster& ClusterForConformance() { return RealCluster::Shared(); }

}  // namespace leadership_broker::testing
