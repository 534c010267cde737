// muxado 2 as its originals speak it: inconshreveable/muxado ("inconshreveable") and its fork at ngrok ("ngrok").
package main

import (
	"encoding/json"
	"net"
	"sync"
	"time"

	"interop/kit"
)

// config is of both. What a case leaves out is as the original has it.
type config struct {
	MaxWindowSize uint32 `json:"maxWindowSize"`
	AcceptBacklog uint32 `json:"acceptBacklog"`
	// Streams start with a type.
	Typed bool `json:"typed"`
	// With types: beats of its own.
	HeartbeatIntervalMs  int `json:"heartbeatIntervalMs"`
	HeartbeatToleranceMs int `json:"heartbeatToleranceMs"`
}

// heartbeat sets an original's times, where there are beats.
func (c config) heartbeat(interval, tolerance *time.Duration) {
	if c.HeartbeatIntervalMs > 0 {
		*interval = time.Duration(c.HeartbeatIntervalMs) * time.Millisecond
		*tolerance = time.Duration(c.HeartbeatToleranceMs) * time.Millisecond
	}
}

func main() {
	kit.Main(map[string]kit.Make{"inconshreveable": configured(inconshreveable), "ngrok": configured(ngrok)})
}

func configured(make func(net.Conn, kit.Role, config) kit.Session) kit.Make {
	return func(conn net.Conn, role kit.Role, raw json.RawMessage) (kit.Session, error) {
		var c config
		if err := kit.Config(raw, &c); err != nil {
			return nil, err
		}
		return make(conn, role, c), nil
	}
}

// beats counts what the callback of a heartbeat was told.
type beats struct {
	lock     sync.Mutex
	changed  sync.Cond
	answered int
	missed   int
}

func newBeats() *beats {
	b := &beats{}
	b.changed.L = &b.lock
	return b
}

func (b *beats) tell(missed bool) {
	b.lock.Lock()
	if missed {
		b.missed++
	} else {
		b.answered++
	}
	b.lock.Unlock()
	b.changed.Broadcast()
}

// wait returns once so many beats were answered, or one was missed.
func (b *beats) wait(answered int) (any, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for b.answered < answered && b.missed == 0 {
		b.changed.Wait()
	}
	return map[string]int{"answered": b.answered, "missed": b.missed}, nil
}
