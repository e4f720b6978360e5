// What the pods of tests run: a server that says its name, and callers that tell whether somebody answers.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

const usage = "probe serve PORT | get URL [SECONDS] | dial HOST:PORT [SECONDS] | write FILE | wait"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	what, operand, patience := "", "", 10*time.Second
	if len(args) > 0 {
		what = args[0]
	}
	if len(args) > 1 {
		operand = args[1]
	}
	if len(args) > 2 {
		seconds, err := time.ParseDuration(args[2] + "s")
		if err != nil {
			return err
		}
		patience = seconds
	}
	switch what {
	case "serve":
		return serve(operand)
	case "get":
		return persist(patience, func() error { return get(operand) })
	case "dial":
		return persist(patience, func() error { return dial(operand) })
	case "write":
		return os.WriteFile(operand, []byte("written\n"), 0o644)
	case "wait":
		select {}
	default:
		return fmt.Errorf("usage: %s", usage)
	}
}

// persist tries again until it is let through: a policy knows a new pod a moment after it has begun to run.
func persist(patience time.Duration, call func() error) error {
	end := time.Now().Add(patience)
	for {
		err := call()
		if err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// A policy that cuts a pod off drops what it sends, and nobody says no.
const silence = 2 * time.Second

func serve(port string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	return http.ListenAndServe(":"+port, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) }))
}

func get(url string) error {
	client := http.Client{Timeout: silence}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

func dial(address string) error {
	connection, err := net.DialTimeout("tcp", address, silence)
	if err != nil {
		return err
	}
	fmt.Println("connected to", connection.RemoteAddr())
	return connection.Close()
}
