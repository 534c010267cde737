// muxado 1 as NebulousLabs/muxado speaks it.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/NebulousLabs/muxado/proto"
	"github.com/NebulousLabs/muxado/proto/ext"
	"github.com/NebulousLabs/muxado/proto/frame"
	"interop/kit"
)

// config holds what muxado.Client and muxado.Server have fixed.
type config struct {
	HeartbeatIntervalMs  int `json:"heartbeatIntervalMs"`
	HeartbeatToleranceMs int `json:"heartbeatToleranceMs"`
}

// openArgs is what a case may say of a new stream.
type openArgs struct {
	Priority uint32 `json:"priority"`
	Type     uint32 `json:"type"`
	Fin      bool   `json:"fin"`
}

func main() {
	kit.Main(map[string]kit.Make{"nebulous": nebulous})
}

type session struct{ proto.ISession }

func nebulous(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
	c := config{HeartbeatIntervalMs: 3_000, HeartbeatToleranceMs: 60_000}
	if err := kit.Config(raw, &c); err != nil {
		return nil, err
	}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	heartbeat := ext.NewHeartbeat(ms(c.HeartbeatIntervalMs), ms(c.HeartbeatToleranceMs))
	return session{proto.NewSession(conn, proto.NewStream, role == kit.Client, []proto.Extension{heartbeat})}, nil
}

func (s session) Open(raw json.RawMessage) (kit.Stream, error) {
	var args openArgs
	if err := kit.Config(raw, &args); err != nil {
		return nil, err
	}
	str, err := s.OpenStream(frame.StreamPriority(args.Priority), frame.StreamType(args.Type), args.Fin)
	return stream{str}, err
}

func (s session) Accept() (kit.Stream, error) {
	str, err := s.ISession.Accept()
	return stream{str}, err
}

func (s session) GoAway(code uint32) error {
	return s.ISession.GoAway(frame.ErrorCode(code), []byte("going away"))
}

// Code finds the code in the text of an error: there is no other place for it.
func (s session) Code(err error) (uint32, bool) {
	var code uint32
	_, failed := fmt.Sscanf(err.Error(), "Stream reset by peer with error %d", &code)
	return code, failed == nil
}

func (s session) Do(op string, _ json.RawMessage) (any, error) {
	if op != "wait" {
		return nil, fmt.Errorf("this session cannot %s", op)
	}
	code, err, debug := s.Wait()
	return map[string]any{"code": uint32(code), "error": err.Error(), "debug": string(debug)}, nil
}

// stream's Close ends this direction and answers what still comes with a reset. It has no reset of its own.
type stream struct{ proto.IStream }

func (s stream) CloseWrite() error {
	_, err := s.HalfClose([]byte{})
	return err
}

func (s stream) ID() uint64 { return uint64(s.Id()) }

func (s stream) Headers() map[string]string {
	return map[string]string{"type": fmt.Sprint(uint32(s.StreamType()))}
}
