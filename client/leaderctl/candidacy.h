// This pod's candidacy, for `leaderctl run`: stands for election and watches leadership, and brings the news to the
// main thread as something to poll for.
//
// Two calls, since the broker may stand only on request (Become), while a loss is told on the watch. CMD goes by the
// watch alone, from the first term on, so nothing can fall between the two.
#ifndef LEADERSHIP_LEADERCTL_CANDIDACY_H_
#define LEADERSHIP_LEADERCTL_CANDIDACY_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "client/leaderctl/command_line.h"

#include "leadership/client.h"

namespace leadership::leaderctl {

struct News {
  enum class Kind {
    // `term` says which term.
    kLeading,
    // A loss, or what counts as one; `text` says why.
    kNotLeading,
    // With --on-uncertain=continue; `text` says why.
    kUncertain,
    kStillLeading,
    // The watch has ended for good, with `error`.
    kFailed,
    // What Stand came to: `error`, or OK, and then kLeading comes too, unless it is over already.
    kStood,
  };
  Kind kind;
  v1::Leadership term = {};
  std::string text = {};
  absl::Status error = {};
};

// Made, asked and destroyed by the main thread.
class Candidacy {
 public:
  // Opens the watch.
  explicit Candidacy(const Options& options);
  ~Candidacy();
  Candidacy(const Candidacy&) = delete;
  Candidacy& operator=(const Candidacy&) = delete;

  // Does nothing while the last one goes on.
  void Stand() ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether this pod leads, as far as is known now; news of the contrary may be under way.
  bool IsLeading() const { return watch_->IsLeading(); }
  // The broker's.
  const std::string& address() const { return client_.address(); }

  // Readable while there is news.
  int fd() const { return event_; }
  std::optional<News> Next() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Add(News news) ABSL_LOCKS_EXCLUDED(mutex_);
  Callbacks WatchCallbacks();
  void StandWhenAsked() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const int event_;

  absl::Mutex mutex_;
  std::deque<News> news_ ABSL_GUARDED_BY(mutex_);
  bool asked_to_stand_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  Client client_;
  std::unique_ptr<LeadershipWatch> watch_;
  std::thread stander_;
};

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_CANDIDACY_H_
