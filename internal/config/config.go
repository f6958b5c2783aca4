// Package config is the configuration of Loket: one struct, read from a TOML file
// and the environment. Its zero value works; the comments of the fields are its
// documentation. A key that nobody knows is an error, and so is a value that cannot
// work, both with the name of the key. Secrets stand in files of their own; printed,
// a configuration shows their paths and nothing else.
package config

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/BurntSushi/toml"
)

// Config is everything that an operator can set.
type Config struct {
	Name string `toml:"name"` // host people know, such as "loket.example"; in links, mails and the audit log. Default "localhost".
	Data string `toml:"data"` // directory of what Loket keeps. Default "loket-data".

	Database   Database   `toml:"database"`
	Keys       Keys       `toml:"keys"`
	Photos     Photos     `toml:"photos"`
	Public     Public     `toml:"public"`
	Staff      Staff      `toml:"staff"`
	Operations Operations `toml:"operations"`
	Mail       Mail       `toml:"mail"`
	SMS        Gateway    `toml:"sms"`
	Voice      Gateway    `toml:"voice"`
	Texts      Texts      `toml:"texts"`
	Route      Route      `toml:"route"`
	Places     Places     `toml:"places"`
	Backup     Backup     `toml:"backup"`
	Log        Log        `toml:"log"`
}

// Database says where the database is.
type Database struct {
	URL string `toml:"url"` // "sqlite:PATH" or "postgres://…". Default a file "loket.db" in Data.
}

// Keys says where the keys are. Never on the volume of the database, never in its backup.
type Keys struct {
	Dir            string `toml:"dir"`             // key directory. Default "keys" in Data, which is for trying out only.
	PassphraseFile string `toml:"passphrase_file"` // opens the signing keys. Default "passphrase" in Dir.
}

// Photos says where the keys of photos are. In no backup and no copy, and best on a volume
// of its own that is in none either: to destroy a key there destroys its photo for good.
type Photos struct {
	Dir     string `toml:"dir"`     // Default "photo-keys" in Data.
	Ceiling int64  `toml:"ceiling"` // megabytes of photos that nobody sent yet, in all. Default 2000.
}

// Public is the listener for people and programs.
type Public struct {
	Addr    string         `toml:"addr"`     // Default "localhost:8080".
	URL     string         `toml:"url"`      // as people see it, without a path. Default "http://" and Addr.
	Proxies []netip.Prefix `toml:"proxies"`  // proxies whose X-Forwarded-For is believed. Default none.
	LeaveTo string         `toml:"leave_to"` // where "leave quickly" leads: an everyday page elsewhere. Default a weather page.
	Contact string         `toml:"contact"`  // to report a weakness to, for security.txt. Default "mailto:security@" and Name.
}

// Staff is the listener for people who work here.
type Staff struct {
	Addr    string         `toml:"addr"`     // Default "localhost:8081"; "off" for none.
	URL     string         `toml:"url"`      // as they see it, without a path; passkeys are bound to its host for good. Default "http://" and Addr.
	Proxies []netip.Prefix `toml:"proxies"`  // proxies whose X-Forwarded-For is believed. Default none.
	PerHour int64          `toml:"per_hour"` // reads of personal data by one member in an hour; a case with two photos is three. Default 150.
	PerDay  int64          `toml:"per_day"`  // the same on a day. Default 600.
}

// Operations is the listener for metrics and health, on loopback.
type Operations struct {
	Addr string `toml:"addr"` // Default "localhost:9090"; "off" for none.
}

// Mail is the server that takes our mail.
type Mail struct {
	Host         string `toml:"host"`          // Default "localhost".
	Port         int    `toml:"port"`          // Default 25.
	TLS          string `toml:"tls"`           // "starttls", "tls", or "none", which is refused but for loopback. Default "starttls".
	From         string `toml:"from"`          // Default "noreply@" and Name.
	User         string `toml:"user"`          // Default none.
	PasswordFile string `toml:"password_file"` // Default none.
}

// Gateway is an HTTP service that sends text messages or speaks them. Body and
// headers are templates over .To, .Text, .Reference and .Channel.
type Gateway struct {
	URL              string            `toml:"url"`                // Default none: the channel is off.
	Method           string            `toml:"method"`             // Default POST.
	Headers          map[string]string `toml:"headers"`            // {{.Secret}} stands for the content of SecretFile.
	SecretFile       string            `toml:"secret_file"`        // Default none.
	Body             string            `toml:"body"`               // Default a JSON object of to, text, reference and channel.
	ReferencePath    string            `toml:"reference_path"`     // where the answer holds the gateway's reference. Default "id".
	ReportReference  string            `toml:"report_reference"`   // where a delivery report holds it. Default "id".
	ReportStatus     string            `toml:"report_status"`      // where it holds the status. Default "status".
	Daily            int64             `toml:"daily"`              // codes sent on a day, all together; then the counter helps. Default 5000.
	Abroad           int64             `toml:"abroad"`             // of these, to numbers of other countries. Default 200.
	ReportSecretFile string            `toml:"report_secret_file"` // of delivery reports: the key of their signature, or a segment of their path. Default none: reports are refused.
	ReportHeader     string            `toml:"report_header"`      // header with the signature; empty when the secret is in the path. Default none.
	ReportWords      map[string]string `toml:"report_words"`       // what the gateway's words mean: "delivered", "failed". Default those two words.
}

