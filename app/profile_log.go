package app

// SecurityLog reads a page of what concerns the person themselves, newest first. before is the
// next of the page before; 0: from the newest.
func (p *Profile) SecurityLog(session string, before int64) (LogPage, error) {
	in, err := p.s.use(session)
	if err != nil {
		return LogPage{Entries: []LogEntryView{}}, err
	}
	found, err := in.session.OwnLog(p.s.context(), before, pageSize)
	return LogPage{Entries: logEntries(found.Entries), Next: found.Next}, in.after(err)
}
