// Package workspace is the domain of Countersign: profiles, sessions, and every
// use case of two-factor authentication, a file each. It knows nothing of
// windows, files, SQL or keychains: package store declares what it needs of them.
// Rows change through its journal (package journal), which signs each change.
//
// # Authority is a type
//
// Open gives a Workspace, which can create itself once and sign people in. A
// right password gives a Session or, where the profile has 2FA on, a Challenge,
// whose only powers are to take a verification code and to take a recovery
// code. A Session can do what its profile may do. What a value has no method
// for, no caller can make it do.
//
// # The order of writes
//
// The commit of the Store is the only commit point. A secret goes to the
// keychain under a name that was written to the Store as an Intent before, is
// read back, and counts only once a later transaction says so. Recover finishes
// or undoes what a crash has left; doing it twice changes nothing.
//
// # Guesses
//
// Every guess at a code is counted in a committed transaction of its own before it is
// looked at (see recordAttempt), and a right one is consumed by a guarded update in the
// transaction that acts on it. A guess at a password is counted with its result, which
// nothing tells of before that is committed (see recordResult).
package workspace
