package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"interop/kit"
)

// What both originals have, each with types of its own: S and T are its streams without and with a type, K is what it calls a type
// and E what it calls a code.

type plainStream interface {
	kit.Stream
	Id() uint32
}

type typedStream[K ~uint32] interface {
	plainStream
	StreamType() K
}

type plainSession[S plainStream] interface {
	OpenStream() (S, error)
	AcceptStream() (S, error)
	Wait() (error, error, []byte)
	Close() error
}

type typedSession[S plainStream, T typedStream[K], K ~uint32] interface {
	OpenTypedStream(K) (S, error)
	AcceptTypedStream() (T, error)
	// Start starts beats; those of the other end are answered without, too.
	Start()
}

type session[S plainStream, T typedStream[K], K, E ~uint32] struct {
	plainSession[S]
	// typed is the same session, if streams have types.
	typed    typedSession[S, T, K]
	getError func(error) (E, error)
	unknown  E
	beats    *beats
}

// withTypes is the session if it was asked to have types, which the heartbeat around it has.
func (s session[S, T, K, E]) withTypes(c config, heartbeat func() typedSession[S, T, K]) kit.Session {
	if c.Typed {
		s.typed = heartbeat()
	}
	if c.Typed && c.HeartbeatIntervalMs > 0 {
		s.typed.Start()
	}
	return s
}

func (s session[S, T, K, E]) Open(raw json.RawMessage) (kit.Stream, error) {
	var args struct{ Type uint32 }
	if err := kit.Config(raw, &args); err != nil {
		return nil, err
	}
	if s.typed == nil {
		opened, err := s.OpenStream()
		return stream{opened, ""}, err
	}
	opened, err := s.typed.OpenTypedStream(K(args.Type))
	return stream{opened, ""}, err
}

func (s session[S, T, K, E]) Accept() (kit.Stream, error) {
	if s.typed == nil {
		accepted, err := s.AcceptStream()
		return stream{accepted, ""}, err
	}
	accepted, err := s.typed.AcceptTypedStream()
	if err != nil {
		return nil, err
	}
	return stream{accepted, strconv.FormatUint(uint64(accepted.StreamType()), 10)}, nil
}

// GoAway is not in the public interface; applications get at it like this.
func (s session[S, T, K, E]) GoAway(code uint32) error {
	can, is := s.plainSession.(interface {
		GoAway(E, []byte, time.Time) error
	})
	if !is {
		return fmt.Errorf("this session cannot say GOAWAY")
	}
	return can.GoAway(E(code), []byte("going away"), time.Time{})
}

func (s session[S, T, K, E]) Code(err error) (uint32, bool) {
	code, _ := s.getError(err)
	return uint32(code), code != s.unknown
}

func (s session[S, T, K, E]) Do(op string, raw json.RawMessage) (any, error) {
	switch op {
	case "wait":
		err, remote, debug := s.Wait()
		return ending{text(err), text(remote), string(debug)}, nil
	case "beats":
		var args struct{ Answered int }
		if err := kit.Config(raw, &args); err != nil {
			return nil, err
		}
		return s.beats.wait(args.Answered)
	}
	return nil, fmt.Errorf("this session cannot %s", op)
}

// ending is what a session says of its end: the error that ended it, and what the other end said in its GOAWAY.
type ending struct {
	Error       string `json:"error"`
	RemoteError string `json:"remoteError,omitempty"`
	Debug       string `json:"debug"`
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// stream's Close ends this direction and answers what still comes with a reset. It has no reset of its own.
type stream struct {
	plainStream
	streamType string
}

func (s stream) ID() uint64 { return uint64(s.Id()) }

func (s stream) Headers() map[string]string {
	if s.streamType == "" {
		return nil
	}
	return map[string]string{"type": s.streamType}
}
