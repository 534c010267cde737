module interop/muxado1

go 1.25

require (
	github.com/NebulousLabs/muxado v0.0.0-20170512203509-b4de4d8a34c7
	interop/kit v0.0.0
)

replace interop/kit => ../kit
