/* The election in small: three pods, a fourth that may be made under the name of one that went, their brokers, one lock.
 *
 * How to read it. The lock's whole history is one number, `rv`: at an odd revision there is a lock, at an even one there is none, so term t
 * begins at revision 2t-1 and ends at 2t, and its number is its fencing token. A broker's watch is the revision that it has come to; it lags
 * as long as it likes. Every `d_step` is one event; which is next is open, and spin tries every order. What a broker learns by an uncached
 * read is true when it acts on it; that it may learn it late is covered, since nothing has to happen soon. Rules R1 to R16 are in
 * docs/design.md; what is left out is in docs/correctness-model.md. What may go wrong, and how often, is set by tests/model/check.
 *
 * Mutants: BY_NAME, NO_PRECONDITION, NO_SUSPECTS (R16a), NO_CANDIDATES (R16b), NO_CLEARING (R7) with NO_COLLECTOR.
 */
byte deletions = DELETIONS;     /* pods deleted: in the background, in the foreground, or by force */
byte recreations = RECREATIONS; /* pods made anew under a name that has become free; at most 1 */
byte restarts = RESTARTS;       /* brokers that crash and start again, or watches that break */
byte losses = LOSSES;           /* creates whose answer is lost; they may still land, at any time */
byte removals = REMOVALS;       /* locks removed by hand; at most 1 */
#define FAULTS (deletions + restarts + losses + removals)

#define PODS 4     /* pods are known by their UIDs, 0 to 3; each of 0 to 2 has the name of the same number */
#define REBORN 3   /* the UID of the pod made anew */
#define TERMS (3 + 2 * DELETIONS + LOSSES + REMOVALS)

/* ---- In the store, and on the nodes. */
byte rv;                /* the lock's revision */
byte holder[TERMS + 1]; /* the UID of the pod that owns the lock of this term */
byte reborn_name;       /* the name of the pod made anew */
#define UNBORN 0
#define HERE 1
#define DELETING 2  /* has a deletionTimestamp, given since the lock that is there was made */
#define LINGERING 3 /* the same, given before that */
#define FORCED 4    /* its object was removed by force; its containers still run */
#define ENDED 5     /* it has finished, or its object is gone */
byte pod[PODS];

/* ---- On its way to the API server. */
byte post[PODS]; /* a broker's create: 0 none, ... */
#define SENT 1
#define ANSWERED 2 /* 201 or 409: it knows of a lock that its watch has not come to */
byte stray;        /* a create that nobody waits for any more: its pod's UID + 1, or 0 */
byte removal;      /* a removal: the term it means, or 0 */

/* ---- What a broker knows; gone when it crashes. */
byte watch[PODS];    /* the revision that its watch has come to */
bool barred[PODS];   /* it has seen that its own pod is being deleted, or gone (R5) */
byte suspects[PODS]; /* pods that may still act as leader, a bit each (R16) */
byte told[PODS];     /* the term under which its app was told that it leads, or 0 */

/* ---- For the judge: the term that a person ended, and the brokers that began to watch only afterwards. */
byte by_hand;
bool blind[PODS];

byte i, least, early, late; /* scratch */

#define NEXT(u) (watch[u] / 2 + 1) /* the term that its watch shows, or is to show next */
#define THERE(v) ((v) % 2 == 1)
#define TERM(v) (((v) + 1) / 2)
#define BEGIN(t) (2 * (t) - 1)
#define END(t) (2 * (t))
#ifdef BY_NAME
#define NAME(u) ((u) == REBORN -> reborn_name : (u))
#define SAME(a, b) (NAME(a) == NAME(b))
#define SHOWN(u) (pod[REBORN] != UNBORN && SAME(u, REBORN) -> pod[REBORN] : pod[u])
#else
#define SAME(a, b) ((a) == (b))
#define SHOWN(u) pod[u] /* what the API server shows of this pod: R1, that of this UID */
#endif
#define LIVES(u) (pod[u] >= HERE && pod[u] <= FORCED)
#define ACTS(u) (LIVES(u) && !(barred[u] && told[u] == 0))
#define GOING(u) (SHOWN(u) == DELETING || SHOWN(u) == LINGERING)
#define OVER(u) (SHOWN(u) >= FORCED)
#define MINE(u, v) (THERE(v) && SAME(holder[TERM(v)], u))

/* What is worth knowing to be possible. With REACH the search says so once; tests/model/check demands each of them. */
#ifdef REACH
c_decl { static int noted[16]; }
#define NOTE(n, what) c_code { if (!noted[n]++) puts("reached: " what); }
#else
#define NOTE(n, what) skip
#endif

