package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"parley/mirror"
)

// servePublic serves checkpoint and tiles on an address until stop is called.
// What is served is signed; whoever can reach the address may have it.
func servePublic(address string, handler http.Handler, stdout io.Writer, log *slog.Logger) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve stock tools: %w", err)
	}
	server, ended := mirror.Server(handler), make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); err != http.ErrServerClosed {
			log.Error("stock tools are not served any more", "error", err)
		}
	}()
	fmt.Fprintf(stdout, "checkpoint and tiles for stock tools on http://%s, to whoever can reach it\n", listener.Addr())
	return func() {
		server.Close()
		<-ended
	}, nil
}
