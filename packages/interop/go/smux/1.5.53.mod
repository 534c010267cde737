module interop/smux

go 1.25.0

require (
	github.com/xtaci/smux v1.5.53
	interop/kit v0.0.0
)

replace interop/kit => ../kit
