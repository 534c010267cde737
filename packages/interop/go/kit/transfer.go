package kit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
)

// transfer is what became of the bytes of one call, also where it failed halfway.
type transfer struct {
	Length uint64 `json:"length"`
	Sha256 string `json:"sha256"`
	// The first bytes, at most 64, in hexadecimal.
	Head string `json:"head,omitempty"`
	// Whether the end was read.
	End   bool   `json:"end,omitempty"`
	Error *fault `json:"error,omitempty"`

	hash hash.Hash
	head []byte
}

func newTransfer() *transfer { return &transfer{hash: sha256.New()} }

func (t *transfer) add(bytes []byte) {
	t.Length += uint64(len(bytes))
	t.hash.Write(bytes)
	if room := 64 - len(t.head); room > 0 {
		t.head = append(t.head, bytes[:min(room, len(bytes))]...)
	}
}

func (t *transfer) done(f *fault) *transfer {
	t.Sha256 = hex.EncodeToString(t.hash.Sum(nil))
	t.Head = hex.EncodeToString(t.head)
	t.Error = f
	return t
}

const piece = 32 << 10

func (l *loop) write(stream Stream, args json.RawMessage) (any, error) {
	var a struct {
		Length uint64 `json:"length"`
		Seed   uint32 `json:"seed"`
		Piece  uint64 `json:"piece"` // bytes of one Write
		Hex    string `json:"hex"`   // these bytes instead
	}
	if err := Config(args, &a); err != nil {
		return nil, err
	}
	t := newTransfer()
	if a.Hex != "" {
		bytes, err := hex.DecodeString(a.Hex)
		if err == nil {
			_, err = stream.Write(bytes)
			t.add(bytes)
		}
		return t.done(l.fault(err)), nil
	}
	if a.Piece == 0 {
		a.Piece = piece
	}
	random := newRandom(a.Seed)
	for t.Length < a.Length {
		// A buffer of its own for every Write: there are originals that keep the caller's.
		bytes := make([]byte, min(a.Piece, a.Length-t.Length))
		random.fill(bytes)
		n, err := stream.Write(bytes)
		t.add(bytes[:max(n, 0)])
		if err != nil {
			return t.done(l.fault(err)), nil
		}
	}
	return t.done(nil), nil
}

func (l *loop) read(stream Stream, args json.RawMessage) (any, error) {
	var a struct {
		Length *uint64 `json:"length"` // without: to the end
		Piece  uint64  `json:"piece"`  // bytes of one Read
	}
	if err := Config(args, &a); err != nil {
		return nil, err
	}
	if a.Piece == 0 {
		a.Piece = piece
	}
	t := newTransfer()
	buffer := make([]byte, a.Piece)
	for a.Length == nil || t.Length < *a.Length {
		room := buffer
		if a.Length != nil {
			room = buffer[:min(uint64(len(buffer)), *a.Length-t.Length)]
		}
		n, err := stream.Read(room)
		t.add(room[:n])
		if err == io.EOF {
			t.End = true
			break
		}
		if err != nil {
			return t.done(l.fault(err)), nil
		}
	}
	return t.done(nil), nil
}

// echo writes back what comes, to the end, and then ends its own direction; with a length it stops there and ends nothing.
func (l *loop) echo(stream Stream, args json.RawMessage) (any, error) {
	var a struct {
		Length *uint64 `json:"length"`
	}
	if err := Config(args, &a); err != nil {
		return nil, err
	}
	t := newTransfer()
	for a.Length == nil || t.Length < *a.Length {
		buffer := make([]byte, piece)
		n, err := stream.Read(buffer)
		t.add(buffer[:n])
		if n > 0 {
			if _, failed := stream.Write(buffer[:n]); failed != nil {
				return t.done(l.fault(failed)), nil
			}
		}
		if err == io.EOF {
			t.End = true
			return t.done(l.fault(stream.CloseWrite())), nil
		}
		if err != nil {
			return t.done(l.fault(err)), nil
		}
	}
	return t.done(nil), nil
}

// random is xorshift32, four bytes a step: the same bytes as the TypeScript end makes of the same seed.
type random struct{ state uint32 }

func newRandom(seed uint32) *random {
	return &random{state: seed*2654435761 | 1}
}

// fill continues where the last call ended if every call but the last takes a multiple of four bytes.
func (r *random) fill(bytes []byte) {
	var word [4]byte
	for len(bytes) > 0 {
		r.state ^= r.state << 13
		r.state ^= r.state >> 17
		r.state ^= r.state << 5
		binary.LittleEndian.PutUint32(word[:], r.state)
		bytes = bytes[copy(bytes, word[:]):]
	}
}
