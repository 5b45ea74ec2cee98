// Package store declares what is stored and by whom: the rows, the two kinds of
// transaction, and the interfaces of a Store (rows), of Secrets (the keychain) and
// of Blobs (the contracts' ciphertext), each with its errors. It holds types only.
//
// A store imports this package and keeps what store/storetest asks of every store.
package store
