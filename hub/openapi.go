package hub

import (
	"log"
	"log/slog"
	"net/http"
	"strings"
)

// openAPI describes the API in OpenAPI 3.1, from the table that serves it.
func (h *Hub) openAPI(w http.ResponseWriter, _ *http.Request) {
	media := func(of string) map[string]any { return map[string]any{of: map[string]any{}} }
	paths := map[string]map[string]any{}
	for _, r := range h.routes() {
		operation := map[string]any{
			"summary":  r.summary,
			"security": []any{map[string]any{"token": []string{}}},
			"responses": map[string]any{
				"default": map[string]any{"description": "A problem document (RFC 9457) with the members rule and remedy.", "content": media("application/problem+json")},
			},
		}
		status, answer := "204", map[string]any{"description": "Done."}
		if r.response != "" {
			status, answer = "200", map[string]any{"description": "The answer.", "content": media(r.response)}
		}
		operation["responses"].(map[string]any)[status] = answer
		if r.request != "" {
			operation["requestBody"] = map[string]any{"required": true, "content": media(r.request)}
		}
		path := r.path
		if strings.HasSuffix(path, "/") {
			path += "{tile}"
			operation["parameters"] = []any{map[string]any{"name": "tile", "in": "path", "required": true, "schema": map[string]any{"type": "string"}}}
		}
		if r.path == "/v1/feed" {
			operation["parameters"] = []any{map[string]any{"name": "after", "in": "query", "required": true, "schema": map[string]any{"type": "integer", "minimum": 0}}}
		}
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(r.method)] = operation
	}
	document := map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": "parley hub", "version": "1"},
		"paths":   paths,
		"components": map[string]any{"securitySchemes": map[string]any{"token": map[string]any{
			"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Signed by the caller with an endorsed key, for at most 60 s; its audience is the mechanism."}}},
	}
	if err := reply(w, document); err != nil {
		h.log.Error("openapi", "error", err)
	}
}

// slogError gives net/http's complaints to the structured log.
func slogError(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
