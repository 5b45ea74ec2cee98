// Package contracts is the form of what is stored of a contract: its encrypted row, its line in the
// table of contents, and what its name, tags and type may be. It reads and writes values only;
// package client has the use cases.
package contracts
