// The terminal that leaderctl was started on, if any. While CMD runs it belongs to CMD's process group, so that CMD may
// read from it and Ctrl-C is CMD's. Only where both input and output are the terminal: in a pipeline it has to stay
// with the others in leaderctl's own group, and leaderctl forwards the Ctrl-C.
//
// The main thread alone.
#ifndef LEADERSHIP_LEADERCTL_TERMINAL_H_
#define LEADERSHIP_LEADERCTL_TERMINAL_H_

#include <sys/types.h>

namespace leadership::leaderctl {

class Terminal {
 public:
  Terminal();

  // To this process group, if leaderctl's own has it. Also in a child: system calls only.
  void HandOver(pid_t group) const;
  // Back, if `group` has it.
  void TakeBack(pid_t group) const;
  bool BelongsTo(pid_t group) const;

 private:
  void Give(pid_t group) const;

  // -1: none.
  int fd_ = -1;
  pid_t own_group_;
};

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_TERMINAL_H_
