// Events of all the locks that this broker stands for: is shown what is told and what was done, and has the recorder
// make Events of what is news.
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
  // See EventRecorder.
  EventAnnouncer(kube::AnnounceApi* api, loop::Scheduler* scheduler, std::string pod_name,
                 std::function<void(const std::string&)> warn)
      : scheduler_(scheduler), recorder_(api, scheduler, std::move(pod_name), std::move(warn)) {}

  void Told(const status::SnapshotPtr& snapshot) override {
    const leadership::v1::Leadership& told = snapshot->leadership;
    RecordAll(news_[told.lock().name()].Told(told, scheduler_->Now().wall));
  }

  // Of a lock that something was told of before.
  void Happened(const std::string& lock_name, const election::Happened& happened) {
    RecordAll(news_[lock_name].Of(happened, scheduler_->Now().wall));
  }

 private:
  void RecordAll(const std::vector<Happening>& happenings) {
    for (const Happening& happening : happenings) recorder_.Record(happening);
  }

  loop::Scheduler* const scheduler_;
  std::map<std::string, LockNews> news_;
  EventRecorder recorder_;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_EVENT_ANNOUNCER_H_
