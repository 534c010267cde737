// SPDY/3.1 as spdystream speaks it: moby/spdystream ("moby"), and docker/spdystream as it was in 2016 ("docker").
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"interop/kit"
)

type config struct {
	// What becomes of a stream of the other end: "reply" takes it at once; "block" takes it and then keeps
	// the worker until somebody accepts it, as dmcgowan/streams does; "refuse" does not take it; "decline" ends it in the reply.
	Handler string `json:"handler"`
	// The headers of that reply.
	Reply http.Header `json:"reply"`
}

// connection is what both have.
type connection interface {
	open(headers http.Header, fin bool) (spdyStream, error)
	serve(handler func(spdyStream))
	Ping() (time.Duration, error)
	Close() error
	CloseChan() <-chan bool
}

func main() {
	kit.Main(map[string]kit.Make{"moby": spdy(newMoby), "docker": spdy(newDocker)})
}

type session struct {
	connection
	arrivals chan spdyStream
}

func spdy(connect func(conn net.Conn, server bool) (connection, error)) kit.Make {
	return func(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
		given := config{Handler: "reply"}
		if err := kit.Config(raw, &given); err != nil {
			return nil, err
		}
		connected, err := connect(conn, role == kit.Server)
		if err != nil {
			return nil, err
		}
		room := 10_000
		if given.Handler == "block" {
			room = 0
		}
		s := &session{connected, make(chan spdyStream, room)}
		go connected.serve(func(arrived spdyStream) {
			switch given.Handler {
			case "refuse":
				_ = arrived.Refuse()
				return
			case "decline":
				_ = arrived.SendReply(given.Reply, true)
				return
			case "reply", "block":
				_ = arrived.SendReply(given.Reply, false)
			}
			s.arrivals <- arrived
		})
		return s, nil
	}
}

func (s *session) Open(raw json.RawMessage) (kit.Stream, error) {
	var given struct {
		Headers http.Header `json:"headers"`
		Fin     bool        `json:"fin"`
		// Whether to wait for the reply, as Kubernetes does.
		Wait bool `json:"wait"`
	}
	if err := kit.Config(raw, &given); err != nil {
		return nil, err
	}
	opened, err := s.open(given.Headers, given.Fin)
	if err != nil {
		return nil, err
	}
	if given.Wait {
		err = opened.WaitTimeout(10 * time.Second)
	}
	return stream{opened}, err
}

func (s *session) Accept() (kit.Stream, error) {
	select {
	case arrived := <-s.arrivals:
		return stream{arrived}, nil
	case <-s.CloseChan():
		return nil, errors.New("the connection is over")
	}
}

func (s *session) Ping() error {
	_, err := s.connection.Ping()
	return err
}

func (s *session) GoAway(uint32) error { return s.connection.Close() }

func (s *session) Do(op string, _ json.RawMessage) (any, error) {
	if op == "waitOver" {
		<-s.CloseChan()
		return nil, nil
	}
	return nil, fmt.Errorf("this session cannot %s", op)
}
