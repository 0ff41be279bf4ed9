//go:build tools

// Package tools pins the grpcurl that the interop tests run.
package tools

import _ "github.com/fullstorydev/grpcurl/cmd/grpcurl"
