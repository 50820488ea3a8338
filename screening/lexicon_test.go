package screening

import (
	"math/rand/v2"
	"strings"
)

// The test set of names is made from common given names, and from family names
// that nobody has, which are made from random roots in the patterns of Arabic and
// Hebrew and from random syllables. Each name part is written down once as it is
// spoken (phonemes) and once in its own script; every other writing is made from
// that by the rules of variants_test.go.
//
// Phonemes of Arabic: ' b t c(th) j H x d V(dh) r z s $ S D T Z E(ayn) G(gh) f q k
// l m n h w y, a i u A I U, P (ta marbuta); a doubled letter is written twice. Of
// Hebrew: ' b v g d h z X(het) T y k K(khaf) l m n s E p f C(tsade) q r $ t, a e i o u.

type tongue int

const (
	arabicName tongue = iota
	hebrewName
	europeanName
)

// A lexeme is one part of a name.
type lexeme struct {
	of      tongue
	spoken  string
	written string // in its own script, without an article
	article bool   // al-
	abd     bool   // written and spoken are what follows abd al-
	din     bool   // written and spoken are what precedes al-din
	ar, he  string // of European names
}

// key is what tells l from others in plain Latin letters: names that even these
// write alike are namesakes, and a hit among them is no false alarm.
func (l lexeme) key() string {
	return plainly.Replace(l.spoken) + strings.Repeat("+", b2i(l.abd)) + strings.Repeat("*", b2i(l.din))
}

var plainly = strings.NewReplacer("'", "", "E", "", "H", "h", "X", "h", "S", "s", "T", "t", "D", "d", "Z", "z", "A", "a", "I", "i", "U", "u", "aP", "a", "x", "kh", "K", "kh", "c", "th", "V", "dh", "G", "gh", "$", "sh", "C", "ts", "q", "k")

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

var arabicGiven = lexemes(arabicName, `
muHammad محمد aHmad أحمد maHmUd محمود HAmid حامد HamId حميد EalI علي Hasan حسن Husayn حسين ibrAhIm إبراهيم ismAEIl إسماعيل yUsuf يوسف mUsA موسى EIsA عيسى
yaHyA يحيى zakariyyA زكريا dAwUd داود sulaymAn سليمان Eumar عمر EucmAn عثمان xAlid خالد walId وليد sAlim سالم samIr سمير sAmI سامي karIm كريم kamAl كمال
jamAl جمال jamIl جميل jalAl جلال hilAl هلال bilAl بلال TAriq طارق ziyAd زياد riyAD رياض muSTafA مصطفى murtaDA مرتضى riDA رضا $arIf شريف $afIq شفيق
tawfIq توفيق fArUq فاروق fu'Ad فؤاد fA'iz فائز qAsim قاسم qays قيس GassAn غسان GAzI غازي ZAfir ظافر nizAr نزار nabIl نبيل nAdir نادر nAjI ناجي
munIr منير mAzin مازن mAlik مالك hAnI هاني hi$Am هشام haycam هيثم EiSAm عصام EimAd عماد EAdil عادل ra$Id رشيد ra'Uf رؤوف rAmI رامي saEId سعيد
sayf سيف suhayl سهيل yAsir ياسر yAsIn ياسين fATimaP فاطمة EA'i$aP عائشة maryam مريم zaynab زينب xadIjaP خديجة samIraP سميرة laylA ليلى hudA هدى
amInaP أمينة nAdiyaP نادية suEAd سعاد wafA' وفاء hayfA' هيفاء mu'ayyad مؤيد VakwAn ذكوان cAmir ثامر`)

var arabicAbd = lexemes(arabicName, `raHmAn رحمن EazIz عزيز karIm كريم salAm سلام qAdir قادر laTIf لطيف HamId حميد nASir ناصر majId مجيد raHIm رحيم HalIm حليم GanI غني wahhAb وهاب SamadI صمدي`)
var arabicDin = lexemes(arabicName, `nUr نور SalAH صلاح nASir ناصر badr بدر Eizz عز $ams شمس jamAl جمال`)

var hebrewGiven = lexemes(hebrewName, `
avraham אברהם yiCXaq יצחק yaEaqov יעקב yosef יוסף mo$e משה david דוד dan דן daniel דניאל $muel שמואל $imEon שמעון $lomo שלמה yehuda יהודה
reuven ראובן binyamin בנימין Xayim חיים yicra'el ישראל mordeKay מרדכי eliezer אליעזר eliyahu אליהו gidEon גדעון yonatan יונתן natan נתן no'am נועם
E'uzi עוזי Eamir עמיר $a'ul שאול CvI צבי ze'ev זאב ari'el אריאל nimrod נמרוד dov דב aharon אהרון pinXas פנחס meir מאיר yiga'el יגאל
Xana חנה rivqa רבקה raXel רחל le'a לאה $o$ana שושנה E'adina עדינה Cipora ציפורה miKal מיכל ya'el יעל tamar תמר nurit נורית $ulamit שולמית
E'ofer עופר yoram יורם $im$on שמשון baruK ברוך`)

