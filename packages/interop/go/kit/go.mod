module interop/kit

go 1.25
