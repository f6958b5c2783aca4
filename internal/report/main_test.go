package report_test

import (
	"testing"

	"loket/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
