// Command http2 is golang.org/x/net/http2 at one end of a connection, with prior knowledge: a client whose requests have open
// bodies, or a server whose handlers the cases drive.
package main

import (
	"encoding/json"
	"errors"
	"net"

	"golang.org/x/net/http2"
	"interop/kit"
)

func main() {
	kit.Main(map[string]kit.Make{"http2": func(conn net.Conn, role kit.Role, config json.RawMessage) (kit.Session, error) {
		if role == kit.Client {
			return newClient(conn)
		}
		return newServer(conn, config)
	}})
}

// codes knows the code of a stream that was reset.
type codes struct{}

func (codes) Code(err error) (uint32, bool) {
	var reset http2.StreamError
	if errors.As(err, &reset) {
		return uint32(reset.Code), true
	}
	return 0, false
}
