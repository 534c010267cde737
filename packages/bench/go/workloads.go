package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"time"
)

type outcome struct {
	Metrics map[string]float64 `json:"metrics"`
	Counted float64            `json:"counted"`
}

// The same numbers as in ../src/workloads.ts.
const (
	inFlight   = 256
	warmUp     = 0.3
	roundTrips = 10
)

var (
	bulk  = shape{64 * 1024, 4, 0}
	thin  = shape{64 * 1024, 1, 0}
	small = shape{64, 1009, 0}
)

func run(c *client, m measure) outcome {
	switch m.Workload {
	case "bulk1":
		return runUpload(c, m, bulk, 1, megabytes)
	case "bulk32":
		return runUpload(c, m, bulk, 32, megabytes)
	case "bulk1000":
		return runUpload(c, m, thin, 1000, megabytes)
	case "smallwrites":
		return runUpload(c, m, small, 1, func(u uploaded) map[string]float64 {
			return map[string]float64{"writes/s": u.bytes / float64(small.chunk) / (u.ms / 1000)}
		})
	case "openecho":
		return runEchoes(m, func(until time.Time) (int64, float64) { return c.echoes(inFlight, until) })
	case "pingpong":
		return runEchoes(m, c.pingpong)
	case "hol":
		return runBeside(c, m)
	case "mem":
		return runMemory(c, m)
	case "long":
		return runLong(c, m)
	}
	log.Fatalf("there is no workload %q here", m.Workload)
	return outcome{}
}

func megabytes(u uploaded) map[string]float64 {
	return map[string]float64{"MB/s": u.bytes / u.ms / 1000}
}

func runUpload(c *client, m measure, sh shape, streams int, metrics func(uploaded) map[string]float64) outcome {
	checked(c.upload(sh, streams, after(m.Seconds*warmUp)))
	u := checked(c.upload(sh, streams, after(m.Seconds)))
	return outcome{metrics(u), u.bytes}
}

func runEchoes(m measure, echo func(time.Time) (int64, float64)) outcome {
	echo(after(m.Seconds * warmUp))
	echoes, ms := echo(after(m.Seconds))
	return outcome{map[string]float64{"echoes/s": float64(echoes) / (ms / 1000)}, float64(echoes)}
}

func runBeside(c *client, m measure) outcome {
	up, _ := c.beside(bulk, after(m.Seconds*warmUp))
	checked(up)
	up, latencies := c.beside(bulk, after(m.Seconds))
	checked(up)
	sort.Float64s(latencies)
	metrics := megabytes(up)
	metrics["p50 ms"] = percentile(latencies, 0.5)
	metrics["p99 ms"] = percentile(latencies, 0.99)
	return outcome{metrics, up.bytes + float64(len(latencies))}
}

// runMemory gives what the last three quarters of the streams added: the first grow what a process has once, whatever is open.
func runMemory(c *client, m measure) outcome {
	c.echoes(inFlight, after(m.Seconds*warmUp))
	first := (m.Idle + 3) / 4
	c.idle(first)
	serverRss, serverHeap := c.serverMemory()
	rss, heap := memoryAfterCollection()
	c.idle(m.Idle - first)
	serverRssAfter, serverHeapAfter := c.serverMemory()
	rssAfter, heapAfter := memoryAfterCollection()
	each := func(now, before float64) float64 { return (now - before) / float64(m.Idle-first) }
	return outcome{map[string]float64{
		"client B":      each(rssAfter, rss),
		"server B":      each(serverRssAfter, serverRss),
		"client heap B": each(heapAfter, heap),
		"server heap B": each(serverHeapAfter, serverHeap),
	}, float64(m.Idle)}
}

func runLong(c *client, m measure) outcome {
	mark := roundTrips * m.RoundTrip
	u := checked(c.upload(shape{bulk.chunk, bulk.chunks, int(mark)}, 1, after(mark/1000+m.Seconds)))
	if u.acks[0][3] == 0 {
		log.Fatal("the upload was over before ten round trips")
	}
	return outcome{map[string]float64{"MB/s": u.acks[0][2] / u.acks[0][3] / 1000}, u.bytes}
}

func checked(u uploaded) uploaded {
	var counted, wrong float64
	for _, ack := range u.acks {
		counted += ack[0]
		wrong += ack[1]
	}
	if wrong > 0 || counted != u.bytes {
		log.Fatalf("%.0f bytes were sent, %.0f arrived, and %.0f pieces are wrong", u.bytes, counted, wrong)
	}
	return u
}

func percentile(sorted []float64, part float64) float64 {
	if len(sorted) == 0 {
		log.Fatal("the upload left the client no time for a single echo")
	}
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*part))]
}

func after(seconds float64) time.Time {
	return time.Now().Add(time.Duration(seconds * float64(time.Second)))
}

// memoryAfterCollection gives the resident set, and the heap with the goroutines' stacks.
func memoryAfterCollection() (rss, heap float64) {
	for range 3 {
		runtime.GC()
		time.Sleep(25 * time.Millisecond)
	}
	debug.FreeOSMemory()
	var pages, resident float64
	file, err := os.Open("/proc/self/statm")
	must(err)
	defer file.Close()
	_, err = fmt.Fscan(file, &pages, &resident)
	must(err)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return resident * float64(os.Getpagesize()), float64(stats.HeapAlloc + stats.StackInuse)
}
