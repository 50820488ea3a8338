package console

// floor shows what needs a hand now, and how the channel stands.
func (k *Console) floor(v *visit) error {
	return v.show("floor", nil)
}
