// Makes a folder of the node for every claim on the storage class, and removes it with the claim.
package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// name is what the storage class calls its provisioner.
const name = "bnas.dev/folder"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	node := flag.String("node", "", "the name of this node")
	folder := flag.String("folder", "", "where volumes are made")
	klog.InitFlags(nil)
	flag.Parse()
	rest, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		klog.Fatal(err)
	}
	maker := &maker{client: kubernetes.NewForConfigOrDie(rest), node: *node, folder: *folder}

	factory := informers.NewSharedInformerFactory(maker.client, time.Minute)
	maker.claims = factory.Core().V1().PersistentVolumeClaims().Lister()
	maker.volumes = factory.Core().V1().PersistentVolumes().Lister()
	changed := make(chan struct{}, 1)
	changed <- struct{}{}
	note := func(any) {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: note, UpdateFunc: func(_, next any) { note(next) }, DeleteFunc: note}
	for _, informer := range []cache.SharedIndexInformer{
		factory.Core().V1().PersistentVolumeClaims().Informer(), factory.Core().V1().PersistentVolumes().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			klog.Fatal(err)
		}
	}
	factory.Start(nil)
	factory.WaitForCacheSync(nil)
	for range changed {
		if err := maker.sync(context.Background()); err != nil {
			klog.Error(err)
			time.AfterFunc(time.Second, func() { note(nil) })
		}
	}
}

type maker struct {
	client       kubernetes.Interface
	claims       listers.PersistentVolumeClaimLister
	volumes      listers.PersistentVolumeLister
	node, folder string
}

func (m *maker) sync(ctx context.Context) error {
	claims, err := m.claims.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if claim.Spec.VolumeName == "" && claim.Annotations["volume.kubernetes.io/storage-provisioner"] == name {
			if err := m.provide(ctx, claim); err != nil {
				return err
			}
		}
	}
	volumes, err := m.volumes.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, volume := range volumes {
		ours := volume.Annotations["pv.kubernetes.io/provisioned-by"] == name
		if ours && volume.Status.Phase == core.VolumeReleased && volume.Spec.PersistentVolumeReclaimPolicy == core.PersistentVolumeReclaimDelete {
			if err := m.remove(ctx, volume); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *maker) provide(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	class, err := m.client.StorageV1().StorageClasses().Get(ctx, *claim.Spec.StorageClassName, meta.GetOptions{})
	if err != nil {
		return err
	}
	called := "pvc-" + string(claim.UID)
	path := filepath.Join(m.folder, called)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: called, Annotations: map[string]string{"pv.kubernetes.io/provisioned-by": name}},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			ClaimRef:                      &core.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
			PersistentVolumeReclaimPolicy: *class.ReclaimPolicy,
			StorageClassName:              class.Name,
			// Not a hostPath: fsGroup is honoured on local volumes, as on those of clouds.
			PersistentVolumeSource: core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
				MatchExpressions: []core.NodeSelectorRequirement{{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{m.node}}},
			}}}},
		},
	}
	_, err = m.client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (m *maker) remove(ctx context.Context, volume *core.PersistentVolume) error {
	if err := os.RemoveAll(filepath.Join(m.folder, volume.Name)); err != nil {
		return err
	}
	err := m.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}
