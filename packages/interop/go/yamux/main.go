// yamux as its originals speak it: hashicorp/yamux ("hashicorp") and libp2p's go-yamux ("libp2p").
package main

import (
	"encoding/json"
	"fmt"
	"time"

	"interop/kit"
)

// config is of both. What a case leaves out is as the original has it.
type config struct {
	AcceptBacklog       int    `json:"acceptBacklog"`
	MaxStreamWindowSize uint32 `json:"maxStreamWindowSize"`
	// libp2p only.
	InitialStreamWindowSize uint32 `json:"initialStreamWindowSize"`
	MaxIncomingStreams      uint32 `json:"maxIncomingStreams"`
	// hashicorp only.
	StreamOpenTimeoutMs  int `json:"streamOpenTimeoutMs"`
	StreamCloseTimeoutMs int `json:"streamCloseTimeoutMs"`
	KeepAliveIntervalMs  int `json:"keepAliveIntervalMs"`
}

func main() {
	kit.Main(map[string]kit.Make{"hashicorp": hashicorp, "libp2p": libp2p})
}

func read(raw json.RawMessage) (config, error) {
	var c config
	err := kit.Config(raw, &c)
	return c, err
}

// set changes an option that the case gave.
func set[T comparable](option *T, given T) {
	var none T
	if given != none {
		*option = given
	}
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// watched is what both sessions can be asked.
type watched interface {
	NumStreams() int
	IsClosed() bool
	CloseChan() <-chan struct{}
}

func do(s watched, op string) (any, error) {
	switch op {
	case "streams":
		return s.NumStreams(), nil
	case "over":
		return s.IsClosed(), nil
	case "waitOver":
		<-s.CloseChan()
		return nil, nil
	}
	return nil, fmt.Errorf("this session cannot %s", op)
}
