package console

// Patterns gives tests the routes of a console.
func (k *Console) Patterns() (all []string) {
	for _, s := range k.screen {
		all = append(all, s.pattern)
	}
	return all
}
