package main

import (
	"io"
	"log"
	"sync"
)

var (
	keptLock sync.Mutex
	kept     []stream
)

func serveSession(s session) {
	for {
		st, err := s.accept()
		if err != nil {
			return
		}
		go serveStream(st)
	}
}

func serveStream(st stream) {
	first := make([]byte, echoSize)
	n, _ := st.Read(first)
	if n == 0 {
		_ = st.Close()
		return
	}
	switch first[0] {
	case echoKind:
		echo(st, first, n)
	case sinkKind:
		receive(st, first[:n])
	case idleKind:
		keptLock.Lock()
		kept = append(kept, st)
		keptLock.Unlock()
		write(st, first[:n])
	case memoryKind:
		rss, heap := memoryAfterCollection()
		write(st, encodeNumbers(rss, heap, 0, 0))
		must(st.CloseWrite())
		waitForEnd(st)
	default:
		log.Fatalf("a stream begins with %d, which means nothing", first[0])
	}
}

func echo(st stream, buffer []byte, n int) {
	for {
		write(st, buffer[:n])
		n, _ = st.Read(buffer)
		if n == 0 {
			must(st.CloseWrite())
			_ = st.Close()
			return
		}
	}
}

func receive(st stream, first []byte) {
	head := make([]byte, headSize)
	n := copy(head, first)
	_, err := io.ReadFull(st, head[n:])
	must(err)
	s := newSink(shapeOf(head))
	answer := s.take(first[min(n, len(first)):])
	for buffer := make([]byte, 64*1024); answer == nil; {
		n, err := st.Read(buffer)
		answer = s.take(buffer[:n])
		if answer == nil {
			must(err)
		}
	}
	write(st, answer)
	must(st.CloseWrite())
	waitForEnd(st)
}

// waitForEnd gives the stream back. That the session is over because its client is gone is no fault.
func waitForEnd(st stream) {
	if n, _ := io.Copy(io.Discard, st); n > 0 {
		log.Fatalf("%d bytes came after the end", n)
	}
	_ = st.Close()
}

func write(st stream, bytes []byte) {
	_, err := st.Write(bytes)
	must(err)
}
