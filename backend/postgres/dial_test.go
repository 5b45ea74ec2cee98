//go:build linux

package postgres_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"countersign/backend/postgres"
	"countersign/backend/store"
)

// TestConnections_EndWhenTheOtherComputerIsGone asks the system what it was told: to see it, a computer would have to be switched off.
func TestConnections_EndWhenTheOtherComputerIsGone(t *testing.T) {
	t.Parallel()
	_, connString := staffed(t)
	_, proxied := through(t, connString)
	view(t, open(t, proxied).Workspace("w"), func(tx store.ReadTx) error {
		raw, err := postgres.Conn(tx).(*net.TCPConn).SyscallConn()
		if err != nil {
			return err
		}
		return raw.Control(func(fd uintptr) {
			for name, c := range map[string]struct{ level, option, want int }{
				"what was sent and has not come":  {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 25_000}, // milliseconds
				"nothing is sent":                 {unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
				"nothing is sent, until asked":    {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 10},
				"nothing is sent, between":        {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 5},
				"nothing is sent, until given up": {unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
			} {
				if got, err := unix.GetsockoptInt(int(fd), c.level, c.option); err != nil || got != c.want {
					t.Errorf("%s: %d, not %d (%v)", name, got, c.want, err)
				}
			}
		})
	})
}
