module interop/spdy

go 1.25

require (
	github.com/docker/spdystream v0.0.0-20160310174837-449fdfce4d96
	github.com/moby/spdystream v0.5.1
	interop/kit v0.0.0
)

replace interop/kit => ../kit
