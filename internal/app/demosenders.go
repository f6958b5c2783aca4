package app

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/outbox/sms"
	"loket/internal/outbox/smtp"
)

// DemoSenders returns the real ways out, led to a mail server and a gateway on this
// machine that keep what they are given. The gateway's token is put in a file in dir.
func DemoSenders(mail *demo.MailServer, gateway *demo.Gateway, token, dir string, now func() time.Time) (Senders, error) {
	mailer, err := smtp.New(smtp.Config{Host: mail.Addr().IP.String(), Port: mail.Addr().Port, Security: smtp.Plain, From: "noreply@localhost.example", Now: now})
	if err != nil {
		return nil, err
	}
	secret := filepath.Join(dir, "gateway-token")
	if err := os.WriteFile(secret, []byte(token), 0o600); err != nil {
		return nil, fmt.Errorf("write token of the demo gateway: %w", err)
	}
	messages, err := sms.New(sms.Config{
		URL: gateway.URL(), Headers: map[string]string{"Authorization": "Bearer {{.Secret}}"}, SecretFile: secret, Reference: "messages.0.id",
		Body: `{"channel": {{.Channel}}, "to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}}`,
	})
	if err != nil {
		return nil, err
	}
	return Senders{outbox.Mail: mailer, outbox.SMS: messages, outbox.Voice: messages}, nil
}
