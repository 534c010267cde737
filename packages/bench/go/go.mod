module bench

go 1.24

require (
	github.com/hashicorp/yamux v0.1.2
	github.com/xtaci/smux v1.5.56
	golang.ngrok.com/muxado/v2 v2.0.1
)
