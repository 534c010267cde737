package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"interop/kit"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

// server serves port-forward over the one connection.
type server struct{ conn net.Conn }

func serve(conn net.Conn, _ kit.Role, _ json.RawMessage) (kit.Session, error) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		portforward.ServePortForward(w, r, echoing{}, "p", "uid", &portforward.V4Options{}, time.Minute, 10*time.Second, portforward.SupportedProtocols)
	})
	go func() { _ = http.Serve(&once{conn: conn}, handler) }()
	return server{conn}, nil
}

func (s server) Open(json.RawMessage) (kit.Stream, error) { return nil, errNoStreams }
func (s server) Accept() (kit.Stream, error)              { return nil, errNoStreams }
func (s server) Close() error                             { return s.conn.Close() }

// echoing is a pod whose port 8080 echoes, and whose other ports are closed.
type echoing struct{}

func (echoing) PortForward(_ context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	if port != 8080 {
		return errors.New("nobody listens there")
	}
	_, err := io.Copy(stream, stream)
	return err
}

// once is a listener that has one connection.
type once struct {
	conn net.Conn
	done bool
}

func (o *once) Accept() (net.Conn, error) {
	if o.done {
		select {}
	}
	o.done = true
	return o.conn, nil
}

func (o *once) Addr() net.Addr { return o.conn.LocalAddr() }
func (o *once) Close() error   { return nil }
