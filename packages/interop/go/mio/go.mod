module interop/mio

go 1.25

require (
	github.com/mivinci/mio v0.0.0-20230329063942-2226124295e0
	interop/kit v0.0.0
)

replace interop/kit => ../kit
