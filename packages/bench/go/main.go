// The Go peers: `bench server|client yamux|smux|muxado <job>`. The server prints its port, the client what it measured, as ../src/worker.ts does.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

type job struct {
	Port    int     `json:"port"`
	Measure measure `json:"measure"`
}

type measure struct {
	Workload  string  `json:"workload"`
	Seconds   float64 `json:"seconds"`
	Idle      int     `json:"idle"`
	RoundTrip float64 `json:"roundTrip"`
}

func main() {
	log.SetFlags(0)
	role, peer := os.Args[1], os.Args[2]
	var j job
	must(json.Unmarshal([]byte(os.Args[3]), &j))
	if role == "server" {
		serve(peer)
		return
	}
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", j.Port))
	must(err)
	s, err := newSession(peer, conn, true)
	must(err)
	say(run(&client{s}, j.Measure))
}

func serve(peer string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	say(map[string]int{"port": l.Addr().(*net.TCPAddr).Port})
	go func() {
		// The harness is gone when its end of the pipe is.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		conn, err := l.Accept()
		must(err)
		s, err := newSession(peer, conn, false)
		must(err)
		go serveSession(s)
	}
}

func say(what any) {
	line, err := json.Marshal(what)
	must(err)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
