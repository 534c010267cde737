// Package kit is what every Go peer is made of: it connects, makes the session, and does what JSON lines on stdin ask of it.
package kit

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
)

// Role is the peer's own: the other end has the opposite one.
type Role string

const (
	Client Role = "client"
	Server Role = "server"
)

// Of gives what belongs to the role.
func Of[T any](role Role, client, server T) T {
	if role == Client {
		return client
	}
	return server
}

// Session is one original's session over a connection. What else it can do it says by Pinger, GoAwayer, Coder and Doer.
type Session interface {
	// Open opens a stream. args is what the case passed, and may be absent.
	Open(args json.RawMessage) (Stream, error)
	// Accept waits for the next stream of the other end.
	Accept() (Stream, error)
	Close() error
}

// Stream is one original's stream. What else it can do it says by Resetter, Headered, Numbered and Doer.
type Stream interface {
	io.Reader
	io.Writer
	// CloseWrite ends this direction only. Where the original cannot, it returns an error that says so.
	CloseWrite() error
	// Close is what the original's Close does, whatever that is.
	Close() error
}

// Pinger is a session that can measure a round trip.
type Pinger interface{ Ping() error }

// GoAwayer is a session that can tell the other end to open no more streams.
type GoAwayer interface{ GoAway(code uint32) error }

// Coder is a session that knows the code which an error of a stream carries.
type Coder interface {
	Code(err error) (code uint32, known bool)
}

// Resetter is a stream that can be ended at once, both ways.
type Resetter interface{ Reset(code uint32) error }

// Headered is a stream that carries headers of its opener.
type Headered interface{ Headers() map[string]string }

// Numbered is a stream that knows its number on the wire.
type Numbered interface{ ID() uint64 }

// Doer is a session or a stream that can do more than the kit has words for. What it returns is given to the case as JSON.
type Doer interface {
	Do(op string, args json.RawMessage) (any, error)
}

// Make makes a session over a connection. config is what the case passed, and may be absent.
type Make func(conn net.Conn, role Role, config json.RawMessage) (Session, error)

// Main runs the program `peer <impl> <client|server> <host:port> [config]` until stdin ends.
func Main(impls map[string]Make) {
	if len(os.Args) < 4 {
		fatal("use: peer <impl> <client|server> <host:port> [config as JSON]")
	}
	make, known := impls[os.Args[1]]
	if !known {
		fatal("no implementation is called " + os.Args[1])
	}
	role := Role(os.Args[2])
	if role != Client && role != Server {
		fatal("the role is client or server, not " + os.Args[2])
	}
	var config json.RawMessage
	if len(os.Args) > 4 {
		config = json.RawMessage(os.Args[4])
	}
	conn, err := net.Dial("tcp", os.Args[3])
	if err != nil {
		fatal(err.Error())
	}
	session, err := make(conn, role, config)
	if err != nil {
		fatal(err.Error())
	}
	newLoop(session, conn).run(os.Stdin)
}

// Config reads config into v, which keeps its defaults where the case passed nothing.
func Config(config json.RawMessage, v any) error {
	if len(config) == 0 {
		return nil
	}
	return json.Unmarshal(config, v)
}

func fatal(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(2)
}
