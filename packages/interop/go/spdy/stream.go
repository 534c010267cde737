package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"interop/kit"
)

// spdyStream is what the streams of both libraries have.
type spdyStream interface {
	io.ReadWriteCloser
	Reset() error
	Identifier() uint32
	Headers() http.Header
	SendReply(headers http.Header, fin bool) error
	Refuse() error
	WaitTimeout(timeout time.Duration) error
	SendHeader(headers http.Header, fin bool) error
}

// stream's Close only ends this direction.
type stream struct{ spdyStream }

func (s stream) CloseWrite() error { return s.Close() }

// Reset says status 5 whatever the code, and nothing after Close.
func (s stream) Reset(uint32) error { return s.spdyStream.Reset() }

func (s stream) ID() uint64 { return uint64(s.Identifier()) }

func (s stream) Headers() map[string]string {
	first := map[string]string{}
	for name := range s.spdyStream.Headers() {
		first[name] = s.spdyStream.Headers().Get(name)
	}
	return first
}

func (s stream) Do(op string, raw json.RawMessage) (any, error) {
	var given struct {
		Headers http.Header `json:"headers"`
		Fin     bool        `json:"fin"`
	}
	if err := kit.Config(raw, &given); err != nil {
		return nil, err
	}
	switch op {
	case "headers": // with every value
		return s.spdyStream.Headers(), nil
	case "sendHeader":
		return nil, s.SendHeader(given.Headers, given.Fin)
	}
	return nil, fmt.Errorf("this stream cannot %s", op)
}
