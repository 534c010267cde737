// Command mio is mivinci/mio at one end of a connection.
package main

import (
	"context"
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/mivinci/mio"
	"interop/kit"
)

// config is the original's options, where they are not its defaults.
type config struct {
	AcceptQueueLimit *int `json:"acceptQueueLimit"`
	AcceptTimeoutMs  *int `json:"acceptTimeoutMs"`
	SendQueueLimit   *int `json:"sendQueueLimit"`
	ReadBufferLimit  *int `json:"readBufferLimit"`
	FrameSizeLimit   *int `json:"frameSizeLimit"`
	WindowSizeLimit  *int `json:"windowSizeLimit"`
}

func main() {
	// The original has no roles: both ends do the same.
	kit.Main(map[string]kit.Make{"mio": func(conn net.Conn, _ kit.Role, given json.RawMessage) (kit.Session, error) {
		var c config
		if err := kit.Config(given, &c); err != nil {
			return nil, err
		}
		return session{mio.New(conn, c.options()...), conn}, nil
	}})
}

func (c config) options() (options []mio.Option) {
	add := func(with func(int) mio.Option, value *int) {
		if value != nil {
			options = append(options, with(*value))
		}
	}
	add(mio.WithAcceptQueueLimit, c.AcceptQueueLimit)
	add(func(ms int) mio.Option { return mio.WithAcceptTimeout(time.Duration(ms) * time.Millisecond) }, c.AcceptTimeoutMs)
	add(mio.WithSendQueueLimit, c.SendQueueLimit)
	add(mio.WithReadBufferLimit, c.ReadBufferLimit)
	add(mio.WithFrameSizeLimit, c.FrameSizeLimit)
	add(mio.WithWindowSizeLimit, c.WindowSizeLimit)
	return options
}

type session struct {
	mio.Session
	conn net.Conn
}

func (s session) Open(json.RawMessage) (kit.Stream, error) {
	return wrap(s.Session.Open(context.Background()))
}

func (s session) Accept() (kit.Stream, error) { return wrap(s.Session.Accept()) }

type stream struct{ mio.Stream }

func wrap(inner mio.Stream, err error) (kit.Stream, error) {
	if err != nil {
		return nil, err
	}
	return stream{inner}, nil
}

// ID is the end of the stream's address.
func (s stream) ID() uint64 {
	address := s.LocalAddr().String()
	id, _ := strconv.ParseUint(address[strings.LastIndex(address, ":")+1:], 10, 64)
	return id
}
