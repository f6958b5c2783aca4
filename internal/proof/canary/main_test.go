package canary

import (
	"testing"

	"loket/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
