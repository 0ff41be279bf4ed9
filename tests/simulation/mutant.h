// Mutants of the election: each breaks one rule, so that the simulation can be seen to notice.
//
// mutants.patch, applied to a copy of server/election that only the tests build, asks Broken() at the places where a
// mutant departs from the rules. The product has none of it.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_MUTANT_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_MUTANT_H_

namespace leadership_broker {

enum class Mutant {
  kNone,
  kR1ComparesNames,          // takes a lock that names its pod for its own, whatever UID it names
  kR1NoReadOfOwnPod,         // creates before it has read its own pod
  kR2WatchIsEnough,          // takes an event of the watch for a proof
  kR2BelievesOldEvidence,    // takes the answer to its create for a proof, although the watch has shown that lock's end
  kR2IgnoresHolderUid,       // does not look at the holder-uid annotation
  kR3Assumes,                // takes an ambiguous create for one that did not happen
  kR3SettlesByOldReads,      // settles it by a read that was sent before
  kR4TellsTheLossLast,       // sends what follows from a loss before it tells of it
  kR4HidesTheLoss,           // does not mark a loss, so that a slow subscriber can miss it
  kR4IgnoresDeletion,        // leads on under a lock that is being deleted
  kR4IgnoresAbsence,         // leads on although a read shows no lock
  kR4BelievesOldReads,       // lets a late answer undo what the watch has shown
  kR5Stands,                 // stands while its pod is being deleted
  kR5LeadsOn,                // leads on when its pod has ended
  kR5BelievesOldEvents,      // takes its pod for a living one again when its watch is behind
  kR6NoPreconditions,        // removes whatever lock there is
  kR7TerminalPhaseIsEnough,  // takes a pod for ended by its phase, whatever runs in it
  kR7DeletionIsEnough,       // takes a pod for ended as soon as it is being deleted
  kR7NeverClears,            // leaves the locks of ended pods to others
  kR8IgnoresTheLimit,        // takes over whatever limit the lock names, or none
  kR8ActsEarly,              // takes over after half of the time
  kR8CountsThroughBreaks,    // counts the time on while the node is not watched
  kR8TakesNotReadyForUnreachable,  // takes a kubelet that says that it is not ready for a silent one
  kR8AsksNobody,                   // takes over by what it has watched, without asking for node and lock anew
  kR8MarksFirst,                   // marks the lock before the pod is being deleted
  kR8RemovesUnmarked,              // removes the lock without a mark
  kR8RemovesAtOnce,                // removes it right after the mark
  kR8LeadsOnDespiteTheMark,        // leads on under a marked lock
  kR9GivesUp,                      // leads no more when the API server is away
  kR9IgnoresRefusals,              // makes nothing of a refused token
  kR9NeverFences,                  // leads on after --unverified-limit
  kR9CountsFromTheAnswer,          // counts --unverified-limit from when the answer came
  kR13TakesTheFirstOwner,          // takes the first of several owners for the holder
  kR13TouchesAnything,             // removes what is no lock
  kR16NoSuspects,                  // forgets holders whose lock has gone: (a)
  kR16NoList,                      // does not ask for candidates that are being deleted: (b)
  kR16TellsDespiteSuspects,        // leads although somebody may still act as leader: (c)
  kR16TellsBeforeTheWatch,         // leads before its watch has come to its lock: (c)
  kR16StandsAgainAtOnce,           // stands again after a loss without a look at its own pod
  kStepsDownAsStandby,             // ends its pod when its app is down, whether or not it leads
  kCount
};

// Which one the election is; set while nothing runs.
inline Mutant chosen_mutant = Mutant::kNone;

inline bool Broken(Mutant mutant) { return chosen_mutant == mutant; }

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_MUTANT_H_
