package screening

import (
	"slices"
	"strings"
)

// What follows is written in the folded form of split.

// particles are parts of names that differ from one spelling to the next and say
// nothing of who it is.
var particles = setOf(`al el ul il bin ibn ben bint bent bat wuld ould walad de del della di da van von der den la le du of and the et und
	mr mrs ms dr prof eng sheikh shaikh cheikh sheikha haj hajj hadj hajji sayyid mullah mulla mawlawi general gen col colonel
	بن ابن إبن بنت ولد ال آل و الشيخ الحاج الدكتور المهندس
	בן בת אל דר`)

// kunyas stand before a name and are left out as often as not.
var kunya = setOf(`abu abou abo aboo bou umm oum um abi ابو أبو ابي أبي ام أم אבו אום`)

// generic words are in every company's name, and are translated rather than
// transliterated.
var generic = setOf(`co company companies ltd limited llc inc corp corporation group trading trade general international intl establishment est holding holdings
	industries industry industrial sarl sa sas gmbh ag plc jsc pjsc ojsc ooo fze fzco fzc wll spc bv nv spa srl enterprise enterprises services service for
	import export contracting investment investments office foundation society association
	شركة شركات مؤسسة مجموعة مكتب جمعية للتجارة التجارة التجارية العامة عامة المحدودة محدودة للصناعة الصناعية الدولية القابضة للمقاولات للاستثمار للاستيراد والتصدير
	חברה חברת קבוצת קבוצה בעמ תעשיות תעשייה סחר מסחר כללי כללית בינלאומי בינלאומית אחזקות שירותי שירותים השקעות עמותת`)

// articles come before a part and are assimilated to it: ar-rashid, ech-cherif.
var articles = setOf(`al el ul il ar er ur ir as es us ash esh ush ech ach at et ut ath an en un in ad ed ud adh az ez uz`)

func setOf(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[fold(word)] = true
	}
	return set
}

func isParticle(w word) bool { return w.tail == "" && particles[w.text] }

func isArticle(text string) bool { return articles[text] || text == "l" }

// isArticleBefore says whether w is an article of the word after it: by the
// hyphen, or by the letter to which it is assimilated.
func isArticleBefore(w word, words []word, i int) bool {
	if w.hyphen && (w.text == "ai" || w.text == "ei") { // al-, el- as they are misread
		return i+1 < len(words)
	}
	if w.in != latin || !articles[w.text] || i+1 >= len(words) || words[i+1].in != latin {
		return false
	}
	if w.text[1] == 'l' {
		return true
	}
	return (w.hyphen || i > 0) && words[i+1].text[0] == w.text[1]
}

// hebrewArticle is the article of an Arabic name in Hebrew letters: al-, a-, as-.
func hebrewArticle(w word) bool {
	return w.in == hebrew && (w.text == "אל" || w.hyphen && slices.Contains([]string{"א", "אס", "אר", "אד", "אן", "אש", "אז", "את", "אט", "אצ"}, w.text))
}

// abdOf is how abd is written where it is joined.
var abdOf = map[script]string{latin: "abd", arabic: "عبد", hebrew: "עבד"}

var abds = setOf(`abd abdu abdul abdur abdus abdun abduz abdut abdush abdel abder abdes abden abdez abdet abdech abdoul abdour abdous abdal abdil abed abid abdou عبد עבד עבדל עבדול עבדאל`)

func isAbd(w word) bool { return w.tail == "" && abds[w.text] }

var (
	dins   = setOf(`din dine deen dein eddin eddine uddin uddine aldin eldin aldeen eldeen addin addeen udeen الدين אלדין א'דין אדדין`)
	allahs = setOf(`allah ullah ollah alla الله אללה`)
	tails  = map[script]map[bool]string{latin: {true: "din", false: "allah"}, arabic: {true: "دين", false: "الله"}, hebrew: {true: "דין", false: "אללה"}}
)

// isDin says whether w is the second part of a name such as Nur al-Din.
func isDin(w word, article bool) bool {
	return dins[w.text] && (w.in == arabic || len(w.text) > 5 || article || w.in == latin) || article && w.text == "דין" || w.text == "דין" && w.hyphen
}

func isAllah(w word) bool { return allahs[w.text] }

func tailOf(w word) string { return tails[w.in][dins[w.text] || w.text == "דין"] }
