// Package service is the line between the two halves of Countersign: the half that holds a workspace (package workspace, in this
// process; a server, for a shared one) and the half that runs on a person's computer (package client).
//
// It has the interface between them, the requests and answers, the codes of what is refused, the messages that are signed across it,
// and the one table of who may do what. Passwords, the vault's keys and contracts in clear never cross it: what does are public keys,
// signatures, proofs, and what is encrypted or wrapped.
package service
