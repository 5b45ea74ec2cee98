// Package remote is a service.Workspace that a server has: it asks package api. What it keeps of an answer, it keeps in memory.
package remote
