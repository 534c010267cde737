// Kubernetes' own code above spdystream: client-go's port-forward ("client-go"), and what container runtimes serve it with ("cri-streaming").
package main

import (
	"errors"
	"io"
	"log"

	"interop/kit"
)

func main() {
	log.SetOutput(io.Discard)
	kit.Main(map[string]kit.Make{"client-go": portForward, "cri-streaming": serve})
}

var errNoStreams = errors.New("this end opens and accepts no streams")
