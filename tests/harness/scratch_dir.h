// A folder of a test's own, removed with everything in it.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_SCRATCH_DIR_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_SCRATCH_DIR_H_

#include <string>

namespace leadership_broker::testing {

class ScratchDir {
 public:
  // Ends the process with a message when none can be made.
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  // Absolute, short enough for a Unix socket inside it, with no slash at the end.
  const std::string& path() const { return path_; }
  // The path of a file in it.
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  // As WriteTextFile.
  void Write(const std::string& name, const std::string& text) const;
  // A file, or a folder with everything in it.
  void Remove(const std::string& name) const;

 private:
  std::string path_;
};

// Empty when the file cannot be read.
std::string ReadTextFile(const std::string& path);

// Replaces the file in one step, as the kubelet does. Ends the process with a message when that fails.
void WriteTextFile(const std::string& path, const std::string& text);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_SCRATCH_DIR_H_
