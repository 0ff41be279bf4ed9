// Stands for LOCK as an operator that uses operator-lib's leader does, and says on standard output, beside what that package logs, when it
// leads. Then it stays until it is killed, as an operator would.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/operator-framework/operator-lib/leader"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: contender LOCK")
		os.Exit(2)
	}
	log.SetLogger(funcr.New(func(_, line string) { fmt.Println(line) }, funcr.Options{}))
	if err := leader.Become(context.Background(), os.Args[1]); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("leading")
	// Not select {}: Go takes that for a deadlock once the connection to the API server has been idle for long enough.
	for {
		time.Sleep(time.Hour)
	}
}
