#include "tests/harness/scratch_dir.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "tests/harness/require.h"

namespace leadership_broker::testing {

ScratchDir::ScratchDir() : path_((std::filesystem::temp_directory_path() / "lb-test-XXXXXX").string()) {
  Require(mkdtemp(path_.data()) != nullptr, "no scratch folder " + path_);
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScratchDir::Write(const std::string& name, const std::string& text) const { WriteTextFile(File(name), text); }

void ScratchDir::Remove(const std::string& name) const { std::filesystem::remove_all(File(name)); }

std::string ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteTextFile(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  {
    std::ofstream file(next, std::ios::binary | std::ios::trunc);
    file << text;
    file.flush();
    Require(file.good(), "cannot write " + next);
  }
  std::error_code error;
  std::filesystem::rename(next, path, error);
  Require(!error, "cannot replace " + path + ": " + error.message());
}

}  // namespace leadership_broker::testing
