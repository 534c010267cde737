package main

import (
	"bytes"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"time"
)

type client struct{ s session }

type uploaded struct {
	acks  [][]float64
	bytes float64
	ms    float64
}

func (c *client) open() stream {
	st, err := c.s.open()
	must(err)
	return st
}

// finish ends a stream that has been read.
func (c *client) finish(st stream) {
	if !c.s.halfClose() {
		_ = st.Close()
		return
	}
	must(st.CloseWrite())
	waitForEnd(st)
}

// upload writes without pause until the receiver has counted every byte.
func (c *client) upload(sh shape, streams int, until time.Time) uploaded {
	acks := make([][]float64, streams)
	var sent atomic.Int64
	began := time.Now()
	each(streams, func(i int) {
		st := c.open()
		write(st, sh.head())
		sent.Add(send(st, sh, until))
		acks[i] = decodeNumbers(readExactly(st, ackSize))
		c.finish(st)
	})
	return uploaded{acks, float64(sent.Load()), milliseconds(time.Since(began))}
}

func send(st stream, sh shape, until time.Time) (sent int64) {
	segment := pattern(sh.chunk * sh.chunks)
	for ending := false; !ending; {
		ending = !time.Now().Before(until)
		for i := 0; i < sh.chunks; i++ {
			chunk := segment[i*sh.chunk : (i+1)*sh.chunk]
			if i == 0 && ending {
				chunk = append([]byte(nil), chunk...)
				chunk[0] = final
			}
			write(st, chunk)
			sent += int64(len(chunk))
		}
	}
	return sent
}

func (c *client) echoes(inFlight int, until time.Time) (echoes int64, ms float64) {
	all := messages(echoSize)
	var next, done atomic.Int64
	began := time.Now()
	each(inFlight, func(int) {
		buffer := make([]byte, echoSize+1)
		for first := true; first || time.Now().Before(until); first = false {
			message := all[next.Add(1)%messageCount]
			st := c.open()
			write(st, message)
			if c.s.halfClose() {
				must(st.CloseWrite())
				n, err := io.ReadFull(st, buffer)
				if err != io.ErrUnexpectedEOF || !bytes.Equal(buffer[:n], message) {
					log.Fatalf("an echo is not what was sent: %d bytes, %v", n, err)
				}
			} else {
				expect(st, message)
			}
			_ = st.Close()
			done.Add(1)
		}
	})
	return done.Load(), milliseconds(time.Since(began))
}

func (c *client) pingpong(until time.Time) (echoes int64, ms float64) {
	all := messages(smallSize)
	st := c.open()
	began := time.Now()
	for first := true; first || time.Now().Before(until); first = false {
		message := all[echoes%messageCount]
		write(st, message)
		expect(st, message)
		echoes++
	}
	ms = milliseconds(time.Since(began))
	c.finish(st)
	return echoes, ms
}

// beside sends 64 bytes there and back each millisecond beside an upload.
func (c *client) beside(sh shape, until time.Time) (up uploaded, latencies []float64) {
	all := messages(smallSize)
	st := c.open()
	sent := make(chan time.Time, 1<<16)
	var group sync.WaitGroup
	group.Add(2)
	go func() {
		defer group.Done()
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for i := 0; ; i++ {
			<-ticker.C
			now := time.Now()
			if !now.Before(until) {
				close(sent)
				return
			}
			sent <- now
			write(st, all[i%messageCount])
		}
	}()
	go func() {
		defer group.Done()
		i := 0
		for at := range sent {
			expect(st, all[i%messageCount])
			latencies = append(latencies, milliseconds(time.Since(at)))
			i++
		}
	}()
	up = c.upload(sh, 1, until)
	group.Wait()
	c.finish(st)
	return up, latencies
}

func (c *client) idle(streams int) {
	message := []byte{idleKind}
	const workers = 64
	each(workers, func(i int) {
		for n := i; n < streams; n += workers {
			st := c.open()
			write(st, message)
			expect(st, message)
			keptLock.Lock()
			kept = append(kept, st)
			keptLock.Unlock()
		}
	})
}

func (c *client) serverMemory() (rss, heap float64) {
	st := c.open()
	write(st, []byte{memoryKind})
	numbers := decodeNumbers(readExactly(st, ackSize))
	c.finish(st)
	return numbers[0], numbers[1]
}

func readExactly(st stream, size int) []byte {
	out := make([]byte, size)
	_, err := io.ReadFull(st, out)
	must(err)
	return out
}

func expect(st stream, message []byte) {
	if !bytes.Equal(readExactly(st, len(message)), message) {
		log.Fatal("an answer is not what was sent")
	}
}

// each runs so many at once and waits for all.
func each(count int, run func(i int)) {
	var group sync.WaitGroup
	group.Add(count)
	for i := range count {
		go func() {
			defer group.Done()
			run(i)
		}()
	}
	group.Wait()
}