func lexemes(of tongue, text string) (all []lexeme) {
	fields := strings.Fields(text)
	for i := 0; i < len(fields); i += 2 {
		all = append(all, lexeme{of: of, spoken: fields[i], written: fields[i+1]})
	}
	return all
}

var europeanGiven = func() (all []lexeme) {
	fields := strings.Fields(`Thomas توماس תומאס Catherine كاثرين קתרין Daniel دانيال דניאל Robert روبرت רוברט Elena إيلينا אלנה Peter بيتر פיטר Anna آنا אנה Victor فيكتور ויקטור
Richard ريتشارد ריצ'רד Simon سيمون סימון Helen هيلين הלן Martin مارتن מרטין Philip فيليب פיליפ George جورج ג'ורג' Stephan ستيفان סטפן Barbara باربرا ברברה Laura لورا לאורה Frank فرانك פרנק
Henrik هنريك הנריק Sophia صوفيا סופיה Claudia كلاوديا קלאודיה Andreas أندرياس אנדריאס Charles تشارلز צ'רלס Michael مايكل מייקל`)
	for i := 0; i < len(fields); i += 3 {
		all = append(all, lexeme{of: europeanName, spoken: fields[i], ar: fields[i+1], he: fields[i+2]})
	}
	return all
}()

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// arabicRoot draws three different consonants that may stand in one root.
func root(r *rand.Rand, consonants string) [3]string {
	for {
		a, b, c := string(consonants[r.IntN(len(consonants))]), string(consonants[r.IntN(len(consonants))]), string(consonants[r.IntN(len(consonants))])
		if a != b && b != c && a != c {
			return [3]string{a, b, c}
		}
	}
}

var arabicPatterns = []string{"1A2i3", "1a22A3", "1a2I3", "ma12U3", "1u2ay3", "1a2A3I", "1A2i3I", "1a23AwI", "mu1A2i3", "1a2U3", "ta12I3I", "1i23AnI", "1a22U3", "1i2A3"}

func arabicFamily(r *rand.Rand) lexeme {
	k := root(r, "btcjHxdrzs$SDTZEGfqklmnh")
	spoken := strings.NewReplacer("1", k[0], "2", k[1], "3", k[2]).Replace(pick(r, arabicPatterns))
	return lexeme{of: arabicName, spoken: spoken, written: arabicSpelling(spoken), article: r.IntN(2) == 0}
}

var hebrewPatterns = []string{"1a23an", "1o2e3", "1a2u3i", "me1a2e3", "1i23oni", "1a2i3", "1a2a3i", "1e23e3i", "1u23ani", "1a22a3i", "ha1o2e3", "1o2e3et", "1a2on3i"}

func hebrewFamily(r *rand.Rand) lexeme {
	k := root(r, "bgdzXTklmnsEpCqr$t")
	spoken := strings.NewReplacer("1", k[0], "2", k[1], "3", k[2], "22", k[1]).Replace(pick(r, hebrewPatterns))
	spoken = strings.ReplaceAll(spoken, k[1]+k[1], k[1])
	return lexeme{of: hebrewName, spoken: spoken, written: hebrewSpelling(spoken)}
}

var (
	onsets  = strings.Fields("b br d dr f fr g gr h k kr l m n p r s st t tr v w sch")
	nuclei  = strings.Fields("a e i o u a e i o au ei")
	codas   = strings.Fields("n r l s t m nd rt lt ck ns")
	endings = strings.Fields("er en mann son ov ova ini sen ic ard berg dal quist")
)

func europeanFamily(r *rand.Rand) lexeme {
	spoken := pick(r, onsets) + pick(r, nuclei) + pick(r, codas)
	if r.IntN(2) == 0 {
		spoken += pick(r, nuclei) + pick(r, codas)
	}
	spoken += pick(r, endings)
	l := lexeme{of: europeanName, spoken: strings.ToUpper(spoken[:1]) + spoken[1:]}
	l.ar, l.he = europeanIn(l.spoken, true), europeanIn(l.spoken, false)
	return l
}

// A spokenName is given name, perhaps the father's, and family name.
type spokenName []lexeme

// draw makes a name of one of the three tongues: 60% Arabic, 25% Hebrew.
func draw(r *rand.Rand, families map[tongue][]lexeme) spokenName {
	var n spokenName
	parts := 3
	if r.IntN(4) == 0 {
		parts = 2
	}
	switch p := r.IntN(100); {
	case p < 60:
		for range parts - 1 {
			switch r.IntN(8) {
			case 0:
				l := pick(r, arabicAbd)
				l.abd = true
				n = append(n, l)
			case 1:
				l := pick(r, arabicDin)
				l.din = true
				n = append(n, l)
			default:
				n = append(n, pick(r, arabicGiven))
			}
		}
		return append(n, pick(r, families[arabicName]))
	case p < 85:
		for range parts - 1 {
			n = append(n, pick(r, hebrewGiven))
		}
		return append(n, pick(r, families[hebrewName]))
	default:
		for range parts - 1 {
			n = append(n, pick(r, europeanGiven))
		}
		return append(n, pick(r, families[europeanName]))
	}
}
