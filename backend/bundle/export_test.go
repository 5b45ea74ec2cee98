package bundle

// Cheap makes trying the passphrase quick, for tests.
func (r Recipients) Cheap() Recipients {
	if r.work > 0 {
		r.work = 4
	}
	return r
}

// WithWork sets the work factor.
func (r Recipients) WithWork(factor int) Recipients {
	r.work = factor
	return r
}

// InMemory is how much waits in memory.
const InMemory = inMemory
