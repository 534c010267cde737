// muxado 2 as its originals speak it: inconshreveable/muxado ("inconshreveable") and its fork at ngrok ("ngrok").
package main

import (
	"sync"

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

// openArgs is what a case may say of a new stream.
type openArgs struct {
	Type uint32 `json:"type"`
}

func main() {
	kit.Main(map[string]kit.Make{"inconshreveable": inconshreveable, "ngrok": ngrok})
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
