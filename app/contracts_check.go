package app

import (
	"countersign/backend/client"

	"countersign/backend/service"
)

// CheckProgress tells of a check of the contracts: the event "checking".
type CheckProgress struct {
	Name       string        `json:"name"`
	Done       int           `json:"done"`
	Total      int           `json:"total"`
	Bytes      int64         `json:"bytes"`
	TotalBytes int64         `json:"totalBytes"`
	Finished   bool          `json:"finished"`
	Stopped    bool          `json:"stopped"`
	Good       int           `json:"good"`
	Bad        []BadContract `json:"bad"`
	Unknown    []string      `json:"unknown"` // names of files that belong to no contract
	Error      *AppError     `json:"error,omitempty"`
}

// BadContract is one that cannot be read as it was added.
type BadContract struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Problem string `json:"problem"` // missing, changed, unreadable
}

// Check reads every contract and compares it with what was noted when it was
// added. It answers at once; the event "checking" tells the rest.
func (c *Contracts) Check(session string) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	ctx, end, err := in.beginJob(jobChecking)
	if err != nil {
		return err
	}
	go func() {
		p := CheckProgress{Bad: []BadContract{}, Unknown: []string{}}
		tell := in.telling("checking")
		r, err := in.session.CheckDocuments(ctx, func(step client.CheckStep) {
			p.Name, p.Done, p.Total, p.Bytes, p.TotalBytes = step.Name, step.Done, step.Total, step.Bytes, step.TotalBytes
			tell(p, false)
		})
		end()
		p.Finished, p.Stopped, p.Good = true, r.Stopped, r.Good
		p.Unknown = append(p.Unknown, r.Unknown...)
		for _, b := range r.Bad {
			p.Bad = append(p.Bad, BadContract{b.ID, b.Name, problemOf(b.Problem)})
		}
		if err = in.after(err); err != nil {
			fault := c.s.present(err)
			p.Error = &fault
		}
		tell(p, true)
	}()
	return nil
}

// StopCheck stops a check under way.
func (c *Contracts) StopCheck(session string) error { return c.s.stopJob(session, jobChecking) }

func problemOf(code service.Code) string {
	switch code {
	case service.CodeDocumentMissing:
		return "missing"
	case service.CodeDocumentDamaged:
		return "changed"
	}
	return "unreadable"
}
