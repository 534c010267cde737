package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"

	"github.com/hashicorp/yamux"
	"interop/kit"
)

type hashicorpSession struct{ *yamux.Session }

func hashicorp(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
	given, err := read(raw)
	if err != nil {
		return nil, err
	}
	c := yamux.DefaultConfig()
	c.LogOutput = io.Discard
	set(&c.AcceptBacklog, given.AcceptBacklog)
	set(&c.MaxStreamWindowSize, given.MaxStreamWindowSize)
	set(&c.StreamOpenTimeout, milliseconds(given.StreamOpenTimeoutMs))
	set(&c.StreamCloseTimeout, milliseconds(given.StreamCloseTimeoutMs))
	set(&c.KeepAliveInterval, milliseconds(given.KeepAliveIntervalMs))
	session, err := kit.Of(role, yamux.Client, yamux.Server)(conn, c)
	return hashicorpSession{session}, err
}

func (s hashicorpSession) Open(json.RawMessage) (kit.Stream, error) {
	stream, err := s.OpenStream()
	return hashicorpStream{stream}, err
}

func (s hashicorpSession) Accept() (kit.Stream, error) {
	stream, err := s.AcceptStream()
	return hashicorpStream{stream}, err
}

func (s hashicorpSession) Ping() error {
	_, err := s.Session.Ping()
	return err
}

func (s hashicorpSession) GoAway(code uint32) error {
	if code != 0 {
		return errors.New("hashicorp/yamux says no code but 0")
	}
	return s.Session.GoAway()
}

func (s hashicorpSession) Do(op string, _ json.RawMessage) (any, error) {
	return do(s, op)
}

// hashicorpStream's Close only ends this direction, and it has no reset.
type hashicorpStream struct{ *yamux.Stream }

func (s hashicorpStream) CloseWrite() error { return s.Close() }

func (s hashicorpStream) ID() uint64 { return uint64(s.StreamID()) }
