// Package servicetest is the contract of package service: what every implementation of its interface does, over a store in this
// process or over a network. Each implementation runs it in its own tests:
//
//	func TestService(t *testing.T) { servicetest.Run(t, open) }
//
// It drives package client, as a program does. Where what counts is what the service itself refuses from a client that was
// changed, it calls the interface. It shares no memory with the implementation, and each person sits at a computer of their own.
package servicetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
)

// Place is a new workspace. Its first owner has 2FA off and is not signed in, and nobody else is in it.
type Place struct {
	// Open gives one more computer on which the workspace is used. What it opens is closed when the test ends. The first one is the owner's,
	// whose password was chosen there.
	Open func(t testing.TB) *client.Workspace

	Name, Email, Password string // of the first owner

	Served bool // it is at a server: a person signs in from their own computers

	Now     func() time.Time    // of the clock that the workspace and its computers go by
	Advance func(time.Duration) // moves it; back, where that is negative

	Lose func(name string) // a contract's file, by a hand from outside
}

// Open makes a Place.
type Open func(t *testing.T) Place

// useCase is one with its test, and the methods of package service that it covers.
type useCase struct {
	name   string
	test   func(*fixture)
	covers []string
}

// useCases are all of them: the contract.
func useCases() (all []useCase) {
	for _, some := range [][]useCase{signIns, unlocks, computers, challenges, enrolments, profiles, members, runs, policies, documents, keys, logs, sessions, bounds} {
		all = append(all, some...)
	}
	return all
}

// Run tests an implementation: all use cases, or those whose names begin with one of only.
func Run(t *testing.T, open Open, only ...string) {
	for _, c := range useCases() {
		if len(only) > 0 && !slices.ContainsFunc(only, func(name string) bool { return strings.HasPrefix(c.name, name) }) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(newFixture(t, open(t)))
		})
	}
}
