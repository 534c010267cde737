package main

import (
	"net"
	"net/http"

	docker "github.com/docker/spdystream"
	moby "github.com/moby/spdystream"
)

type mobyConnection struct{ *moby.Connection }

func newMoby(conn net.Conn, server bool) (connection, error) {
	c, err := moby.NewConnection(conn, server)
	return mobyConnection{c}, err
}

func (c mobyConnection) open(headers http.Header, fin bool) (spdyStream, error) {
	return c.CreateStream(headers, nil, fin)
}

func (c mobyConnection) serve(handler func(spdyStream)) {
	c.Serve(func(arrived *moby.Stream) { handler(arrived) })
}

type dockerConnection struct{ *docker.Connection }

func newDocker(conn net.Conn, server bool) (connection, error) {
	c, err := docker.NewConnection(conn, server)
	return dockerConnection{c}, err
}

func (c dockerConnection) open(headers http.Header, fin bool) (spdyStream, error) {
	return c.CreateStream(headers, nil, fin)
}

func (c dockerConnection) serve(handler func(spdyStream)) {
	c.Serve(func(arrived *docker.Stream) { handler(arrived) })
}
