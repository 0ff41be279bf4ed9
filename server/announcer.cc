#include "server/announcer.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "server/announce/describe.h"
#include "server/config/logging.h"
#include "server/status/news.h"

namespace leadership_broker {
namespace {

using leadership::v1::Leadership;

// What somebody may have to do something about.
bool IsTrouble(Leadership::Reason reason) {
  switch (reason) {
    case Leadership::REASON_LOCK_INVALID:
    case Leadership::REASON_POD_NOT_FOUND:
    case Leadership::REASON_API_UNREACHABLE:
    case Leadership::REASON_API_ERROR:
    case Leadership::REASON_FORBIDDEN:
    case Leadership::REASON_UNAUTHORIZED:
    case Leadership::REASON_NAMESPACE_NOT_FOUND:
    case Leadership::REASON_REJECTED:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Announcer::Publish(status::SnapshotPtr snapshot) {
  // Told first: nobody waits for a log.
  hub_->Publish(snapshot);
  for (status::Observer* observer : observers_) observer->Told(snapshot);
  const Leadership& told = snapshot->leadership;
  if (told.reason() == Leadership::REASON_STARTING) return;
  if (logged_ != nullptr && !status::IsNews(told, logged_->leadership)) return;
  config::Log(IsTrouble(told.reason()) ? config::LogLevel::kWarning : config::LogLevel::kInfo, told.message(),
              {{"lock", told.lock().name()},
               {"state", Leadership::State_Name(told.state()).substr(6)},
               {"reason", Leadership::Reason_Name(told.reason()).substr(7)},
               {"leader", told.leader().name()},
               {"token", absl::StrCat(told.fencing_token())}});
  logged_ = std::move(snapshot);
}

void Announcer::Warn(const std::string& message) { config::Log(config::LogLevel::kWarning, message); }

void Announcer::Happened(const election::Happened& happened) {
  config::Log(config::LogLevel::kInfo, announce::Describe(happened, lock_name_), {{"lock", lock_name_}});
  if (events_ != nullptr) events_->Happened(lock_name_, happened);
}

}  // namespace leadership_broker
