package console

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"strconv"
	"testing"
)

// From Linux 6.18, little endian: an own connection, one of another user, one that its
// program has left, one over IPv6, one of IPv4 that a program opened as IPv6.
const sockets = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31954 2 0000000000000000 100 0 0 10 0
   1: 0100007F:C001 0100007F:9C40 01 00000000:00000000 02:00000000 00000000  1000        0 31955 2 0000000000000000 20 0 0 10 -1
   2: 0100007F:9C40 0100007F:C002 01 00000000:00000000 02:00000000 00000000  1000        0 31956 2 0000000000000000 20 0 0 10 -1
   3: 0100007F:C002 0100007F:9C40 01 00000000:00000000 02:00000000 00000000  1001        0 31957 2 0000000000000000 20 0 0 10 -1
   4: 0100007F:C003 0100007F:9C40 05 00000000:00000000 02:00000000 00000000     0        0 0 2 0000000000000000 20 0 0 10 -1
   0: 00000000000000000000000001000000:C004 00000000000000000000000001000000:9C40 01 00000000:00000000 00:00000000 00000000  1002        0 31958 1 0000000000000000 20 0 0 10 -1
   1: 0000000000000000FFFF00000100007F:C005 0000000000000000FFFF00000100007F:9C40 01 00000000:00000000 00:00000000 00000000  1003        0 31959 1 0000000000000000 20 0 0 10 -1
`

func TestSocketOf(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("what is above is little endian")
	}
	for _, test := range []struct{ end, other, user string }{
		{"127.0.0.1:49153", "127.0.0.1:40000", "1000"},
		{"127.0.0.1:49154", "127.0.0.1:40000", "1001"},
		{"127.0.0.1:49155", "127.0.0.1:40000", ""},
		{"[::1]:49156", "[::1]:40000", "1002"},
		{"127.0.0.1:49157", "127.0.0.1:40000", "1003"},
		{"127.0.0.1:49158", "127.0.0.1:40000", ""},
		{"127.0.0.2:49153", "127.0.0.1:40000", ""},
	} {
		if user := socketOf(sockets, netip.MustParseAddrPort(test.end), netip.MustParseAddrPort(test.other)); user != test.user {
			t.Errorf("the user at %s is %q, want %q", test.end, user, test.user)
		}
	}
}

// This system's own list, where it has one.
func TestUserOfConnection(t *testing.T) {
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("this system lists no sockets")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Log(err) // not every machine has both
			continue
		}
		near, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		far, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		ask, _ := withUser(context.Background(), far).Value(users{}).(func() string)
		if user := ask(); user != strconv.Itoa(os.Getuid()) {
			t.Errorf("the user at the other end of %s is %q, want %d", address, user, os.Getuid())
		}
		for _, c := range []interface{ Close() error }{near, far, l} {
			c.Close()
		}
	}
}