// Texts is how text messages come in that people send to us. They are answered through the
// gateway of SMS, which must be there.
type Texts struct {
	SecretFile string `toml:"secret_file"` // key of the signature of what comes in, or a segment of its path. Default none: no texts are taken.
	Header     string `toml:"header"`      // header with the signature; empty when the secret is in the path. Default none.
	ID         string `toml:"id"`          // where a text that comes in has its id, in JSON or in a form. Default "id".
	From       string `toml:"from"`        // where it has the sender's number. Default "from".
	Text       string `toml:"text"`        // where it has the text. Default "text".
	Number     string `toml:"number"`      // the number that people text to, as pages show it. Default none: no page names it.
	Call       string `toml:"call"`        // a number to call instead, as the first text says. Default none.
	Strangers  int64  `toml:"strangers"`   // answers a day to a phone that asked for nothing. Default 3.
	Daily      int64  `toml:"daily"`       // answers a day, all together. Default 20000.
	Abroad     int64  `toml:"abroad"`      // of these, to numbers of other countries. Default 2000.
}

// Route says what is offered and how often requests are matched.
type Route struct {
	Packs   string   `toml:"packs"`   // directory of packs. Default those in the program.
	Pack    string   `toml:"pack"`    // the route offered. Default "gkvi-amsterdam-2021".
	Rules   string   `toml:"rules"`   // the pack with certificate rules. Default "covid-2021".
	Match   Duration `toml:"match"`   // between two batches. Default 5 minutes.
	Country string   `toml:"country"` // that issues certificates, ISO 3166. Default "NL".
	Issuer  string   `toml:"issuer"`  // as printed in certificates. Default that of the pack's owner.
}

// Places says whether people can ask for a place here, and where the draw's value comes from.
type Places struct {
	Pack    string   `toml:"pack"`    // the pack of places, such as "refugeehelp-2022". Default none: nobody can ask for one.
	Work    Duration `toml:"work"`    // between two looks at what is free. Default 10 seconds.
	Every   Duration `toml:"every"`   // a list closes each so long, where fewer ask than there are places. Default once a day, when the pack says.
	Source  string   `toml:"source"`  // what lists are drawn by: "beacon", "dice" that two officials type in, or "reveal". Default "beacon".
	Parties []string `toml:"parties"` // of "reveal": who says a hash before a list is closed and its value afterwards, in their order.
	Beacon  string   `toml:"beacon"`  // where rounds of the beacon are fetched. Default "https://api.drand.sh".
	Trust   string   `toml:"trust"`   // file with what another beacon says of itself, as drand publishes it under /info. Default none: it is drand quicknet.
}

// Backup says who can read backups.
type Backup struct {
	Recipients []string `toml:"recipients"` // age public keys; backups are refused without one.
}

// Log says how much is told. Nothing of a person is, at any level.
type Log struct {
	Level string `toml:"level"` // "debug", "info", "warn" or "error". Default "info".
}