/* ---- The judge: whenever an app is told that it leads. */
inline Judge(u) {
  i = 0;
  do
  :: i < PODS && (i == u || told[i] == 0) -> i++
  :: i < PODS && i != u && told[i] != 0 ->
     /* Two believe to lead. The earlier has the smaller fencing token, and... */
     if
     :: told[i] < told[u] -> early = i; late = u
     :: else -> early = u; late = i
     fi;
     if
     :: told[early] < told[late] && pod[early] == FORCED -> NOTE(1, "two leaders after a forced deletion")
     :: told[early] < told[late] && pod[early] != FORCED && told[early] == by_hand && blind[late] ->
        NOTE(2, "two leaders after a removal by hand")
     :: else -> printf("TWO LEADERS: uid %d (token %d) and uid %d (token %d)\n", early, told[early], late, told[late]); assert(false)
     fi;
     i++
  :: else -> break
  od
}

/* R16a: the lock went that u's watch had come to. R4: if it was its own, its app is told first. */
inline Gone(u) {
  if
  :: MINE(u, watch[u]) ->
     told[u] = 0;
     /* R16c: it reads its own pod before it stands again: a foreground deletion takes the lock first. */
     barred[u] = barred[u] || GOING(u) || OVER(u)
#ifndef NO_SUSPECTS
  :: THERE(watch[u]) && !MINE(u, watch[u]) && !OVER(holder[TERM(watch[u])]) ->
     suspects[u] = suspects[u] | (1 << holder[TERM(watch[u])]); NOTE(3, "a holder whose lock went is suspected")
#endif
  :: else
  fi
}

/* Its watch comes to the next revision. */
inline Pass(u) {
  if :: THERE(watch[u]) -> Gone(u) :: else fi;
  watch[u]++;
  if :: post[u] == ANSWERED -> post[u] = 0 :: else fi
}

/* After every event. That two states differ only in what makes no difference is what costs most; so what cannot matter happens at once:
 * a standby does nothing while it is shown another's lock, so it may as well see that lock go when it goes; the terms of those that have
 * ended tell it nothing; and what is not looked at again is 0. */
inline Tidy() {
  least = rv;
  for (i : 0 .. PODS - 1) {
     do
     :: ACTS(i) && watch[i] < rv && !SAME(holder[NEXT(i)], i) && (THERE(watch[i]) || OVER(holder[NEXT(i)])) -> Pass(i)
     :: else -> break
     od;
     if :: by_hand != 0 && i == holder[by_hand] && (!ACTS(i) || watch[i] >= END(by_hand)) -> by_hand = 0 :: else fi;
     if
     :: !ACTS(i) -> watch[i] = 0; suspects[i] = 0; blind[i] = false; post[i] = (post[i] == SENT -> SENT : 0)
     :: ACTS(i) && watch[i] < least -> least = watch[i]
     :: else
     fi
  };
  for (i : 0 .. PODS - 1) { blind[i] = blind[i] && by_hand != 0 };
  i = 1;
  do
  :: i <= least / 2 -> holder[i] = (i == by_hand -> holder[i] : 0); i++
  :: else -> break
  od;
#ifndef NO_PRECONDITION
  if :: removal != 0 && rv != BEGIN(removal) -> removal = 0; NOTE(5, "a removal comes too late") :: else fi;
#endif
  i = 0; least = 0; early = 0; late = 0
}

/* The broker lists the lock, and watches it from there. What lay between it never sees, so it lists the candidates too (R16b). */
inline List(u) {
  if :: rv > watch[u] -> Gone(u) :: else fi;
  blind[u] = by_hand != 0 && (blind[u] || watch[u] < BEGIN(by_hand));
  watch[u] = rv;
  if :: post[u] == ANSWERED -> post[u] = 0 :: else fi;
  /* It leads on under a lock that is older than its own deletion (R10). */
  barred[u] = barred[u] || OVER(u) || (GOING(u) && !(MINE(u, rv) && pod[u] == DELETING));
#ifndef NO_CANDIDATES
  for (i : 0 .. PODS - 1) {
     if
     :: told[u] == 0 && !SAME(i, u) && GOING(i) && !(MINE(u, rv) && pod[i] == DELETING) ->
        suspects[u] = suspects[u] | (1 << i); NOTE(4, "a candidate that is being deleted is suspected")
     :: else
     fi
  };
#endif
  skip
}

