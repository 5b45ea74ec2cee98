// Package service is the line between the two halves of Countersign: what the half that
// holds a workspace (package workspace, in this process; a server, for a shared one) tells the
// half that runs on a person's computer (package client). It has the codes of what is refused.
package service
