package remote_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// The transaction that wrote the newest event of an anchored change also wrote the anchor: a sign-in waits for no further commit.
func TestInstances_AnchorIsInTheCommitOfItsEvent(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	conn, err := pgx.Connect(p.ctx(), p.conn)
	p.ok(err)
	defer conn.Close(p.ctx())
	for which := range p.all {
		p.asks(which)
		p.signIn(p.owner, ownerEmail, ownerPass)
		var same bool
		p.ok(conn.QueryRow(p.ctx(), `SELECT s.xmin = e.xmin FROM countersign.secrets s, countersign.events e
			WHERE s.name LIKE '%/anchor' AND e.seq = (SELECT max(seq) FROM countersign.events)`).Scan(&same))
		if !same {
			t.Errorf("instance %d wrote the anchor in a commit of its own", which)
		}
	}
}
