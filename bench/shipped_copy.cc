#include "bench/shipped_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_join.h"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

double Megabytes(const std::string& file) {
  return static_cast<double>(std::filesystem::file_size(file)) / (1024 * 1024);
}

// Whether nothing of it is in the page cache any more.
bool Drop(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  // What is not yet on the disk is not dropped.
  bool dropped = descriptor >= 0 && fsync(descriptor) == 0 && posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0;
  const size_t size = std::filesystem::file_size(file);
  void* const mapped = dropped && size > 0 ? mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  if (mapped != MAP_FAILED) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((size + page - 1) / page);
    dropped = mincore(mapped, size, resident.data()) == 0 &&
              std::none_of(resident.begin(), resident.end(), [](unsigned char one) { return (one & 1) != 0; });
    munmap(mapped, size);
  }
  if (descriptor >= 0) close(descriptor);
  return dropped;
}

}  // namespace

ShippedCopy::ShippedCopy(const std::string& program)
    : program_(root_.File("root/usr/bin/" + std::filesystem::path(program).filename().string())) {
  const testing::Finished made =
      testing::RunProgram({LEADERSHIP_BROKER_ROOTFS, root_.File("root"), program}, testing::kPatience);
  testing::Require(made.exit_code == 0, made.output);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_.File("root/usr"))) {
    if (entry.is_regular_file()) files_.push_back(entry.path());
  }
}

std::string ShippedCopy::library_path() const {
  std::vector<std::string> folders;
  for (const std::string& file : files_) folders.push_back(std::filesystem::path(file).parent_path());
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return "LD_LIBRARY_PATH=" + absl::StrJoin(folders, ":");
}

double ShippedCopy::program_size() const { return Megabytes(program_); }

double ShippedCopy::size() const {
  double sum = 0;
  for (const std::string& file : files_) sum += Megabytes(file);
  return sum;
}

bool ShippedCopy::DropFromPageCache() const {
  return std::all_of(files_.begin(), files_.end(), [](const std::string& file) { return Drop(file); });
}

}  // namespace leadership_broker::bench
