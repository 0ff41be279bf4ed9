// Package leader runs a function while this pod leads, as the leadership broker beside it says. Yours to copy: it needs grpc-go, and what
// protoc-gen-go and protoc-gen-go-grpc make of leadership.proto.
package leader

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "example.com/app/leadership/v1"
)

const (
	// The broker speaks at least this often; one silent for twice that hangs, and is called anew.
	heartbeat = 5 * time.Second
	// Without a word for so long, as while the broker restarts, the pod counts as not leading.
	silenceLimit = 15 * time.Second
	minDelay     = 100 * time.Millisecond
	maxDelay     = 2 * time.Second
)

// Term is a term of leadership. It is known by the UID of the lock: the token may rise in it.
type Term struct {
	uid    string
	ctx    context.Context
	cancel context.CancelFunc
	timer  *time.Timer
	done   chan struct{}

	mu    sync.Mutex // guards what follows
	token uint64
	until time.Time
}

// Token returns the token of the next write, and false when this pod may lead no longer.
func (t *Term) Token() (uint64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token, t.ctx.Err() == nil && time.Now().Before(t.until)
}

func (t *Term) confirm(message *pb.Leadership) {
	valid := validFor(message)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.until = message.FencingToken, time.Now().Add(valid)
	t.timer.Reset(valid)
}

// 0 in what a broker says that was frozen, until it has asked the API server again.
func validFor(message *pb.Leadership) time.Duration {
	if message.ValidFor == nil {
		return silenceLimit
	}
	return min(message.ValidFor.AsDuration(), silenceLimit)
}

// A broker that has just restarted says at first that it knows nothing yet, then that it makes sure of its lock. That is no loss: it counts
// no more than silence.
func (t *Term) outlives(message *pb.Leadership) bool {
	switch message.Reason {
	case pb.Leadership_REASON_STARTING:
		return true
	case pb.Leadership_REASON_CONFIRMING, pb.Leadership_REASON_PREDECESSOR:
		return message.Lock.GetUid() == t.uid
	}
	return false
}

// Run calls lead when this pod leads, and cancels its context, and waits for its end, when it does so no longer. It returns when ctx is
// done, and with an error when no waiting would help.
func Run(ctx context.Context, lock string, lead func(context.Context, *Term)) error {
	address := cmp.Or(os.Getenv("LEADERSHIP_BROKER_ADDRESS"), "localhost:8642")
	// No proxy; and gRPC's own back-off would grow to two minutes.
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(), grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: minDelay, Multiplier: 2, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: heartbeat,
		}))
	if err != nil {
		return err
	}
	defer connection.Close()

	f := follower{ctx: ctx, lead: lead, broker: pb.NewLeadershipBrokerClient(connection)}
	defer f.endTerm()
	request := &pb.WatchLeadershipRequest{Lock: lock, PodUid: os.Getenv("POD_UID"), Heartbeat: durationpb.New(heartbeat)}
	for delay := minDelay; ; delay = min(2*delay, maxDelay) {
		heard, err := f.watch(request)
		if code := status.Code(err); code == codes.Unimplemented || code == codes.InvalidArgument || code == codes.NotFound {
			return fmt.Errorf("the leadership broker at %s: %w", address, err)
		}
		if heard {
			delay = minDelay
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(delay/2 + rand.N(delay/2)):
			log.Printf("the leadership broker at %s: %v; trying again", address, err)
		}
	}
}

type follower struct {
	ctx    context.Context
	lead   func(context.Context, *Term)
	broker pb.LeadershipBrokerClient
	term   *Term
}

// Reads one stream to its end.
func (f *follower) watch(request *pb.WatchLeadershipRequest) (heard bool, err error) {
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	hung := time.AfterFunc(2*heartbeat, cancel)
	defer hung.Stop()
	stream, err := f.broker.WatchLeadership(ctx, request)
	if err != nil {
		return false, err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return heard, err
		}
		hung.Reset(2 * heartbeat)
		heard = true
		f.hear(message)
	}
}

func (f *follower) hear(message *pb.Leadership) {
	leads, uid := message.State == pb.Leadership_STATE_LEADER && validFor(message) > 0, message.Lock.GetUid()
	if f.term != nil && !leads && f.term.outlives(message) {
		return
	}
	if f.term != nil {
		if _, valid := f.term.Token(); !leads || !valid || uid != f.term.uid {
			f.endTerm()
		}
	}
	if leads && f.term == nil {
		ctx, cancel := context.WithCancel(f.ctx)
		f.term = &Term{uid: uid, ctx: ctx, cancel: cancel, timer: time.AfterFunc(silenceLimit, cancel), done: make(chan struct{})}
		f.term.confirm(message)
		go func(term *Term) {
			defer close(term.done)
			f.lead(ctx, term)
		}(f.term)
	} else if leads {
		f.term.confirm(message)
	}
}

func (f *follower) endTerm() {
	if f.term != nil {
		f.term.timer.Stop()
		f.term.cancel()
		<-f.term.done
		f.term = nil
	}
}
