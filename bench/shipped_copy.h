// A program as the image ships it (deploy/image/rootfs): a stripped copy with copies of the libraries that it loads, so
// that it can be started as on a node that has just pulled it.
#ifndef LEADERSHIP_BROKER_BENCH_SHIPPED_COPY_H_
#define LEADERSHIP_BROKER_BENCH_SHIPPED_COPY_H_

#include <string>
#include <vector>

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::bench {

class ShippedCopy {
 public:
  // A failure ends the process with the reason.
  explicit ShippedCopy(const std::string& program);

  const std::string& program() const { return program_; }
  // NAME=VALUE for its environment: with it the loader takes the copies of the libraries. The loader itself remains the
  // system's.
  std::string library_path() const;
  // In MiB: of the program, and of all the files.
  double program_size() const;
  double size() const;

  // Has the kernel forget what it holds of these files, which nobody else has open, so that the next start reads them
  // from the disk. False when it does not, as on a file system in memory.
  bool DropFromPageCache() const;

 private:
  const testing::ScratchDir root_;
  std::string program_;
  std::vector<std::string> files_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_SHIPPED_COPY_H_
