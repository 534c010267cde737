package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
	"interop/kit"
)

type client struct {
	codes
	*ssh.Client
	arrivals chan net.Conn
}

func newClient(conn net.Conn, c config) (kit.Session, error) {
	connected, channels, requests, err := ssh.NewClientConn(conn, "peer", &ssh.ClientConfig{
		Config:          ssh.Config{RekeyThreshold: c.Rekey},
		User:            c.User,
		Auth:            []ssh.AuthMethod{ssh.Password(c.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, err
	}
	return &client{Client: ssh.NewClient(connected, channels, requests), arrivals: make(chan net.Conn, 1000)}, nil
}

func (c *client) Open(args json.RawMessage) (kit.Stream, error) {
	return open(c.Conn, "direct-tcpip", args)
}

// Accept gives what arrives at an address that `listen` asked for.
func (c *client) Accept() (kit.Stream, error) {
	conn, open := <-c.arrivals
	if !open {
		return nil, errors.New("the listener is closed")
	}
	channel, is := conn.(interface {
		kit.Stream
		net.Conn
	})
	if !is {
		return nil, errors.New("a connection that cannot be half-closed")
	}
	return channel, nil
}

func (c *client) Ping() error {
	_, _, err := c.SendRequest("keepalive@openssh.com", true, nil)
	return err
}

func (c *client) Do(op string, args json.RawMessage) (any, error) {
	given := struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	}{Host: "127.0.0.1"}
	if err := kit.Config(args, &given); err != nil {
		return nil, err
	}
	if op != "listen" {
		return nil, fmt.Errorf("an SSH client cannot %s", op)
	}
	listener, err := c.Listen("tcp", fmt.Sprintf("%s:%d", given.Host, given.Port))
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				close(c.arrivals)
				return
			}
			c.arrivals <- conn
		}
	}()
	return nil, nil
}
