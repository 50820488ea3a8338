package paper

import (
	"fmt"
	"strings"
)

// formWords are the few words that belong to the form and not to its format.
type formWords struct {
	exercise                   string
	line, field, value, check  string
	required, readBack, empty  string
	formLine, entries          string
	page                       string // of {n} and {m}
	continued                  string
	sayFilled, sayBlank, boxes string
}

// words in a language; those of English for one that has none.
func words(language string) formWords {
	switch language {
	case "ar":
		return formWords{
			exercise: "تمرين",
			line:     "السطر", field: "الحقل", value: "القيمة", check: "رقما التحقق",
			required: "إلزامي", readBack: "يُعاد للتأكيد", empty: "غير مملوء",
			formLine: "الاستمارة كلها", entries: "عدد الأسطر المملوءة",
			page: "صفحة {n} من {m}", continued: "تتمة",
			sayFilled: "للقراءة بالهاتف: اقرأ رقم السطر ثم القيمة ثم رقمي التحقق. يُكتب عند الطرف الآخر سطر واحد لكل رقم ({line}). إذا لم يتطابق رقما التحقق فاطلب السطر من جديد.",
			sayBlank:  "اكتب بخط واضح وبأرقام واضحة. املأ كل سطر إلزامي، واكتب رقم الاختيار أو ضع علامة عليه. لا تُحسب أرقام التحقق باليد، لذلك يُدخل كل سطر مرتين من الورقة، كل مرة على حدة.",
			boxes:     "الأسطر ذات الرقم الأسود تُعاد للتأكيد.",
		}
	case "he":
		return formWords{
			exercise: "תרגיל",
			line:     "שורה", field: "שדה", value: "ערך", check: "ספרות ביקורת",
			required: "חובה", readBack: "לחזרה ואימות", empty: "לא מולא",
			formLine: "הטופס כולו", entries: "מספר השורות שמולאו",
			page: "עמוד {n} מתוך {m}", continued: "המשך",
			sayFilled: "להקראה בטלפון: קראו את מספר השורה, את הערך ואת ספרות הביקורת. בצד השני נרשמת שורה לכל מספר ({line}). אם ספרות הביקורת אינן תואמות, בקשו את השורה שוב.",
			sayBlank:  "כתבו בכתב ברור ובספרות ברורות. מלאו כל שורת חובה, וסמנו או רשמו את מספר הבחירה. אין מחשבים ספרות ביקורת ביד, ולכן כל שורה מוקלדת פעמיים מן הנייר, כל פעם בנפרד.",
			boxes:     "שורות שמספרן על רקע שחור טעונות חזרה ואימות.",
		}
	}
	return formWords{
		exercise: "EXERCISE",
		line:     "Line", field: "Field", value: "Value", check: "Check",
		required: "required", readBack: "read back", empty: "not filled in",
		formLine: "Whole form", entries: "lines filled in",
		page: "page {n} of {m}", continued: "continued",
		sayFilled: "By telephone: read the line's number, the value, the check digits. The other end keys in one row for each number ({line}). Where the check digits do not agree, ask for that line again.",
		sayBlank:  "Write clearly. Fill in every required line; tick a choice or write its number. Check digits are not worked out by hand: each line is keyed in twice from the paper, one time without sight of the other.",
		boxes:     "Lines with a black number must be read back.",
	}
}

func (w formWords) pageOf(n, m int) string {
	return strings.NewReplacer("{n}", fmt.Sprint(n), "{m}", fmt.Sprint(m)).Replace(w.page)
}
