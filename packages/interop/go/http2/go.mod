module interop/http2

go 1.25.0

require (
	golang.org/x/net v0.56.0
	interop/kit v0.0.0
)

require golang.org/x/text v0.38.0 // indirect

replace interop/kit => ../kit
