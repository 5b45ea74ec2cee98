package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// Snapshot gives the database as one file, as of one moment, with what is still
// in the WAL. It is as large as the database, in memory.
func (s *Store) Snapshot(ctx context.Context) (file []byte, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, translate(err)
	}
	defer func() { err = errors.Join(err, translate(conn.Close())) }()
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(interface{ Serialize() ([]byte, error) })
		if !ok {
			return fmt.Errorf("the driver cannot copy a database: %T", driver)
		}
		file, err = c.Serialize()
		return err
	})
	return file, translate(err)
}