inline Forget(u) {
  if :: post[u] == SENT && stray == 0 && losses > 0 -> losses--; stray = u + 1 :: else fi;
  watch[u] = 0; barred[u] = false; suspects[u] = 0; blind[u] = false; post[u] = 0; told[u] = 0
}

/* Whoever asks from now on is answered that this pod has ended. */
inline Over(u, how) {
  pod[u] = how;
  for (i : 0 .. PODS - 1) { suspects[i] = suspects[i] & ~(1 << u) }
}

inline Birth(u) {
  recreations = 0; pod[u] = HERE; List(u);
  printf("uid %d is made with the name of uid %d, and lists the lock: revision %d\n", u, reborn_name, rv)
}

inline Make(u) {
  rv++;
  assert(TERM(rv) <= TERMS);
  holder[TERM(rv)] = u;
  for (i : 0 .. PODS - 1) { if :: pod[i] == DELETING -> pod[i] = LINGERING :: else fi }
}

proctype Pod(byte u) {
end:
  do
  /* ---- Its broker. */
  :: d_step { ACTS(u) && watch[u] < rv -> Pass(u); printf("uid %d's watch comes to revision %d\n", u, watch[u]); Tidy() }
  :: d_step { ACTS(u) && !barred[u] && (GOING(u) || OVER(u)) ->
       barred[u] = true;
       if :: OVER(u) -> told[u] = 0 :: else fi;
       printf("uid %d sees that its own pod is to go\n", u); Tidy() }
  /* R16c: only its own watch's sight of its lock, and nobody else who may act, make it leader. */
  :: d_step { ACTS(u) && told[u] == 0 && MINE(u, watch[u]) && suspects[u] == 0 && !barred[u] ->
       told[u] = TERM(watch[u]); printf("uid %d says: I LEAD, token %d\n", u, told[u]);
       if
       :: u == REBORN -> NOTE(7, "the pod made anew leads")
       :: u != REBORN && told[u] > 1 -> NOTE(8, "another pod leads")
       :: else -> NOTE(9, "the first pod leads")
       fi;
       Judge(u); Tidy() }
  /* R1, R3, R5, R14, R16c: it stands. */
  :: d_step { ACTS(u) && !THERE(watch[u]) && post[u] == 0 && suspects[u] == 0 && !barred[u] ->
       assert(told[u] == 0); post[u] = SENT; printf("uid %d sends a create\n", u) }
  /* R7: the lock of a holder that has ended is removed. */
#ifndef NO_CLEARING
  :: d_step { ACTS(u) && !barred[u] && removal == 0 && THERE(rv) && watch[u] == rv && !MINE(u, rv) && OVER(holder[TERM(rv)]) ->
       removal = TERM(rv); printf("uid %d sends the removal of the lock of term %d\n", u, removal) }
#endif

  /* ---- Its create comes to the API server. (At first the pods are alike: the one that is first is called 0.) */
  :: d_step { post[u] == SENT && (u == 0 || rv > 0 || FAULTS < DELETIONS + RESTARTS + LOSSES + REMOVALS) ->
       if
       :: THERE(rv) -> printf("uid %d's create is refused: 409\n", u)
       :: else -> Make(u); printf("uid %d's create is answered 201: term %d\n", u, TERM(rv))
       fi;
       post[u] = (watch[u] == rv -> 0 : ANSWERED); Tidy() }

  /* ---- Its kubelet, and whoever makes pods. */
  :: d_step { pod[u] == DELETING || pod[u] == LINGERING || pod[u] == FORCED ->
       Over(u, ENDED); Forget(u); printf("uid %d's containers stop, and its object goes\n", u); Tidy() }
  :: d_step { recreations > 0 && u == REBORN && pod[0] >= FORCED -> reborn_name = 0; Birth(u); Tidy() }
  :: d_step { recreations > 0 && u == REBORN && pod[1] >= FORCED -> reborn_name = 1; Birth(u); Tidy() }
  :: d_step { recreations > 0 && u == REBORN && pod[2] >= FORCED -> reborn_name = 2; Birth(u); Tidy() }

  /* ---- What may go wrong. */
  :: d_step { deletions > 0 && pod[u] == HERE -> deletions--; pod[u] = DELETING; printf("uid %d is deleted\n", u) }
  :: d_step { deletions > 0 && pod[u] == HERE -> deletions--; Over(u, FORCED); printf("uid %d is deleted by force\n", u); Tidy() }
  :: d_step { restarts > 0 && LIVES(u) -> restarts--; Forget(u); List(u);
       printf("uid %d's broker restarts, and lists the lock: revision %d\n", u, rv);
       if
       :: MINE(u, rv) && !barred[u] && GOING(u) -> NOTE(10, "a broker restarts and leads on while its pod is being deleted")
       :: MINE(u, rv) && !barred[u] && !GOING(u) -> NOTE(11, "a broker restarts and leads on")
       :: else
       fi;
       Tidy() }
  :: d_step { restarts > 0 && ACTS(u) ->
       restarts--; List(u); printf("uid %d's watch breaks, it lists the lock: revision %d\n", u, rv); Tidy() }
  :: d_step { losses > 0 && stray == 0 && post[u] == SENT ->
       losses--; stray = u + 1; post[u] = 0; printf("uid %d gives its create up\n", u) }
  od
}

