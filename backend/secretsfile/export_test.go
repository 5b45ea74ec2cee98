package secretsfile

import (
	"context"
	"fmt"

	"countersign/backend/secret"
)

// Fill sets many items with one write.
func (f *File) Fill(ctx context.Context, name string, count int) error {
	return f.change(ctx, name, func(c content) (content, bool, error) {
		next := c.with(name, nil)
		delete(next.items, name)
		for i := range count {
			item := fmt.Sprintf("%s%d", name, i)
			sealed, err := f.keys.encrypt(item, secret.NewBytes(make([]byte, 20)))
			if err != nil {
				return c, false, err
			}
			next.items[item] = sealed
		}
		return next, true, nil
	})
}
