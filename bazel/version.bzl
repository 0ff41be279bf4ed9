"""The version, as CMakeLists.txt has it."""

VERSION = "0.1.0"

VERSION_DEFINE = ["LEADERSHIP_BROKER_VERSION=\\\"%s\\\"" % VERSION]
