package wrong

import "testing"

func TestForms(t *testing.T) {}
