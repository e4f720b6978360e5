// etcd of the release that this Kubernetes is made for: Debian's is too old to tell a watcher how far it is.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
