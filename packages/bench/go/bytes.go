package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync"
	"time"
)

// What goes over a stream is told in ../README.md and is the same as in ../src/bytes.ts.
const (
	echoKind   = 0x45
	sinkKind   = 0x53
	idleKind   = 0x49
	memoryKind = 0x4d

	more  = 0
	final = 1

	headSize     = 16
	ackSize      = 32
	smallSize    = 64
	echoSize     = 128
	messageCount = 251
	compareEvery = 16
)

type shape struct{ chunk, chunks, markMs int }

func (s shape) head() []byte {
	head := make([]byte, headSize)
	head[0] = sinkKind
	binary.LittleEndian.PutUint32(head[4:], uint32(s.chunk))
	binary.LittleEndian.PutUint32(head[8:], uint32(s.chunks))
	binary.LittleEndian.PutUint32(head[12:], uint32(s.markMs))
	return head
}

func shapeOf(head []byte) shape {
	at := func(i int) int { return int(binary.LittleEndian.Uint32(head[i:])) }
	return shape{at(4), at(8), at(12)}
}

func encodeNumbers(numbers ...float64) []byte {
	out := make([]byte, 8*len(numbers))
	for i, n := range numbers {
		binary.LittleEndian.PutUint64(out[8*i:], math.Float64bits(n))
	}
	return out
}

func decodeNumbers(in []byte) []float64 {
	numbers := make([]float64, len(in)/8)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(in[8*i:]))
	}
	return numbers
}

var (
	patternsLock sync.Mutex
	patterns     = map[int][]byte{}
)

// pattern gives the same bytes in every process: xorshift32.
func pattern(length int) []byte {
	patternsLock.Lock()
	defer patternsLock.Unlock()
	if known, ok := patterns[length]; ok {
		return known
	}
	out := make([]byte, length)
	x := uint32(2463534242)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	out[0] = more
	patterns[length] = out
	return out
}

func messages(size int) [][]byte {
	all := append([]byte(nil), pattern(size*messageCount)...)
	out := make([][]byte, messageCount)
	for i := range out {
		out[i] = all[i*size : (i+1)*size]
		out[i][0] = echoKind
	}
	return out
}

// sink counts and checks the bytes of an upload.
type sink struct {
	expected  []byte
	markMs    float64
	at        int
	final     bool
	bytes     float64
	wrong     float64
	pieces    int
	first     time.Time
	mark      time.Time
	markBytes float64
}

func newSink(s shape) *sink {
	return &sink{expected: pattern(s.chunk * s.chunks), markMs: float64(s.markMs)}
}

// take returns the answer once the final segment, or one that is wrong, is complete.
func (s *sink) take(in []byte) []byte {
	for len(in) > 0 {
		piece := in[:min(len(in), len(s.expected)-s.at)]
		in = in[len(piece):]
		s.check(piece)
		s.at += len(piece)
		s.bytes += float64(len(piece))
		if s.at < len(s.expected) {
			continue
		}
		s.at = 0
		if s.final || s.wrong > 0 {
			return s.ack(len(in))
		}
	}
	if s.markMs > 0 {
		s.time()
	}
	return nil
}

func (s *sink) check(piece []byte) {
	rest, expected := piece, s.expected[s.at:s.at+len(piece)]
	if s.at == 0 {
		s.final = piece[0] == final
		if piece[0] != more && piece[0] != final {
			s.wrong++
		}
		rest, expected = rest[1:], expected[1:]
	}
	if len(rest) == 0 {
		return
	}
	half, last := len(rest)/2, len(rest)-1
	if rest[0] != expected[0] || rest[half] != expected[half] || rest[last] != expected[last] {
		s.wrong++
	}
	if s.pieces%compareEvery == 0 && !bytes.Equal(rest, expected) {
		s.wrong++
	}
	s.pieces++
}

func (s *sink) time() {
	now := time.Now()
	if s.first.IsZero() {
		s.first = now
	} else if s.mark.IsZero() && milliseconds(now.Sub(s.first)) >= s.markMs {
		s.mark, s.markBytes = now, s.bytes
	}
}

func (s *sink) ack(extra int) []byte {
	if s.mark.IsZero() {
		return encodeNumbers(s.bytes, s.wrong+float64(extra), 0, 0)
	}
	return encodeNumbers(s.bytes, s.wrong+float64(extra), s.bytes-s.markBytes, milliseconds(time.Since(s.mark)))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