/* ---- The API server's other callers, and the garbage collector, which goes by UID. A deletion in the foreground lets it act before the pod
 * has ended, one in the background only then; since it acts when it likes, one kind of deletion stands for both. */
proctype Cluster() {
end:
  do
  :: d_step { removal != 0 ->
#ifdef NO_PRECONDITION
       if :: THERE(rv) -> printf("a removal ends term %d\n", TERM(rv)); rv++ :: else fi;
#else
       if
       :: rv == BEGIN(removal) ->
          assert(pod[holder[removal]] >= FORCED); rv++; printf("a removal ends term %d\n", removal); NOTE(6, "a standby removes a lock")
       :: else
       fi;
#endif
       removal = 0; Tidy() }
  :: d_step { stray != 0 && !THERE(rv) ->
       Make(stray - 1); printf("uid %d's create that was given up lands: term %d\n", stray - 1, TERM(rv));
       if
       :: pod[stray - 1] == ENDED -> NOTE(12, "a create lands whose pod has ended")
       :: else -> NOTE(13, "a create lands that was given up")
       fi;
       stray = 0; Tidy() }
  :: d_step { stray != 0 -> stray = 0; printf("a create that was given up is lost, or refused\n") }
#ifndef NO_COLLECTOR
  :: d_step { THERE(rv) && pod[holder[TERM(rv)]] >= DELETING ->
       printf("the collector removes the lock of term %d\n", TERM(rv)); rv++; Tidy() }
#endif
  :: d_step { removals > 0 && THERE(rv) && pod[holder[TERM(rv)]] == HERE ->
       removals = 0; by_hand = TERM(rv); rv++; printf("a person removes the lock of term %d\n", by_hand); Tidy() }
#ifdef PROGRESS
  :: d_step { FAULTS + recreations > 0 ->
       deletions = 0; recreations = 0; restarts = 0; losses = 0; removals = 0; printf("from here on nothing goes wrong\n") }
#endif
  od
}

#ifdef PROGRESS
/* Something always moves, so that nothing but fairness brings the others to their turn. */
proctype Idle() {
  do
  :: least = 0
  od
}
#endif

init {
  atomic {
    for (i : 0 .. PODS - 1) { run Pod(i); pod[i] = (i == REBORN -> UNBORN : HERE) };
#ifdef PROGRESS
    run Idle();
#endif
    run Cluster()
  }
}

#ifdef PROGRESS
/* In the end one pod that is not being deleted leads under the lock that is there, and nobody else says so. Or, after a removal by hand, such
 * a pod has the lock and waits for one that it suspects, which lives on (R16c); IMPATIENT does not excuse that. */
#define RIGHTLY(u) (told[u] != 0 && rv == BEGIN(told[u]) && holder[told[u]] == u && pod[u] == HERE)
#define SILENT(u) (told[u] == 0)
#define WAITS(u) (THERE(rv) && holder[TERM(rv)] == u && pod[u] == HERE && watch[u] == rv && suspects[u] != 0)
#define NOBODY (SILENT(0) && SILENT(1) && SILENT(2) && SILENT(3))
#if REMOVALS > 0 && !defined(IMPATIENT)
#define STUCK (NOBODY && (WAITS(0) || WAITS(1) || WAITS(2) || WAITS(3)))
#else
#define STUCK false
#endif
ltl progress { <>[] (STUCK || (RIGHTLY(0) + RIGHTLY(1) + RIGHTLY(2) + RIGHTLY(3) == 1 && SILENT(0) + SILENT(1) + SILENT(2) + SILENT(3) == 3)) }
#endif
