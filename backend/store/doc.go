// Package store declares what is stored and by whom: the rows, the two kinds of
// transaction, and the interfaces of a Store (rows), of Secrets (the keychain) and
// of Blobs (the contracts' ciphertext), each with its errors and the names that it takes. It stores nothing itself.
//
// A store imports this package and keeps what store/storetest asks of every Store,
// store/blobstest of every Blobs, and keychain/contracttest of every Secrets.
package store
