# What the project is built with. Protobuf is looked for in module mode first: Debian ships no config package for it, and gRPC's config
# package asks for one unless it has been found already. LeadershipBrokerConfig.cmake.in looks for what the client library needs likewise.
find_package(Threads REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)

if(LEADERSHIP_BROKER_SERVER OR LEADERSHIP_BROKER_LEADERCTL)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(yaml-cpp CONFIG REQUIRED)
endif()
if(LEADERSHIP_BROKER_SERVER)
  find_package(CURL 7.87 REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(spdlog CONFIG REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
  # Not by its config package, which wants civetweb for a part that is not used here.
  pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core>=1.0)
endif()
if(LEADERSHIP_BROKER_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)
endif()
