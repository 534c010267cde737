module interop/ssh

go 1.25.0

require (
	golang.org/x/crypto v0.55.0
	interop/kit v0.0.0
)

require golang.org/x/sys v0.47.0 // indirect

replace interop/kit => ../kit
