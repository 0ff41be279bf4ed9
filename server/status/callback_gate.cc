#include "server/status/callback_gate.h"

namespace leadership_broker::status {

void CallbackGate::Run() {
  mutex_.Lock();
  if (running_) {
    again_ = true;
    mutex_.Unlock();
    return;
  }
  running_ = true;
  runner_ = std::this_thread::get_id();
  do {
    again_ = false;
    if (shut_) break;
    mutex_.Unlock();
    callback_();
    mutex_.Lock();
  } while (again_);
  running_ = false;
  idle_.NotifyAll();
  mutex_.Unlock();
}

void CallbackGate::Shut() {
  loop::MutexLock lock(mutex_);
  shut_ = true;
  if (running_ && runner_ == std::this_thread::get_id()) return;
  while (running_) idle_.Wait(mutex_);
}

}  // namespace leadership_broker::status
