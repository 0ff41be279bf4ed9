#include "client/leaderctl/program.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/leaderctl/exit_codes.h"

namespace leadership::leaderctl {
namespace {

// 0, or why the file cannot be executed.
int WhyNotExecutable(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return errno;
  if (S_ISDIR(file.st_mode)) return EISDIR;
  return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

bool IsMissing(int error) { return error == ENOENT || error == ENOTDIR; }

}  // namespace

Program FindProgram(const std::string& name) {
  Program program;
  const bool is_path = name.find('/') != std::string::npos;
  const char* search = getenv("PATH");
  // Where PATH is not set, glibc looks here.
  if (search == nullptr) search = "/bin:/usr/bin";
  const std::vector<std::string> folders =
      is_path ? std::vector<std::string>{""} : std::vector<std::string>(absl::StrSplit(search, ':'));
  program.exit_code = kNotFound;
  program.error = is_path ? absl::StrCat("cannot run ", name, ": there is no such file")
                          : absl::StrCat("cannot run ", name, ": it is in no folder of PATH (", search, ")");
  if (name.empty()) return program;
  for (const std::string& folder : folders) {
    const std::string path = is_path ? name : absl::StrCat(folder.empty() ? "." : folder, "/", name);
    const int error = WhyNotExecutable(path);
    if (error == 0) return {path, 0, ""};
    // A folder of PATH further on may have one that is.
    if (!IsMissing(error) && program.exit_code == kNotFound) {
      program.exit_code = kNotExecutable;
      program.error = absl::StrCat("cannot run ", path, ": ", strerror(error));
    }
  }
  return program;
}

}  // namespace leadership::leaderctl
