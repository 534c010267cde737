package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"

	"golang.org/x/net/http2"
	"interop/kit"
)

type server struct {
	codes
	http     *http.Server
	conn     net.Conn
	arrivals chan *serverStream
	over     chan struct{}
}

func newServer(conn net.Conn, config json.RawMessage) (kit.Session, error) {
	given := struct {
		MaxConcurrentStreams uint32 `json:"maxConcurrentStreams"`
	}{}
	if err := kit.Config(config, &given); err != nil {
		return nil, err
	}
	s := &server{conn: conn, arrivals: make(chan *serverStream, 10_000), over: make(chan struct{})}
	h2 := &http2.Server{MaxConcurrentStreams: given.MaxConcurrentStreams}
	s.http = &http.Server{Handler: http.HandlerFunc(s.handle)}
	if err := http2.ConfigureServer(s.http, h2); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.over)
		h2.ServeConn(conn, &http2.ServeConnOpts{BaseConfig: s.http, Handler: s.http.Handler})
	}()
	return s, nil
}

// handle gives the request out as a stream and returns when the stream is done with: returning is what ends a response.
func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	stream := &serverStream{writer: w, request: r, done: make(chan struct{})}
	s.arrivals <- stream
	<-stream.done
	if stream.aborts {
		panic(http.ErrAbortHandler)
	}
}

func (s *server) Open(json.RawMessage) (kit.Stream, error) {
	return nil, errors.New("an HTTP/2 server opens no streams")
}

func (s *server) Accept() (kit.Stream, error) {
	select {
	case stream := <-s.arrivals:
		return stream, nil
	case <-s.over:
		return nil, errors.New("the connection is over")
	}
}

func (s *server) Close() error        { return s.conn.Close() }
func (s *server) GoAway(uint32) error { return s.http.Shutdown(context.Background()) }

type serverStream struct {
	writer  http.ResponseWriter
	request *http.Request
	once    sync.Once
	done    chan struct{}
	aborts  bool
}

func (s *serverStream) Read(bytes []byte) (int, error) { return s.request.Body.Read(bytes) }

func (s *serverStream) Write(bytes []byte) (int, error) {
	n, err := s.writer.Write(bytes)
	if err == nil {
		err = http.NewResponseController(s.writer).Flush()
	}
	return n, err
}

func (s *serverStream) end(aborts bool) error {
	s.once.Do(func() {
		s.aborts = aborts
		close(s.done)
	})
	return nil
}

// CloseWrite lets the handler return, which also ends reading.
func (s *serverStream) CloseWrite() error { return s.end(false) }
func (s *serverStream) Close() error      { return s.end(false) }

// Reset aborts the handler, which HTTP/2 says with its code 2 whatever the cause.
func (s *serverStream) Reset(uint32) error { return s.end(true) }

func (s *serverStream) Headers() map[string]string {
	headers := map[string]string{":path": s.request.URL.Path, ":method": s.request.Method}
	for name := range s.request.Header {
		headers[name] = s.request.Header.Get(name)
	}
	return headers
}

func (s *serverStream) Do(op string, args json.RawMessage) (any, error) {
	if op != "reply" {
		return nil, fmt.Errorf("a handler cannot %s", op)
	}
	given := struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
	}{Status: 200}
	if err := kit.Config(args, &given); err != nil {
		return nil, err
	}
	for name, value := range given.Headers {
		s.writer.Header().Set(name, value)
	}
	s.writer.WriteHeader(given.Status)
	return nil, http.NewResponseController(s.writer).Flush()
}
