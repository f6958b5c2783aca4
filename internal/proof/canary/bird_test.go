package canary

import (
	"fmt"
	"strings"
)

// bird is an invented person all of whose data are canaries.
type bird struct {
	n                       int
	known                   bool // the registry has them
	name, latin, letters    string
	day, month, year        int
	number, document        string
	email, phone, reply     string
	wrongEmail, wrongPhone  string
	wrongNumber, wrongWords string
}

// names are in the scripts that people write their own in.
var names = []string{
	"Øystein Grønnfink", "Ελένη Κοκκινολαίμη", "Зинаида Снегирёва", "ሰላማዊት ወፍ", "أمينة العصفورة", "李燕雀鳥類名",
	"गौरैया चिड़ियाँ", "Nguyễn Chim Sẻ", "Şükrü Serçeoğlu", "Żaneta Czyżykówna", "ნინო მერცხალაძე", "מרים סנונית",
}

// flock returns the birds, of which every other one is known.
func flock() []bird {
	var birds []bird
	for n, name := range names {
		letters := string(rune('a'+n)) + string(rune('k'+n))
		birds = append(birds, bird{
			n: n, known: n%2 == 0, name: name, latin: "Kanarie Vogel" + letters, letters: letters,
			day: 11 + n, month: 3 + n%9, year: 1931 + 3*n,
			number: bsn(81234500 + 7*n), document: fmt.Sprintf("XKANAR%02dQ", n),
			email: fmt.Sprintf("kanarie.%s@vogels.example.org", letters), phone: fmt.Sprintf("06477%05d", 31007+113*n),
			reply:      "Mijn kooi staat in straat " + letters + " bij de molen.",
			wrongEmail: "kanarie." + letters + "@@fout..example", wrongPhone: fmt.Sprintf("0647731%d", 550101+n),
			wrongNumber: wrong(bsn(71234900 + 3*n)), wrongWords: "verkeerdwoord" + letters + letters,
		})
	}
	return birds
}

// bsn returns the first number from digits on that has a right check digit.
func bsn(digits int) string {
	for ; ; digits++ {
		text, sum := fmt.Sprintf("%08d", digits), 0
		for i, c := range text {
			sum += int(c-'0') * (9 - i)
		}
		if last := sum % 11; last < 10 {
			return text + fmt.Sprint(last)
		}
	}
}

// wrong gives a number another check digit.
func wrong(number string) string {
	last := len(number) - 1
	return number[:last] + string('0'+(number[last]-'0'+1)%10)
}

func (b bird) birth() string { return fmt.Sprintf("%04d-%02d-%02d", b.year, b.month, b.day) }

// call returns a name for a canary of b.
func (b bird) call(what string) string { return fmt.Sprintf("%s of person %d", what, b.n) }

// row is what the registry knows of b, for an import.
func (b bird) row() string {
	return fmt.Sprintf("%s,%s,%s,%s,%s,vaccination,2021-07-06,NL,GGD,1119349007,EU/1/20/1528,ORG-100030215,2,2\n",
		b.number, b.name, b.latin, b.birth(), b.phone)
}

const registerHead = "bsn,name,latin_name,birth_date,phone,kind,day,country,centre,prophylaxis,product,manufacturer,dose,doses\n"

func register(birds []bird) string {
	var text strings.Builder
	text.WriteString(registerHead)
	for _, b := range birds {
		if b.known {
			text.WriteString(b.row())
		}
	}
	return text.String()
}

// cage is the canaries: the texts by which each would be known.
type cage struct {
	texts map[string][]string
	kept  []string // those that Loket keeps, sealed
}

func newCage(birds []bird) *cage {
	c := &cage{texts: map[string][]string{}}
	for _, b := range birds {
		for what, text := range map[string]string{
			"wrong e-mail": b.wrongEmail, "wrong phone": b.wrongPhone, "wrong number": b.wrongNumber, "wrong words": b.wrongWords,
		} {
			c.add(b.call(what), text)
		}
		c.keep(b.call("name"), b.name)
		c.keep(b.call("Latin name"), b.latin)
		c.keep(b.call("birth date"), b.birth(), fmt.Sprintf("%d-%d-%d", b.day, b.month, b.year))
		c.keep(b.call("number"), b.number)
		c.keep(b.call("e-mail"), b.email)
		c.keep(b.call("phone"), b.phone, b.phone[1:])
		c.keep(b.call("document"), b.document)
	}
	return c
}

func (c *cage) add(name string, texts ...string) { c.texts[name] = append(c.texts[name], texts...) }

func (c *cage) keep(name string, texts ...string) {
	c.add(name, texts...)
	c.kept = append(c.kept, name)
}
