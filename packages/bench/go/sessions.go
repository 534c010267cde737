package main

import (
	"fmt"
	"io"
	"net"

	"github.com/hashicorp/yamux"
	"github.com/xtaci/smux"
	"golang.ngrok.com/muxado/v2"
)

// backlog is above what any workload opens at once: two of the packages refuse or stall beyond their default.
const backlog = 4096

type stream interface {
	io.ReadWriteCloser
	CloseWrite() error
}

type session interface {
	open() (stream, error)
	accept() (stream, error)
	// halfClose tells whether one direction can end while the other goes on. If not, an echo is over when its answer is there.
	halfClose() bool
}

func newSession(peer string, conn net.Conn, client bool) (session, error) {
	switch peer {
	case "yamux":
		config := yamux.DefaultConfig()
		config.AcceptBacklog = backlog
		config.LogOutput = io.Discard
		make := yamux.Server
		if client {
			make = yamux.Client
		}
		s, err := make(conn, config)
		return yamuxSession{s}, err
	case "smux":
		make := smux.Server
		if client {
			make = smux.Client
		}
		s, err := make(conn, smux.DefaultConfig())
		return smuxSession{s}, err
	case "muxado":
		config := &muxado.Config{AcceptBacklog: backlog}
		if client {
			return muxadoSession{muxado.Client(conn, config)}, nil
		}
		return muxadoSession{muxado.Server(conn, config)}, nil
	}
	return nil, fmt.Errorf("there is no Go peer %q", peer)
}

type yamuxSession struct{ s *yamux.Session }

// Close is half-close in yamux.
type yamuxStream struct{ *yamux.Stream }

func (s yamuxStream) CloseWrite() error { return s.Stream.Close() }

func (s yamuxSession) open() (stream, error) {
	st, err := s.s.OpenStream()
	return yamuxStream{st}, err
}

func (s yamuxSession) accept() (stream, error) {
	st, err := s.s.AcceptStream()
	return yamuxStream{st}, err
}

type smuxSession struct{ s *smux.Session }

// CloseWrite does nothing: smux 1.5.56 has half-close, but once both ends have sent it, it drops what was not read yet.
type smuxStream struct{ *smux.Stream }

func (smuxStream) CloseWrite() error { return nil }

func (s smuxSession) open() (stream, error) {
	st, err := s.s.OpenStream()
	return smuxStream{st}, err
}

func (s smuxSession) accept() (stream, error) {
	st, err := s.s.AcceptStream()
	return smuxStream{st}, err
}

func (s smuxSession) halfClose() bool { return false }

func (s yamuxSession) halfClose() bool { return true }

type muxadoSession struct{ s muxado.Session }

func (s muxadoSession) open() (stream, error)   { return s.s.OpenStream() }
func (s muxadoSession) accept() (stream, error) { return s.s.AcceptStream() }
func (s muxadoSession) halfClose() bool         { return true }
