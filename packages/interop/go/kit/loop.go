package kit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

// request is one line on stdin. Each is done in a goroutine of its own.
type request struct {
	Id     uint64          `json:"id"`
	Op     string          `json:"op"`
	Stream uint64          `json:"stream"`
	Args   json.RawMessage `json:"args"`
}

// answer is one line on stdout.
type answer struct {
	Id    uint64 `json:"id"`
	Value any    `json:"value,omitempty"`
	Error *fault `json:"error,omitempty"`
}

type fault struct {
	Message string  `json:"message"`
	Code    *uint32 `json:"code,omitempty"`
}

type loop struct {
	session Session
	conn    net.Conn

	out     sync.Mutex
	encoder *json.Encoder

	table   sync.Mutex
	streams map[uint64]Stream
	last    uint64
}

func newLoop(session Session, conn net.Conn) *loop {
	return &loop{session: session, conn: conn, encoder: json.NewEncoder(os.Stdout), streams: map[uint64]Stream{}}
}

func (l *loop) run(in io.Reader) {
	l.say(answer{Value: "ready"})
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			fatal("not a request: " + err.Error())
		}
		go func() {
			value, err := l.do(r)
			l.say(answer{Id: r.Id, Value: value, Error: l.fault(err)})
		}()
	}
}

func (l *loop) do(r request) (any, error) {
	if r.Stream == 0 {
		return l.doSession(r)
	}
	l.table.Lock()
	stream := l.streams[r.Stream]
	l.table.Unlock()
	if stream == nil {
		return nil, fmt.Errorf("no stream has the handle %d", r.Stream)
	}
	return l.doStream(stream, r)
}

func (l *loop) doSession(r request) (any, error) {
	switch r.Op {
	case "open":
		return l.kept(l.session.Open(r.Args))
	case "accept":
		return l.kept(l.session.Accept())
	case "ping":
		if pinger, can := l.session.(Pinger); can {
			return nil, pinger.Ping()
		}
	case "goAway":
		if goAwayer, can := l.session.(GoAwayer); can {
			return nil, goAwayer.GoAway(codeOf(r.Args))
		}
	case "close":
		return nil, l.session.Close()
	case "hangUp": // as a cable that is cut: nothing of the session's own is said
		return nil, l.conn.Close()
	case "abort": // as a machine that was restarted: the other end gets a TCP reset
		if tcp, is := l.conn.(*net.TCPConn); is {
			if err := tcp.SetLinger(0); err != nil {
				return nil, err
			}
		}
		return nil, l.conn.Close()
	default:
		if doer, can := l.session.(Doer); can {
			return doer.Do(r.Op, r.Args)
		}
	}
	return nil, fmt.Errorf("this session cannot %s", r.Op)
}

func (l *loop) doStream(stream Stream, r request) (any, error) {
	switch r.Op {
	case "write":
		return l.write(stream, r.Args)
	case "read":
		return l.read(stream, r.Args)
	case "echo":
		return l.echo(stream, r.Args)
	case "closeWrite":
		return nil, stream.CloseWrite()
	case "close":
		return nil, stream.Close()
	case "reset":
		if resetter, can := stream.(Resetter); can {
			return nil, resetter.Reset(codeOf(r.Args))
		}
	default:
		if doer, can := stream.(Doer); can {
			return doer.Do(r.Op, r.Args)
		}
	}
	return nil, fmt.Errorf("this stream cannot %s", r.Op)
}

// opened is what the other side learns of a stream.
type opened struct {
	Stream  uint64            `json:"stream"`
	Number  *uint64           `json:"number,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
}

func (l *loop) kept(stream Stream, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	l.table.Lock()
	l.last++
	told := opened{Stream: l.last}
	l.streams[l.last] = stream
	l.table.Unlock()
	if numbered, is := stream.(Numbered); is {
		number := numbered.ID()
		told.Number = &number
	}
	if headered, is := stream.(Headered); is {
		told.Headers = headered.Headers()
	}
	return told, nil
}

func (l *loop) say(a answer) {
	l.out.Lock()
	defer l.out.Unlock()
	if err := l.encoder.Encode(a); err != nil {
		fatal(err.Error())
	}
}

func (l *loop) fault(err error) *fault {
	if err == nil {
		return nil
	}
	f := fault{Message: err.Error()}
	if coder, is := l.session.(Coder); is {
		if code, known := coder.Code(err); known {
			f.Code = &code
		}
	}
	return &f
}

func codeOf(args json.RawMessage) uint32 {
	var given struct {
		Code uint32 `json:"code"`
	}
	_ = Config(args, &given)
	return given.Code
}
