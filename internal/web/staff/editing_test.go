package staff_test

import (
	"testing"

	"loket/internal/db"
	people "loket/internal/staff"
)

// G-55: one proposes with a preview, a second one puts it live, and the first cannot.
func TestATextIsChangedByTwoPeople(t *testing.T) {
	w := open(t, db.SQLite)
	one, two := w.signIn(t, people.Editor), w.signIn(t, people.Lead)
	const path = "/editing/text/nl/intro"
	const sentence = "Dit is een nieuwe zin van de redactie."

	one.get(path).send(path, "title", "Een kop", "body", "", "why", "").sees("Vul een tekst in", "Vul in waarom")
	one.send(path, "title", "Een kop", "body", sentence+" {link}", "why", "proef").sees("klopt het pakket niet meer", sentence)
	one.send(path, "title", "Een kop", "body", sentence+"\r\n\r\n- een\r\n- twee", "why", "proef").sees("Zo lezen mensen het", sentence, "Stel voor")
	// What changes after the preview is previewed again.
	one.send(path, "title", "Een kop", "body", sentence+" En nog een.", "why", "proef").at(path).sees("En nog een.", "Stel voor")
	one.send(path, "title", "Een kop", "body", sentence+" En nog een.", "why", "proef").at("/editing").sees("proef", "(van uzelf)")

	change := one.link("/editing/change/")
	one.get(change).sees("U hebt deze wijziging zelf voorgesteld", sentence).seesNot("Zet live")
	one.do("POST", change+"/approve", nil)
	if one.status != 403 {
		t.Errorf("one person alone: status %d", one.status)
	}
	two.get("/").sees("Er wachten 1 wijzigingen")
	two.get(change).sees(sentence, "Nu", "Na de wijziging").send(change + "/approve").at("/editing").seesNot("proef")
	one.get(path).sees(sentence, "Eerdere wijzigingen")
	if pack, version, err := w.Editing.Load(t.Context()); err != nil || version == "" || pack.Text("nl", "intro").Title != "Een kop" {
		t.Errorf("version %q, %v", version, err)
	}
}

func TestASettingIsChangedFromTomorrow(t *testing.T) {
	w := open(t, db.SQLite)
	one, two := w.signIn(t, people.Editor), w.signIn(t, people.Editor)
	const path = "/editing/setting/four_eyes"
	reasons := []string{"why-nl", "proef", "why-en", "trial", "why-ar", "تجربة", "why-uk", "проба", "why", "een proef van een maand"}
	one.get(path).sees("tweede medewerker")
	one.send(path, append([]string{"value", "false", "from", "2021-12-20"}, reasons...)...).sees("Kies een dag vanaf morgen")
	one.send(path, append([]string{"value", "misschien", "from", "2021-12-21"}, reasons...)...).sees("Kies een waarde")
	one.send(path, append([]string{"value", "false", "from", "2021-12-21"}, reasons...)...).sees("value: false", "passkey").confirm(path + "/sign").at("/editing")
	change := one.link("/editing/change/")
	two.get(change).sees("value: false").confirm(change + "/approve").at("/editing").sees("Vanaf 2021-12-21: false")
}

func TestWhatIsNoTextCannotBeEdited(t *testing.T) {
	w := open(t, db.SQLite)
	one := w.signIn(t, people.Editor)
	for _, path := range []string{"/editing/text/nl/nothing", "/editing/text/xx/intro", "/editing/setting/nothing", "/editing/change/edt_x", "/editing/text/nl/..%2fpack"} {
		if one.get(path); one.status != 404 {
			t.Errorf("%s: status %d", path, one.status)
		}
	}
}
