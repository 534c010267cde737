package main

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/inconshreveable/muxado"
	"interop/kit"
)

type inconshreveableSession struct {
	muxado.Session
	// typed is the same session, if streams have types.
	typed muxado.TypedStreamSession
	beats *beats
}

func inconshreveable(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
	var c config
	if err := kit.Config(raw, &c); err != nil {
		return nil, err
	}
	makeSession := muxado.Server
	if role == kit.Client {
		makeSession = muxado.Client
	}
	s := inconshreveableSession{Session: makeSession(conn, &muxado.Config{MaxWindowSize: c.MaxWindowSize, AcceptBacklog: c.AcceptBacklog}), beats: newBeats()}
	if !c.Typed {
		return s, nil
	}
	// A heartbeat answers those of the other end, also if it has none of its own.
	settings := muxado.NewHeartbeatConfig()
	if c.HeartbeatIntervalMs > 0 {
		settings.Interval = time.Duration(c.HeartbeatIntervalMs) * time.Millisecond
		settings.Tolerance = time.Duration(c.HeartbeatToleranceMs) * time.Millisecond
	}
	heartbeat := muxado.NewHeartbeat(muxado.NewTypedStreamSession(s.Session), func(d time.Duration) { s.beats.tell(d == 0) }, settings)
	if c.HeartbeatIntervalMs > 0 {
		heartbeat.Start()
	}
	s.typed = heartbeat
	return s, nil
}

func (s inconshreveableSession) Open(raw json.RawMessage) (kit.Stream, error) {
	var args openArgs
	if err := kit.Config(raw, &args); err != nil {
		return nil, err
	}
	if s.typed == nil {
		stream, err := s.OpenStream()
		return inconshreveableStream{stream, ""}, err
	}
	stream, err := s.typed.OpenTypedStream(muxado.StreamType(args.Type))
	return inconshreveableStream{stream, ""}, err
}

func (s inconshreveableSession) Accept() (kit.Stream, error) {
	if s.typed == nil {
		stream, err := s.AcceptStream()
		return inconshreveableStream{stream, ""}, err
	}
	stream, err := s.typed.AcceptTypedStream()
	if err != nil {
		return nil, err
	}
	return inconshreveableStream{stream, strconv.FormatUint(uint64(stream.StreamType()), 10)}, nil
}

// GoAway is not in the public interface; applications get at it like this.
func (s inconshreveableSession) GoAway(code uint32) error {
	can, is := s.Session.(interface {
		GoAway(muxado.ErrorCode, []byte, time.Time) error
	})
	if !is {
		return fmt.Errorf("this session cannot say GOAWAY")
	}
	return can.GoAway(muxado.ErrorCode(code), []byte("going away"), time.Time{})
}

func (s inconshreveableSession) Code(err error) (uint32, bool) {
	code, _ := muxado.GetError(err)
	return uint32(code), code != muxado.ErrorUnknown
}

func (s inconshreveableSession) Do(op string, raw json.RawMessage) (any, error) {
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

// inconshreveableStream's Close ends this direction and answers what still comes with a reset. It has no reset of its own.
type inconshreveableStream struct {
	muxado.Stream
	streamType string
}

func (s inconshreveableStream) ID() uint64 { return uint64(s.Id()) }

func (s inconshreveableStream) Headers() map[string]string {
	if s.streamType == "" {
		return nil
	}
	return map[string]string{"type": s.streamType}
}
