package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"golang.org/x/net/http2"
	"interop/kit"
)

type client struct {
	codes
	conn *http2.ClientConn
}

func newClient(conn net.Conn) (kit.Session, error) {
	c, err := (&http2.Transport{}).NewClientConn(conn)
	return &client{conn: c}, err
}

// Open sends a request, and does not wait for the response.
func (c *client) Open(args json.RawMessage) (kit.Stream, error) {
	given := struct {
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
	}{Path: "/streams"}
	if err := kit.Config(args, &given); err != nil {
		return nil, err
	}
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, "POST", "http://streams.invalid"+given.Path, reader)
	if err != nil {
		cancel()
		return nil, err
	}
	for name, value := range given.Headers {
		request.Header.Set(name, value)
	}
	s := &clientStream{body: writer, cancel: cancel, answered: make(chan struct{})}
	go func() {
		defer close(s.answered)
		s.response, s.failed = c.conn.RoundTrip(request)
	}()
	return s, nil
}

func (c *client) Accept() (kit.Stream, error) {
	return nil, errors.New("an HTTP/2 client accepts no streams")
}

func (c *client) Close() error        { return c.conn.Close() }
func (c *client) Ping() error         { return c.conn.Ping(context.Background()) }
func (c *client) GoAway(uint32) error { go c.conn.Shutdown(context.Background()); return nil }
func (c *client) Do(op string, _ json.RawMessage) (any, error) {
	if op != "state" {
		return nil, fmt.Errorf("an HTTP/2 client cannot %s", op)
	}
	state := c.conn.State()
	return map[string]any{"maxConcurrentStreams": state.MaxConcurrentStreams, "closing": state.Closing, "active": state.StreamsActive}, nil
}

type clientStream struct {
	body     *io.PipeWriter
	cancel   context.CancelFunc
	answered chan struct{}
	response *http.Response
	failed   error
}

func (s *clientStream) Read(bytes []byte) (int, error) {
	<-s.answered
	if s.failed != nil {
		return 0, s.failed
	}
	if s.response.StatusCode > 299 {
		return 0, fmt.Errorf("refused with status %d", s.response.StatusCode)
	}
	return s.response.Body.Read(bytes)
}

func (s *clientStream) Write(bytes []byte) (int, error) { return s.body.Write(bytes) }
func (s *clientStream) CloseWrite() error               { return s.body.Close() }

// Close is what a program does that wants no more of the response.
func (s *clientStream) Close() error {
	s.body.Close()
	<-s.answered
	if s.failed != nil {
		return s.failed
	}
	return s.response.Body.Close()
}

// Reset cancels the request, which HTTP/2 says with its code 8 whatever the cause. While the original waits for more of the body it does
// not look at the context, so the body fails too.
func (s *clientStream) Reset(uint32) error {
	s.cancel()
	return s.body.CloseWithError(context.Canceled)
}

func (s *clientStream) Do(op string, _ json.RawMessage) (any, error) {
	if op != "response" {
		return nil, fmt.Errorf("a request cannot %s", op)
	}
	<-s.answered
	if s.failed != nil {
		return nil, s.failed
	}
	headers := map[string]string{}
	for name := range s.response.Header {
		headers[name] = s.response.Header.Get(name)
	}
	return map[string]any{"status": s.response.StatusCode, "headers": headers}, nil
}
