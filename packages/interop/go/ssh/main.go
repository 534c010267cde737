// Command ssh is golang.org/x/crypto/ssh at one end of a connection.
package main

import (
	"encoding/json"
	"errors"
	"net"

	"golang.org/x/crypto/ssh"
	"interop/kit"
)

type config struct {
	User     string `json:"user"`
	Password string `json:"password"`
	HostKey  string `json:"hostKey"` // a server's private key
	Rekey    uint64 `json:"rekey"`   // bytes after which it asks for new keys
}

func main() {
	kit.Main(map[string]kit.Make{"ssh": func(conn net.Conn, role kit.Role, given json.RawMessage) (kit.Session, error) {
		var c config
		if err := kit.Config(given, &c); err != nil {
			return nil, err
		}
		if role == kit.Client {
			return newClient(conn, c)
		}
		return newServer(conn, c)
	}})
}

// tcpip is what opens direct-tcpip and forwarded-tcpip channels, RFC 4254 section 7.2.
type tcpip struct {
	Host       string
	Port       uint32
	OriginHost string
	OriginPort uint32
}

// open opens a channel: to a host and a port, to the path of a socket, or for a command.
func open(conn ssh.Conn, channelType string, args json.RawMessage) (kit.Stream, error) {
	given := struct {
		Type    string `json:"type"`
		Host    string `json:"host"`
		Port    uint32 `json:"port"`
		Path    string `json:"path"`
		Command string `json:"command"`
	}{Type: channelType, Host: "target.example", Port: 80}
	if err := kit.Config(args, &given); err != nil {
		return nil, err
	}
	payload := ssh.Marshal(tcpip{given.Host, given.Port, "127.0.0.1", 4321})
	if given.Path != "" {
		payload = ssh.Marshal(streamlocal{Path: given.Path})
	}
	if given.Command != "" {
		payload = nil
	}
	channel, requests, err := conn.OpenChannel(given.Type, payload)
	if err != nil {
		return nil, err
	}
	s := &stream{Channel: channel, status: make(chan uint32, 1)}
	go s.serve(requests)
	if given.Command == "" {
		return s, nil
	}
	granted, err := channel.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{given.Command}))
	if err == nil && !granted {
		err = errors.New("the command was refused")
	}
	return s, err
}

// streamlocal is what opens direct-streamlocal@openssh.com channels, PROTOCOL of OpenSSH section 2.4.
type streamlocal struct {
	Path      string
	Reserved0 string
	Reserved1 uint32
}

type stream struct {
	ssh.Channel
	headers map[string]string
	status  chan uint32
}

func (s *stream) Headers() map[string]string { return s.headers }

// serve grants nothing and keeps the exit status.
func (s *stream) serve(requests <-chan *ssh.Request) {
	for request := range requests {
		var exit struct{ Status uint32 }
		if request.Type == "exit-status" && ssh.Unmarshal(request.Payload, &exit) == nil {
			s.status <- exit.Status
		}
		_ = request.Reply(false, nil)
	}
	close(s.status)
}

func (s *stream) Do(op string, _ json.RawMessage) (any, error) {
	if op != "status" {
		return nil, errors.New("a channel cannot " + op)
	}
	status, told := <-s.status
	if !told {
		return nil, errors.New("the channel closed without an exit status")
	}
	return status, nil
}

// codes knows the reason of a channel that was refused.
type codes struct{}

func (codes) Code(err error) (uint32, bool) {
	var refused *ssh.OpenChannelError
	if errors.As(err, &refused) {
		return uint32(refused.Reason), true
	}
	return 0, false
}
