// A directory that goes with the test.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TEMPORARY_DIRECTORY_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace leadership_broker::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / "lb-test-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Replaces the file as the kubelet does, in one step.
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(File(name) + ".new", std::ios::binary) << content;
    std::filesystem::rename(File(name) + ".new", File(name));
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(File(name)); }

 private:
  std::string path_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_TEMPORARY_DIRECTORY_H_
