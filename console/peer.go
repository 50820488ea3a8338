package console

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
)

// users is the key under which a request's context has what userOf gives.
type users struct{}

// withUser is for [http.Server.ConnContext]. Its question is asked once a connection, and
// only when a session is to be used: whoever has none makes no work.
func withUser(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, users{}, sync.OnceValue(func() string {
		here, err := netip.ParseAddrPort(c.LocalAddr().String())
		there, bad := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil || bad != nil {
			return ""
		}
		for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
			table, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			if user := socketOf(string(table), there, here); user != "" {
				return user
			}
		}
		return ""
	}))
}

// userOf gives the number of the user of this machine at the other end of a request, as
// Linux lists it; empty where that is not known. The name of a session alone is not
// enough to use it: browsers send a cookie to every port of a host.
func userOf(r *http.Request) string {
	ask, ok := r.Context().Value(users{}).(func() string)
	if !ok {
		return ""
	}
	return ask()
}

// socketOf finds, in the text of proc_pid_net(5), the user of the socket at one end of a
// connection. A socket that its program has left is of nobody.
func socketOf(table string, end, other netip.AddrPort) string {
	const local, remote, user = 1, 2, 7
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) > 9 && writes(fields[local], end) && writes(fields[remote], other) && fields[9] != "0" {
			return fields[user]
		}
	}
	return ""
}

// writes reports whether text is how that file writes an address: words of the machine's own order
// in hexadecimal, and the port.
func writes(text string, is netip.AddrPort) bool {
	host, port, _ := strings.Cut(text, ":")
	bytes, err := hex.DecodeString(host)
	number, bad := hex.DecodeString(port)
	if err != nil || bad != nil || len(number) != 2 || binary.BigEndian.Uint16(number) != is.Port() {
		return false
	}
	for i := 0; i+4 <= len(bytes); i += 4 {
		binary.NativeEndian.PutUint32(bytes[i:], binary.BigEndian.Uint32(bytes[i:]))
	}
	addr, ok := netip.AddrFromSlice(bytes)
	return ok && addr.Unmap() == is.Addr().Unmap()
}
