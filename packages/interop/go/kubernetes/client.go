package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"interop/kit"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// forwarding is a `kubectl port-forward` of one port. A stream of it is a connection to the local end.
type forwarding struct {
	address string
	stop    chan struct{}
	over    chan error
}

// portForward connects by itself: the connection that the kit made says only where.
func portForward(conn net.Conn, _ kit.Role, _ json.RawMessage) (kit.Session, error) {
	config := &rest.Config{Host: "http://" + conn.RemoteAddr().String()}
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	where, err := url.Parse(config.Host + "/api/v1/namespaces/default/pods/p/portforward")
	if err != nil {
		return nil, err
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, where)
	f := &forwarding{stop: make(chan struct{}), over: make(chan error, 1)}
	ready := make(chan struct{})
	forwarder, err := portforward.New(dialer, []string{"0:8080"}, f.stop, ready, io.Discard, os.Stderr)
	if err != nil {
		return nil, err
	}
	go func() { f.over <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-f.over:
		return nil, err
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return nil, err
	}
	f.address = fmt.Sprintf("127.0.0.1:%d", ports[0].Local)
	return f, nil
}

func (f *forwarding) Open(json.RawMessage) (kit.Stream, error) {
	conn, err := net.Dial("tcp", f.address)
	if err != nil {
		return nil, err
	}
	return local{conn.(*net.TCPConn)}, nil
}

func (f *forwarding) Accept() (kit.Stream, error) { return nil, errNoStreams }

func (f *forwarding) Close() error {
	close(f.stop)
	return <-f.over
}

func (f *forwarding) Do(op string, _ json.RawMessage) (any, error) {
	switch op {
	case "waitOver":
		select {
		case err := <-f.over:
			f.over <- err
			return fmt.Sprint(err), nil
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("the forwarding goes on")
		}
	}
	return nil, fmt.Errorf("a forwarding cannot %s", op)
}

type local struct{ *net.TCPConn }
