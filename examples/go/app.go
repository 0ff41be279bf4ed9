// An app that runs in several pods and works in one, the leader's: see leader/ for how it knows.
package main

//go:generate ./generate

import (
	"context"
	"fmt"
	"log"
	"os/signal"
	"syscall"
	"time"

	"example.com/app/leader"
)

// Stands for your store, which has to refuse a token that is smaller than one it has seen: see ../fencing.
func write(token uint64, text string) { fmt.Println(text, token) }

// Runs while this pod leads. When it does no longer, ctx is cancelled: pass it to all that may take long.
func lead(ctx context.Context, term *leader.Term) {
	fmt.Println("start")
	defer fmt.Println("stop")
	for token, leads := term.Token(); leads; token, leads = term.Token() {
		write(token, "work")
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := leader.Run(ctx, "", lead); err != nil {
		log.Fatal(err)
	}
}
