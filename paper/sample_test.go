package paper

// A notice in each language, filled in; fictional, as in EXERCISE QUIET ORCHARD.
func sample(language string) *Sheet {
	s := &Sheet{
		Language: language, Exercise: true, Format: "J14/1",
		Title: map[string]string{"en": "Notice of activity", "ar": "إشعار بنشاط", "he": "הודעה על פעילות"}[language],
		Help: map[string]string{
			"en": "Tells the other side of an activity that it could take for a threat, before it begins.",
			"ar": "يُعلم الطرف الآخر بنشاط قد يحسبه تهديداً، قبل أن يبدأ.",
			"he": "מודיע לצד האחר על פעילות שעלולה להיראות כאיום, לפני שהיא מתחילה.",
		}[language],
	}
	say := func(en, ar, he string) string { return map[string]string{"en": en, "ar": ar, "he": he}[language] }
	s.Header = []Row{
		{say("From", "من", "מאת"), say("ALDER, watch officer", "ALDER، ضابط المناوبة", "ALDER, קצין תורן")},
		{say("To", "إلى", "אל"), "BIRCH"},
		{say("Precedence", "الأسبقية", "עדיפות"), "PRIORITY"},
		{say("Serial", "الرقم المتسلسل", "מספר סידורי"), "ALDER-2026-0042"},
		{say("Written", "حُرّر في", "נכתב"), "2026-11-24T07:00Z"},
		{say("Expires", "ينتهي في", "פג ב"), "2026-11-27T09:00Z"},
	}
	s.Lines = []Line{
		{
			Number: 1, Required: true, Critical: true,
			Label: say("Activity", "النشاط", "פעילות"),
			Help:  say("Choose one.", "اختر واحداً.", "בחרו אחת."),
			Value: []string{"survey"}, Shown: []string{say("survey flight", "رحلة مسح", "טיסת סקר")},
			Choices: []Choice{
				{1, "survey", say("survey flight", "رحلة مسح", "טיסת סקר")},
				{2, "live-fire", say("live firing", "رماية حية", "ירי חי")},
				{3, "blasting", say("blasting", "تفجير", "פיצוץ")},
				{4, "convoy", say("convoy or column on the move", "قافلة أو رتل متحرك", "שיירה או טור בתנועה")},
				{5, "works", say("works and engineering", "أشغال وهندسة", "עבודות והנדסה")},
				{6, "other", say("other", "غير ذلك", "אחר")},
			},
		},
		{
			Number: 2, Required: true, Critical: true,
			Label: say("Place", "المكان", "מקום"),
			Help:  say("Format, coordinates, uncertainty in metres, name: DMM 00 33.600N 017 57.000W ±50m; name", "الصيغة، الإحداثيات، نسبة الخطأ بالأمتار، الاسم: DMM 00 33.600N 017 57.000W ±50m", "תבנית, קואורדינטות, אי־ודאות במטרים, שם: DMM 00 33.600N 017 57.000W ±50m"),
			Value: []string{"geo:0.56,-17.95;u=50;as=dmm"},
			Shown: []string{say("00°33.600′N 017°57.000′W ±50 m, valley, north end (28NCF 90300 61900)", "00°33.600′N 017°57.000′W ±50 m، الوادي، الطرف الشمالي (28NCF 90300 61900)", "00°33.600′N 017°57.000′W ±50 m, העמק, הקצה הצפוני (28NCF 90300 61900)")},
		},
		{
			Number: 3, Required: true, Critical: true,
			Label: say("Window", "النافذة الزمنية", "חלון זמן"),
			Help:  say("Begin and end with zone: 2026-11-27T07:00Z/2026-11-27T09:00Z", "البداية والنهاية مع المنطقة الزمنية: 2026-11-27T07:00Z/2026-11-27T09:00Z", "התחלה וסיום עם אזור זמן: 2026-11-27T07:00Z/2026-11-27T09:00Z"),
			Value: []string{"2026-11-27T07:00Z/2026-11-27T09:00Z"},
			Shown: []string{say("27 November 2026, 07:00 to 09:00 UTC", "27 تشرين الثاني/نوفمبر 2026، من 07:00 إلى 09:00 UTC", "27 בנובמבר 2026, מ־07:00 עד 09:00 UTC")},
		},
		{
			Number: 4, Critical: true,
			Label: say("Altitude", "الارتفاع", "גובה"),
			Help:  say("Lower and upper limit with reference: 0 m SFC to 120 m SFC", "الحد الأدنى والأعلى مع المرجع: 0 m SFC to 120 m SFC", "גבול תחתון ועליון עם ייחוס: 0 m SFC to 120 m SFC"),
			Value: []string{"0 m SFC/120 m SFC"},
			Shown: []string{say("from 0 m to 120 m above the surface", "من 0 m إلى 120 m فوق سطح الأرض", "מ־0 m עד 120 m מעל פני השטח")},
		},
		{
			Number: 5, Required: true,
			Label: say("Contact", "جهة الاتصال", "איש קשר"),
			Help:  say("tel:, radio:, sat:, mail: or desk:", "tel: أو radio: أو sat: أو mail: أو desk:", "tel:, radio:, sat:, mail: או desk:"),
			Value: []string{"radio:121.500 MHz"},
		},
		{
			Number: 6,
			Label:  say("Participants", "المشاركون", "משתתפים"),
			Help:   say("Roles, separated by commas", "الأدوار، تفصل بينها فواصل", "תפקידים, מופרדים בפסיקים"),
			Value:  []string{"alder/survey-party", "alder/watch"},
		},
		{
			Number: 7, Label: say("Reference", "المرجع", "סימוכין"),
			Help: say("Of an earlier statement", "إلى بيان سابق", "להודעה קודמת"),
		},
		{
			Number: 8, Kind: Text,
			Label: say("Remarks", "ملاحظات", "הערות"),
			Help:  say("At most 200 words", "200 كلمة على الأكثر", "200 מילים לכל היותר"),
			Value: []string{
				say("The aircraft is white with an orange tail and flies at 60 km/h; it carries a camera that looks down and nothing else.",
					"الطائرة بيضاء وذيلها برتقالي وتطير بسرعة 60 km/h، وتحمل آلة تصوير موجهة إلى الأسفل ولا شيء غيرها.",
					"כלי הטיס לבן וזנבו כתום, והוא טס במהירות 60 km/h; הוא נושא מצלמה הפונה מטה ודבר מלבדה."),
				say("If the wind is above 8 m/s the flight moves to the next day (28 November, 07:00Z), by a replacing notice.",
					"إذا زادت الريح على 8 m/s تؤجل الرحلة إلى اليوم التالي (28 تشرين الثاني/نوفمبر، 07:00Z) بإشعار يحل محل هذا.",
					"אם הרוח תעלה על 8 m/s תידחה הטיסה ליום שלמחרת (28 בנובמבר, 07:00Z) בהודעה מחליפה."),
			},
		},
	}
	return s
}

// blank empties a sheet.
func blank(s *Sheet) *Sheet {
	for i := range s.Lines {
		s.Lines[i].Value, s.Lines[i].Shown = nil, nil
	}
	for i := range s.Header {
		s.Header[i].Value = ""
	}
	return s
}
