// floor: what any failover over a ConfigMap costs at least. The plainest client-go program watches one ConfigMap by name and creates
// it again when it is DELETED; printed is, for each run, the time from the DELETE's being issued to the create's being acknowledged,
// in microseconds, a line each.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func clientFor(config *rest.Config) *kubernetes.Clientset {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "whose cluster and user")
	namespace := flag.String("namespace", "default", "of the ConfigMap, which is made and removed")
	name := flag.String("name", "floor", "of the ConfigMap")
	runs := flag.Int("runs", 20, "how many deletions")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	// No client-side rate limit: it would be measured instead.
	config.QPS = -1
	ctx := context.Background()
	configMaps := clientFor(config).CoreV1().ConfigMaps(*namespace)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: *name}}
	first, err := configMaps.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		log.Fatal(err)
	}
	events, err := configMaps.Watch(ctx, metav1.ListOptions{
		FieldSelector: "metadata.name=" + *name, ResourceVersion: first.ResourceVersion})
	if err != nil {
		log.Fatal(err)
	}
	created := make(chan time.Time)
	go func() {
		for event := range events.ResultChan() {
			if event.Type != watch.Deleted {
				continue
			}
			if _, err := configMaps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
				log.Fatal(err)
			}
			created <- time.Now()
		}
		log.Fatal("the watch has ended")
	}()

	// Whoever deletes is somebody else, with a connection of its own; its first request opens it.
	other := rest.CopyConfig(config)
	other.UserAgent = "floor-deleter"
	deleter := clientFor(other).CoreV1().ConfigMaps(*namespace)
	if _, err := deleter.Get(ctx, *name, metav1.GetOptions{}); err != nil {
		log.Fatal(err)
	}
	for run := 0; run < *runs; run++ {
		issued := time.Now()
		if err := deleter.Delete(ctx, *name, metav1.DeleteOptions{}); err != nil {
			log.Fatal(err)
		}
		fmt.Println((<-created).Sub(issued).Microseconds())
	}
}
