package service

import (
	"time"

	"countersign/backend/computer"
)

// A person's computers, in a workspace at a server. A sign-in has to come from one of them.

const (
	// MaxComputers is how many a person may have.
	MaxComputers = 20
	// MaxComputerName is the length of a name in characters.
	MaxComputerName = 60
	// ComputerCodeLife is how long a code for another computer is good: its person has both at hand.
	ComputerCodeLife = time.Hour
)

// NewComputer is a computer as a client adds it.
type NewComputer struct {
	Name string
	computer.Public
	Seal []byte // computer.Public.Seal
	Box  []byte // computer.Public.HandOver, where the share is replaced and the computer has the one before; else nil
}

// Computer is one of the person's.
type Computer struct {
	ID   string
	Name string
	computer.Public
	Seal       []byte // says that it is theirs: a client believes nothing else
	AddedAt    time.Time
	LastUsedAt time.Time // zero: never
	Here       bool      // the session is at it
}

// Computers are the person's.
type Computers struct {
	All       []Computer // in the order in which they were added
	CodeUntil time.Time  // when a code for another one expires that can be used now; zero: there is none
	Exposed   bool       // an admin has removed one since the password was chosen, and whoever has it has the share
}

// MemberComputer is one of a member's, as an admin sees it.
type MemberComputer struct {
	ID         string
	Name       string
	AddedAt    time.Time
	LastUsedAt time.Time // zero: never
}

// MemberComputers are a member's. A workspace on one computer has none.
type MemberComputers struct {
	All        []MemberComputer // in the order in which they were added
	NeedsReset bool             // the last one was removed: the member comes in only with a password reset
}

// SignIn is what a client shows to sign in.
type SignIn struct {
	Signature []byte // of SignInMessage, with the password's key
	Short     bool   // the password is too short to stand alone
	Computer  []byte // signature of ComputerMessage, with the computer's key; empty in a workspace on one computer
}
