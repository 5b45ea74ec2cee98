// Package server answers package api with a service.Served. It knows tokens, sizes and time limits, and no use case.
//
// A token stands for a value of package service: an attempt, a challenge, an enrolment session or a session. Between two requests none of them is in
// memory. An attempt is in its token, sealed; the others are rows of a store.Tokens, sealed as well, which all instances of a server share.
// A request takes its token’s row, goes on with the value, and puts it back before it is answered: see tokens.go.
package server
