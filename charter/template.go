package charter

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed templates/*.json
var templates embed.FS

// Templates names the embedded drafts, sorted.
func Templates() []string {
	files, err := templates.ReadDir("templates")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file.Name(), ".json"))
	}
	return names
}

// Template gives a draft to fill in: everything but the hub's addresses and
// keys and the parties' keys.
func Template(name string) (*Charter, error) {
	text, err := templates.ReadFile(path.Join("templates", name+".json"))
	if err != nil {
		return nil, fmt.Errorf("there is no charter template %q; there are %s", name, strings.Join(Templates(), ", "))
	}
	return Parse(text)
}
