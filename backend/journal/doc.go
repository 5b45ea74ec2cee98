// Package journal keeps the log of a workspace and holds the workspace against it.
//
// Change is the one way to change rows. It runs a function in one transaction and
// closes that with one event: who did what, the digest of each row that was touched, the
// sum over all rows, and a signature over all that and the signature before (package audit). After
// the commit the head of the log is written to the Anchor, out of reach of whoever
// can write the store, with what is trusted as of it.
//
// Open holds rows, log and anchor against each other. What does not fit is an audit.Mismatch.
//
// The journal knows rows and no use case: what an event means, and who may do what, is
// its caller's.
package journal
