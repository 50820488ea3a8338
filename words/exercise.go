package words

import "strings"

// ExerciseBanner is the first and the last line of every text that shows what is
// said in an exercise, without a line end: the word for it in lang, three times.
func ExerciseBanner(lang string) string {
	return strings.TrimSuffix(strings.Repeat(M("exercise.mark").In(lang)+" ", 3), " ")
}
