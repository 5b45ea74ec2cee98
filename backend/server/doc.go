// Package server answers package api with a service.Workspace. It knows tokens, sizes and time limits, and no use case.
//
// A token stands for a value of package service: an attempt, a challenge, an enrolment session or a session. The server keeps a digest of it, and the
// value, in memory.
package server
