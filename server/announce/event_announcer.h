// Events of all the locks that this broker stands for: is shown what is told and what was done, and has the recorder
// make Events of what is news.
//
// What may pass by itself is news only once it has lasted: an API server that has just started refuses everybody until
// it has read its own RBAC, and a thousand brokers would write that their Roles lack something.
//
// On the loop's thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_EVENT_ANNOUNCER_H_
#define LEADERSHIP_BROKER_ANNOUNCE_EVENT_ANNOUNCER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/announce/event_recorder.h"
#include "server/announce/lock_news.h"
#include "server/status/observer.h"

namespace leadership_broker::announce {

class EventAnnouncer : public status::Observer {
 public:
  static constexpr absl::Duration kLasting = absl::Seconds(30);

  // See EventRecorder.
  EventAnnouncer(kube::AnnounceApi* api, loop::Scheduler* scheduler, std::string pod_name,
                 std::function<void(const std::string&)> warn)
      : scheduler_(scheduler), recorder_(api, scheduler, std::move(pod_name), std::move(warn)) {}

  void Told(const status::SnapshotPtr& snapshot) override {
    const leadership::v1::Leadership& told = snapshot->leadership;
    Story& story = stories_[told.lock().name()];
    const leadership::v1::Leadership::Reason before = story.news.trouble();
    const std::vector<Happening> happenings = story.news.Told(told, scheduler_->Now().wall);
    if (story.news.trouble() != before) story.lasting.reset();
    for (const Happening& happening : happenings) {
      if (happening.may_pass) {
        story.lasting = scheduler_->After(kLasting, [this, happening] { recorder_.Record(happening); });
      } else {
        recorder_.Record(happening);
      }
    }
  }

  // Of a lock that something was told of before.
  void Happened(const std::string& lock_name, const election::Happened& happened) {
    for (const Happening& happening : stories_[lock_name].news.Of(happened, scheduler_->Now().wall)) {
      recorder_.Record(happening);
    }
  }

 private:
  // Of one lock.
  struct Story {
    LockNews news;
    loop::Handle lasting;  // until what may pass has lasted
  };

  loop::Scheduler* const scheduler_;
  EventRecorder recorder_;
  std::map<std::string, Story> stories_;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_EVENT_ANNOUNCER_H_
