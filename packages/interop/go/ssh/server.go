package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
	"interop/kit"
)

type server struct {
	codes
	*ssh.ServerConn
	arrivals <-chan ssh.NewChannel
}

func newServer(conn net.Conn, c config) (kit.Session, error) {
	key, err := ssh.ParsePrivateKey([]byte(c.HostKey))
	if err != nil {
		return nil, err
	}
	allowed := &ssh.ServerConfig{Config: ssh.Config{RekeyThreshold: c.Rekey}, PasswordCallback: func(who ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if who.User() == c.User && string(password) == c.Password {
			return nil, nil
		}
		return nil, errors.New("wrong password")
	}}
	allowed.AddHostKey(key)
	connected, channels, requests, err := ssh.NewServerConn(conn, allowed)
	if err != nil {
		return nil, err
	}
	// What a client may ask for: to be forwarded connections of any address.
	go func() {
		for request := range requests {
			_ = request.Reply(request.Type == "tcpip-forward", nil)
		}
	}()
	return &server{ServerConn: connected, arrivals: channels}, nil
}

// Open needs the host and the port that the client asked to be forwarded.
func (s *server) Open(args json.RawMessage) (kit.Stream, error) {
	return open(s.Conn, "forwarded-tcpip", args)
}

func (s *server) Accept() (kit.Stream, error) {
	arrival, open := <-s.arrivals
	if !open {
		return nil, errors.New("the connection is over")
	}
	channel, requests, err := arrival.Accept()
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"channel-type": arrival.ChannelType()}
	accepted := &stream{Channel: channel, headers: headers, status: make(chan uint32, 1)}
	if arrival.ChannelType() == "session" {
		asked := <-requests
		var text struct{ Value string }
		if err := ssh.Unmarshal(asked.Payload, &text); err != nil {
			return nil, err
		}
		headers[asked.Type] = text.Value
		_ = asked.Reply(true, nil)
	} else if to := new(tcpip); ssh.Unmarshal(arrival.ExtraData(), to) == nil {
		headers["dest-host"] = to.Host
		headers["dest-port"] = fmt.Sprint(to.Port)
	} else if to := new(streamlocal); ssh.Unmarshal(arrival.ExtraData(), to) == nil {
		headers["socket-path"] = to.Path
	}
	go accepted.serve(requests)
	return accepted, nil
}

func (s *server) Ping() error {
	_, _, err := s.SendRequest("keepalive@openssh.com", true, nil)
	return err
}

// Do refuses the next channel.
func (s *server) Do(op string, args json.RawMessage) (any, error) {
	if op != "refuse" {
		return nil, fmt.Errorf("an SSH server cannot %s", op)
	}
	given := struct {
		Code uint32 `json:"code"`
		Text string `json:"text"`
	}{Code: uint32(ssh.Prohibited)}
	if err := kit.Config(args, &given); err != nil {
		return nil, err
	}
	arrival, open := <-s.arrivals
	if !open {
		return nil, errors.New("the connection is over")
	}
	return nil, arrival.Reject(ssh.RejectionReason(given.Code), given.Text)
}
