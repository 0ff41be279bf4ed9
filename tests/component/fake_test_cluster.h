// The component tests' cluster: one stand-in a process.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_FAKE_TEST_CLUSTER_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_FAKE_TEST_CLUSTER_H_

#include "tests/harness/fake_cluster.h"

namespace leadership_broker::testing {

FakeCluster& SharedFakeCluster();

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_FAKE_TEST_CLUSTER_H_
