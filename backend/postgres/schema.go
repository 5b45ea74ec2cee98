package postgres

import (
	"context"
	_ "embed" // schema.txt
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"countersign/backend/store"
)

// schemaMade is what describe finds after the newest migration. A test compares the two, and writes it anew.
//
//go:embed schema.txt
var schemaMade string

// description lists all that decides what a statement of ours does: the tables, columns, constraints, indexes,
// triggers, rules and policies of our schema, the functions and operators in it, and the tables that inherit
// from ours. goose's own table is goose's. The constraints of kind n are the NOT NULL of columns, which
// PostgreSQL lists from version 18 on.
const description = `
	WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = $1::regnamespace AND relname NOT IN ('goose_db_version', 'goose_db_version_id_seq'))
	SELECT CASE relkind WHEN 'r' THEN 'table' ELSE 'relation of kind ' || relkind::text END || ' ' || relname
			|| CASE relpersistence WHEN 'p' THEN '' ELSE ' not logged' END || CASE WHEN relrowsecurity OR relforcerowsecurity THEN ' with row security' ELSE '' END
		FROM ours WHERE relkind NOT IN ('i', 't')
	UNION ALL SELECT 'column ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
			|| coalesce(' collate ' || (SELECT collname FROM pg_collation o WHERE o.oid = attcollation AND attcollation <> 100), '')
			|| coalesce(' default ' || pg_get_expr(adbin, adrelid), '') || CASE WHEN attgenerated = '' THEN '' ELSE ' generated' END
		FROM pg_attribute JOIN ours ON ours.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
		WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
		FROM pg_constraint JOIN ours ON ours.oid = conrelid WHERE contype <> 'n'
	UNION ALL SELECT pg_get_indexdef(indexrelid) || CASE WHEN indisvalid AND indisready AND indislive THEN '' ELSE ' not valid' END FROM pg_index JOIN ours ON ours.oid = indrelid
	UNION ALL SELECT 'trigger ' || tgrelid::regclass || '.' || tgname FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal OR tgenabled <> 'O'
	UNION ALL SELECT 'rule ' || ev_class::regclass || '.' || rulename FROM pg_rewrite JOIN ours ON ours.oid = ev_class
	UNION ALL SELECT 'policy ' || polrelid::regclass || '.' || polname FROM pg_policy JOIN ours ON ours.oid = polrelid
	UNION ALL SELECT 'child ' || inhrelid::regclass || ' of ' || inhparent::regclass FROM pg_inherits JOIN ours ON ours.oid = inhparent
	UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE pronamespace = $1::regnamespace
	UNION ALL SELECT 'operator ' || oid::regoperator FROM pg_operator WHERE oprnamespace = $1::regnamespace`

// describe gives the description of the schema as sorted lines.
func (d *Database) describe(ctx context.Context) ([]string, error) {
	rows, err := d.pool.Query(ctx, description, namespace)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	slices.Sort(lines)
	return lines, err
}

// checkSchema refuses a schema with something that this program did not make, or without something that
// it did: any of them could change what a statement of ours does. A newer program may have added to it.
func (d *Database) checkSchema(ctx context.Context, isNewer bool) error {
	got, err := d.describe(ctx)
	if err != nil {
		return err
	}
	want := strings.Split(strings.TrimSuffix(schemaMade, "\n"), "\n")
	for _, object := range got {
		if !isNewer && !slices.Contains(want, object) {
			return fmt.Errorf("%w: %.80q is not ours", store.ErrAltered, object)
		}
	}
	for _, object := range want {
		if !slices.Contains(got, object) {
			return fmt.Errorf("%w: %.80q is missing", store.ErrAltered, object)
		}
	}
	return nil
}
