package platform

// A file's name leads to no pipe there.
const withoutWaiting = 0
