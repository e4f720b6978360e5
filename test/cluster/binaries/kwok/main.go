// Simulates nodes and their pods: KWOK's controllers, without its server of logs and metrics, which needs a newer Kubernetes
// than the rest of this module. A simulated pod runs until it is deleted.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	nodes "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	pods "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/client/clientset/versioned"
	"sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/utils/client"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	label := flag.String("nodes", "type=kwok", "the label of the nodes that are simulated")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *label); err != nil {
		log.Fatal(err)
	}
	<-ctx.Done()
}

func run(ctx context.Context, kubeconfig, label string) error {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	for _, text := range []string{nodes.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease, pods.DefaultPodReady, pods.DefaultPodDelete} {
		stage, err := config.UnmarshalWithType[*internalversion.Stage](text)
		if err != nil {
			return err
		}
		stages[stage.Spec.ResourceRef] = append(stages[stage.Spec.ResourceRef], stage)
	}
	clients, err := client.NewClientset("", kubeconfig)
	if err != nil {
		return err
	}
	how, err := clients.ToRESTConfig()
	if err != nil {
		return err
	}
	dynamic, err := clients.ToDynamicClient()
	if err != nil {
		return err
	}
	mapper, err := clients.ToRESTMapper()
	if err != nil {
		return err
	}
	raw, err := rest.RESTClientFor(how)
	if err != nil {
		return err
	}
	id, err := controllers.Identity()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock:                        clock.RealClock{},
		DynamicClient:                dynamic,
		RESTClient:                   raw,
		RESTMapper:                   mapper,
		ImpersonatingDynamicClient:   clients.ToImpersonatingDynamicClient(),
		ImpersonatingTypedClient:     clients.ToImpersonatingTypedClient(),
		TypedClient:                  kubernetes.NewForConfigOrDie(how),
		TypedKwokClient:              versioned.NewForConfigOrDie(how),
		ManageNodesWithLabelSelector: label,
		CIDR:                         "10.200.0.0/16",
		NodeIP:                       "10.201.0.1",
		NodePort:                     10250,
		LocalStages:                  stages,
		PodPlayStageParallelism:      4,
		NodePlayStageParallelism:     4,
		NodeLeaseParallelism:         4,
		NodeLeaseDurationSeconds:     40,
		PodsOnNodeSyncParallelism:    4,
		ID:                           id,
	})
	if err != nil {
		return err
	}
	return controller.Start(ctx)
}
