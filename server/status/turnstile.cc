#include "server/status/turnstile.h"

namespace leadership_broker::status {

void Turnstile::Pass() {
  if (!closed_) return;
  loop::MutexLock lock(mutex_);
  ++waiting_;
  while (closed_) changed_.Wait(mutex_);
  if (--waiting_ == 0) changed_.NotifyAll();
}

void Turnstile::Close() {
  loop::MutexLock lock(mutex_);
  while (waiting_ > 0) changed_.Wait(mutex_);
  closed_ = true;
}

void Turnstile::Open() {
  loop::MutexLock lock(mutex_);
  closed_ = false;
  changed_.NotifyAll();
}

}  // namespace leadership_broker::status
