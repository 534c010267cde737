// Command smux is github.com/xtaci/smux at one end of a connection: with go.mod the newest, with 1.5.53.mod the last version in which
// an end is that of both directions.
package main

import (
	"encoding/json"
	"errors"
	"net"

	"github.com/xtaci/smux"
	"interop/kit"
)

func main() {
	kit.Main(map[string]kit.Make{"smux": func(conn net.Conn, role kit.Role, given json.RawMessage) (kit.Session, error) {
		config := smux.DefaultConfig()
		// The names are those of smux.Config; times are in nanoseconds.
		if err := kit.Config(given, config); err != nil {
			return nil, err
		}
		made, err := kit.Of(role, smux.Client, smux.Server)(conn, config)
		return session{made}, err
	}})
}

type session struct{ *smux.Session }

func (s session) Open(json.RawMessage) (kit.Stream, error) { return wrap(s.OpenStream()) }
func (s session) Accept() (kit.Stream, error)              { return wrap(s.AcceptStream()) }

// Do answers "count": how many streams the session holds.
func (s session) Do(string, json.RawMessage) (any, error) { return s.NumStreams(), nil }

type stream struct{ *smux.Stream }

func wrap(opened *smux.Stream, err error) (kit.Stream, error) { return stream{opened}, err }

func (s stream) ID() uint64 { return uint64(s.Stream.ID()) }

func (s stream) CloseWrite() error {
	if half, can := any(s.Stream).(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return errors.New("this version has no CloseWrite")
}
