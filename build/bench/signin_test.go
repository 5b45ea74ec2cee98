package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/remote"
)

// signInsOn signs in so many on so many connections, by turns at the instances, and says how many a second.
func (s *server) signInsOn(ctx context.Context, connections, n int, at ...*instance) (perSecond float64, err error) {
	conns := make([]*remote.Workspace, connections)
	for i := range conns {
		if conns[i], err = s.dial(ctx, at[i%len(at)]); err != nil {
			return 0, err
		}
		defer conns[i].Close()
	}
	all, err := s.prepare(ctx, n)
	if err != nil {
		return 0, err
	}
	took, err := atOnce(connections, n, func(worker, i int) error {
		_, err := all[i].signIn(ctx, conns[worker])
		return err
	})
	return float64(n) / took.Seconds(), err
}

// signIns compares with OpenLDAP, and one instance with two.
func signIns(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	peer, err := b.openLDAP(ctx, many(20_000, 2000))
	if errors.Is(err, errNoSlapd) {
		b.leaveOut("OpenLDAP beside the sign-ins: %v", err)
	} else if err != nil {
		return err
	}
	for _, level := range []struct{ connections, ours, theirs int }{{1, 60, 400}, {8, 150, 1000}, {16, 200, 1500}} {
		name := fmt.Sprintf("sign-ins, %d connections", level.connections)
		f := figure{Name: name, Unit: "a second", Better: more}
		if level.connections == 1 {
			f.Name = "sign-ins, 1 connection"
		}
		if level.connections == 16 {
			f.Goal = goal(1)
		}
		if !b.wants(f.Name) {
			continue
		}
		var ours, theirs []float64
		for round := range *rounds + 1 {
			rate, err := s.signInsOn(ctx, level.connections, many(level.ours, level.connections), s.instances[0])
			if err != nil {
				return err
			}
			var beside float64
			if peer != nil {
				if beside, err = peer.run(ctx, level.connections, many(level.theirs, level.connections)); err != nil {
					return fmt.Errorf("OpenLDAP: %w", err)
				}
			}
			if round == 0 {
				continue
			}
			ours = append(ours, rate)
			if peer != nil {
				theirs = append(theirs, beside)
			}
		}
		if peer != nil {
			f.Against = "OpenLDAP, slapo-otp and ppolicy"
		} else {
			f.Goal = nil
		}
		b.add(fromRounds(f, ours, theirs))
	}
	const two = "sign-ins, 16 connections, two instances"
	if !b.wants(two) {
		return nil
	}
	second, err := s.another()
	if err != nil {
		return err
	}
	var one, both []float64
	for round := range *rounds + 1 {
		n := many(200, 16)
		alone, err := s.signInsOn(ctx, 16, n, s.instances[0])
		if err != nil {
			return err
		}
		together, err := s.signInsOn(ctx, 16, n, s.instances[0], second)
		if err != nil {
			return err
		}
		if round > 0 {
			one, both = append(one, alone), append(both, together)
		}
	}
	b.add(fromRounds(figure{Name: two, Unit: "a second", Against: "one instance", Goal: goal(1.5), Better: more}, both, one))
	return nil
}

// commitsOfSignIn counts the commits that wait for the disk, by the database’s log: each of them flushes it at least once while nobody else writes.
func commitsOfSignIn(ctx context.Context, b *bench) error {
	s, err := b.server(ctx)
	if err != nil {
		return err
	}
	w, err := s.dial(ctx, s.instances[0])
	if err != nil {
		return err
	}
	defer w.Close()
	// Else what does not wait is flushed in the background, and counted.
	if err := s.database.set(ctx, "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"); err != nil {
		return err
	}
	prepared, err := s.prepare(ctx, many(100, 20))
	if err != nil {
		return err
	}
	before, err := s.counts(ctx)
	if err != nil {
		return err
	}
	if *profile {
		if _, err := s.database.conn.Exec(ctx, "SELECT pg_stat_statements_reset()"); err != nil {
			return err
		}
	}
	began := time.Now()
	for _, a := range prepared {
		if _, err := a.signIn(ctx, w); err != nil {
			return err
		}
	}
	took := time.Since(began)
	after, err := s.counts(ctx)
	if err != nil {
		return err
	}
	if err := s.database.statements(ctx, b, len(prepared)); err != nil {
		return err
	}
	idle, err := s.idleFor(ctx, took)
	if err != nil {
		return err
	}
	if err := s.database.set(ctx, "wal_writer_delay TO DEFAULT", "wal_writer_flush_after TO DEFAULT"); err != nil {
		return err
	}
	each := func(n int64) []float64 { return []float64{float64(n) / float64(len(prepared))} }
	used := func(d time.Duration) []float64 {
		return []float64{float64(d) / float64(time.Millisecond) / float64(len(prepared))}
	}
	b.add(fromRounds(figure{Name: "commits of a sign-in, processor time of the instance", Unit: "ms", Better: less}, used(after.server-before.server-(idle.server-after.server)), nil))
	b.add(fromRounds(figure{Name: "commits of a sign-in, processor time of PostgreSQL", Unit: "ms", Better: less}, used(after.database-before.database-(idle.database-after.database)), nil))
	b.add(fromRounds(figure{Name: "commits of a sign-in that wait for the disk", Unit: "commits", Goal: goal(3), Better: less}, each(after.syncs-before.syncs-(idle.syncs-after.syncs)), nil))
	b.add(fromRounds(figure{Name: "commits of a sign-in, with reads and those that do not wait", Unit: "commits", Better: less}, each(after.commits-before.commits-(idle.commits-after.commits)), nil))
	return nil
}

// counts is what the database has done, and what it and the first instance have used of the processor.
type counts struct {
	syncs, commits   int64
	server, database time.Duration
}

func (s *server) counts(ctx context.Context) (c counts, err error) {
	server, errS := processorTime(s.instances[0].Process.Pid)
	database, errD := s.database.processorTimes()
	c, err = s.database.counts(ctx)
	c.server, c.database = server, database
	return c, errors.Join(err, errS, errD)
}

// idleFor counts what the server does by itself for as long: it looks at its database once a second.
func (s *server) idleFor(ctx context.Context, long time.Duration) (counts, error) {
	select {
	case <-time.After(long):
		return s.counts(ctx)
	case <-ctx.Done():
		return counts{}, ctx.Err()
	}
}

// statisticsCome is longer than PostgreSQL's sessions take to report what they have done, also where they are idle from then on: ten seconds.
const statisticsCome = 12 * time.Second

// counts waits until the statistics have come.
func (d *database) counts(ctx context.Context) (c counts, err error) {
	select {
	case <-time.After(statisticsCome):
	case <-ctx.Done():
		return c, ctx.Err()
	}
	return c, d.conn.QueryRow(ctx, "SELECT wal_sync, (SELECT xact_commit FROM pg_stat_database WHERE datname = 'countersign') FROM pg_stat_wal").Scan(&c.syncs, &c.commits)
}
