package documents

// noFollow: links are rare here and their making is restricted; openPlain compares what it
// opened with what it saw.
const noFollow = 0
