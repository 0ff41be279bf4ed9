// floor: what any failover over a ConfigMap costs at least. The plainest client-go program watches one ConfigMap by name and creates
// it again when it is DELETED; printed is, for each run, the time from the DELETE's being issued to the create's being acknowledged,
// in microseconds, a line each. With --owners it is the ConfigMap's owner that is deleted, a Pod, and the garbage collector that removes
// the ConfigMap.
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
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
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

// own makes a Pod, on no node, and has the ConfigMap name it as its owner from the next create on.
func own(ctx context.Context, pods typedcorev1.PodInterface, object *corev1.ConfigMap, number int) {
	pod, err := pods.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-%d", object.Name, number)},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		log.Fatal(err)
	}
	object.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID}}
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "whose cluster and user")
	namespace := flag.String("namespace", "default", "of the ConfigMap, which is made and removed")
	name := flag.String("name", "floor", "of the ConfigMap")
	runs := flag.Int("runs", 20, "how many deletions")
	owners := flag.Bool("owners", false, "delete the Pod that owns the ConfigMap")
	pause := flag.Duration("pause", 500*time.Millisecond, "before each deletion: a failover comes in the midst of quiet, and back to back "+
		"the API server answers sooner")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	// No client-side rate limit: it would be measured instead.
	config.QPS = -1
	ctx := context.Background()
	// Whoever deletes is somebody else, with a connection of its own; its first request opens it.
	other := rest.CopyConfig(config)
	other.UserAgent = "floor-deleter"
	deleter := clientFor(other).CoreV1()
	if _, err := deleter.ConfigMaps(*namespace).List(ctx, metav1.ListOptions{Limit: 1}); err != nil {
		log.Fatal(err)
	}

	configMaps := clientFor(config).CoreV1().ConfigMaps(*namespace)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: *name}}
	if *owners {
		own(ctx, deleter.Pods(*namespace), object, 0)
	}
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

	for run := 1; run <= *runs; run++ {
		if !*owners {
			time.Sleep(*pause)
			issued := time.Now()
			if err := deleter.ConfigMaps(*namespace).Delete(ctx, *name, metav1.DeleteOptions{}); err != nil {
				log.Fatal(err)
			}
			fmt.Println((<-created).Sub(issued).Microseconds())
			continue
		}
		owner := object.OwnerReferences[0].Name
		own(ctx, deleter.Pods(*namespace), object, run)
		// Also, the collector has to know of the owner before it can know of its end.
		time.Sleep(*pause)
		issued := time.Now()
		if err := deleter.Pods(*namespace).Delete(ctx, owner, *metav1.NewDeleteOptions(0)); err != nil {
			log.Fatal(err)
		}
		fmt.Println((<-created).Sub(issued).Microseconds())
	}
}
