package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"

	"github.com/libp2p/go-yamux/v5"
	"interop/kit"
)

type libp2pSession struct{ *yamux.Session }

func libp2p(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
	given, err := read(raw)
	if err != nil {
		return nil, err
	}
	c := yamux.DefaultConfig()
	c.LogOutput = io.Discard
	set(&c.AcceptBacklog, given.AcceptBacklog)
	set(&c.MaxStreamWindowSize, given.MaxStreamWindowSize)
	set(&c.InitialStreamWindowSize, given.InitialStreamWindowSize)
	set(&c.MaxIncomingStreams, given.MaxIncomingStreams)
	set(&c.KeepAliveInterval, milliseconds(given.KeepAliveIntervalMs))
	session, err := kit.Of(role, yamux.Client, yamux.Server)(conn, c, nil)
	return libp2pSession{session}, err
}

func (s libp2pSession) Open(json.RawMessage) (kit.Stream, error) {
	stream, err := s.OpenStream(context.Background())
	return libp2pStream{stream}, err
}

func (s libp2pSession) Accept() (kit.Stream, error) {
	stream, err := s.AcceptStream()
	return libp2pStream{stream}, err
}

func (s libp2pSession) Ping() error {
	_, err := s.Session.Ping()
	return err
}

func (s libp2pSession) GoAway(code uint32) error {
	if code != 0 {
		return s.CloseWithError(code)
	}
	return s.Session.GoAway()
}

// Code tells the code of a stream's reset or of a session's end.
func (s libp2pSession) Code(err error) (uint32, bool) {
	var reset *yamux.StreamError
	if errors.As(err, &reset) {
		return reset.ErrorCode, true
	}
	var goAway *yamux.GoAwayError
	if errors.As(err, &goAway) {
		return goAway.ErrorCode, true
	}
	return 0, false
}

func (s libp2pSession) Do(op string, _ json.RawMessage) (any, error) {
	return do(s, op)
}

type libp2pStream struct{ *yamux.Stream }

func (s libp2pStream) Reset(code uint32) error { return s.ResetWithError(code) }

func (s libp2pStream) ID() uint64 { return uint64(s.StreamID()) }
