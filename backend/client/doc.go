// Package client is the half of Countersign that runs on the computer of the person who uses it. It
// has the use cases of contracts, which are encrypted and read here alone. What the workspace knows
// of them are encrypted rows and files: see package workspace.
//
// Its Workspace, Challenge, EnrolmentSession, Session and Admin are those of the workspace, with these
// use cases added.
package client