// Duration is a time.Duration as Go writes it, such as "5m".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// MarshalText writes a duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Load reads the file at path, or nothing when path is empty, then the
// environment (LOKET_DATABASE_URL, LOKET_KEYS_DIR, LOKET_DATA), and fills in the
// defaults.
func Load(path string, env func(string) string) (Config, error) {
	var c Config
	if path != "" {
		file, err := os.Open(path)
		if err != nil {
			return Config{}, fmt.Errorf("open configuration: %w", err)
		}
		defer file.Close()
		if c, err = Parse(file); err != nil {
			return Config{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	for name, field := range map[string]*string{
		"LOKET_DATA": &c.Data, "LOKET_DATABASE_URL": &c.Database.URL, "LOKET_KEYS_DIR": &c.Keys.Dir,
	} {
		if value := env(name); value != "" {
			*field = value
		}
	}
	c.fill()
	return c, c.check()
}

// Parse reads TOML. Unknown keys are errors.
func Parse(r io.Reader) (Config, error) {
	var c Config
	meta, err := toml.NewDecoder(r).Decode(&c)
	if err != nil {
		return Config{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		names := make([]string, len(unknown))
		for i, key := range unknown {
			names[i] = key.String()
		}
		return Config{}, fmt.Errorf("unknown keys: %s", strings.Join(names, ", "))
	}
	return c, nil
}

// Default returns the configuration of an empty file with another data directory.
func Default(data string) Config {
	c := Config{Data: data}
	c.fill()
	return c
}

func (c *Config) fill() {
	or(&c.Name, "localhost")
	or(&c.Data, "loket-data")
	or(&c.Database.URL, "sqlite:"+filepath.Join(c.Data, "loket.db"))
	or(&c.Keys.Dir, filepath.Join(c.Data, "keys"))
	or(&c.Keys.PassphraseFile, filepath.Join(c.Keys.Dir, "passphrase"))
	or(&c.Photos.Dir, filepath.Join(c.Data, "photo-keys"))
	if c.Photos.Ceiling == 0 {
		c.Photos.Ceiling = 2000
	}
	or(&c.Public.Addr, "localhost:8080")
	or(&c.Public.URL, "http://"+c.Public.Addr)
	or(&c.Public.LeaveTo, "https://www.knmi.nl/")
	or(&c.Public.Contact, "mailto:security@"+c.Name)
	or(&c.Staff.Addr, "localhost:8081")
	or(&c.Staff.URL, "http://"+strings.Replace(c.Staff.Addr, "off", "localhost", 1))
	if c.Staff.PerHour == 0 {
		c.Staff.PerHour = 150
	}
	if c.Staff.PerDay == 0 {
		c.Staff.PerDay = 600
	}
	or(&c.Operations.Addr, "localhost:9090")
	or(&c.Mail.Host, "localhost")
	or(&c.Mail.TLS, "starttls")
	or(&c.Mail.From, "noreply@"+c.Name)
	if c.Mail.Port == 0 {
		c.Mail.Port = 25
	}
	for _, g := range []*Gateway{&c.SMS, &c.Voice} {
		or(&g.Method, "POST")
		or(&g.Body, `{"to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}, "channel": {{.Channel}}}`)
		if g.Daily == 0 {
			g.Daily = 5000
		}
		if g.Abroad == 0 {
			g.Abroad = 200
		}
		or(&g.ReferencePath, "id")
		or(&g.ReportReference, "id")
		or(&g.ReportStatus, "status")
	}
	or(&c.Texts.ID, "id")
	or(&c.Texts.From, "from")
	or(&c.Texts.Text, "text")
	for _, most := range []struct {
		field *int64
		value int64
	}{{&c.Texts.Strangers, 3}, {&c.Texts.Daily, 20000}, {&c.Texts.Abroad, 2000}} {
		if *most.field == 0 {
			*most.field = most.value
		}
	}
	or(&c.Route.Pack, "gkvi-amsterdam-2021")
	or(&c.Route.Rules, "covid-2021")
	or(&c.Route.Country, "NL")
	if c.Route.Match == 0 {
		c.Route.Match = Duration(5 * time.Minute)
	}
	or(&c.Places.Source, "beacon")
	or(&c.Places.Beacon, "https://api.drand.sh")
	if c.Places.Work == 0 {
		c.Places.Work = Duration(10 * time.Second)
	}
	or(&c.Log.Level, "info")
}

func or(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// check finds what cannot work, all of it at once.
func (c Config) check() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !strings.HasPrefix(c.Database.URL, "sqlite:") && !strings.HasPrefix(c.Database.URL, "postgres://") {
		add("database.url begins with neither sqlite: nor postgres://")
	}
	if within(c.Photos.Dir, c.Keys.Dir) {
		add("photos.dir lies in keys.dir, of which an escrow is made: a copy of a photo key must never exist")
	}
	if c.Photos.Ceiling < 0 {
		add("photos.ceiling is not above zero")
	}
	for name, address := range map[string]string{"public.url": c.Public.URL, "staff.url": c.Staff.URL} {
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.Path != "" {
			add("%s is not an address without a path", name)
		} else if u.Scheme != "https" && !loopback(u.Hostname()) {
			add("%s must be https but on this machine", name)
		}
	}
	if c.Staff.PerHour < 0 || c.Staff.PerDay < 0 {
		add("staff.per_hour and staff.per_day are not above zero")
	}
	switch c.Mail.TLS {
	case "starttls", "tls":
	case "none":
		if !loopback(c.Mail.Host) {
			add("mail.tls may be none only for a server on this machine")
		}
	default:
		add("mail.tls is %q", c.Mail.TLS)
	}
	for _, r := range c.Backup.Recipients {
		if _, err := age.ParseX25519Recipient(r); err != nil {
			add("backup.recipients: %q is not an age public key", r)
		}
	}
	if c.Texts.SecretFile != "" && (c.SMS.URL == "" || c.Places.Pack == "") {
		add("texts.secret_file is there, and no sms.url to answer by or no places.pack to answer of")
	}
	if time.Duration(c.Route.Match) < 0 {
		add("route.match is negative")
	}
	return errors.Join(problems...)
}

// within reports whether a directory lies in another, or is the same.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// Loopback reports whether an address, as "localhost:8080", is of this machine alone.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && loopback(host)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Write prints the configuration as TOML. Secrets are in files of their own and
// not in it.
func (c Config) Write(w io.Writer) error { return toml.NewEncoder(w).Encode(c) }
