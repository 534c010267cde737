// Command smux is github.com/xtaci/smux at one end of a connection.
package main

import (
	"encoding/json"
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
		create := smux.Server
		if role == kit.Client {
			create = smux.Client
		}
		made, err := create(conn, config)
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
