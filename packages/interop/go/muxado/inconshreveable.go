package main

import (
	"net"
	"time"

	"github.com/inconshreveable/muxado"
	"interop/kit"
)

func inconshreveable(conn net.Conn, role kit.Role, c config) kit.Session {
	beats := newBeats()
	made := kit.Of(role, muxado.Client, muxado.Server)(conn, &muxado.Config{MaxWindowSize: c.MaxWindowSize, AcceptBacklog: c.AcceptBacklog})
	type typed = typedSession[muxado.Stream, muxado.TypedStream, muxado.StreamType]
	return session[muxado.Stream, muxado.TypedStream, muxado.StreamType, muxado.ErrorCode]{made, nil, muxado.GetError, muxado.ErrorUnknown, beats}.
		withTypes(c, func() typed {
			settings := muxado.NewHeartbeatConfig()
			c.heartbeat(&settings.Interval, &settings.Tolerance)
			return muxado.NewHeartbeat(muxado.NewTypedStreamSession(made), func(trip time.Duration) { beats.tell(trip == 0) }, settings)
		})
}
