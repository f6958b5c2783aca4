package db

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"loket/internal/fault"
)

// layout says where the columns of a row go in a type.
type layout struct {
	of     reflect.Type
	value  bool             // the type takes one column as a whole
	fields map[string][]int // column → index path of its field
	err    error            // why the type cannot hold a row
}

// target is a layout for the columns of one query, in their order.
type target [][]int

// layout returns how t is filled, and keeps it.
func (d *DB) layout(t reflect.Type) *layout {
	if l, ok := d.layouts.Load(t); ok {
		return l.(*layout)
	}
	l := &layout{of: t, fields: map[string][]int{}}
	if l.value = wholeValue(t); !l.value {
		l.err = l.flatten(t, nil)
	}
	d.layouts.Store(t, l)
	return l
}

// wholeValue reports whether t takes one column and is not taken apart.
func wholeValue(t reflect.Type) bool {
	return t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}

func (l *layout) flatten(t reflect.Type, path []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		switch {
		case f.Anonymous && !wholeValue(f.Type):
			if err := l.flatten(f.Type, at); err != nil {
				return err
			}
		case f.IsExported():
			name := ColumnName(f.Name)
			if _, twice := l.fields[name]; twice {
				return fmt.Errorf("type %s has two fields for column %s", l.of, name)
			}
			l.fields[name] = at
		}
	}
	return nil
}

// places finds the field of each column; every column needs one, every field
// is needed.
func (l *layout) places(columns []string) (target, error) {
	if l.err != nil {
		return nil, l.err
	}
	if l.value {
		if len(columns) != 1 {
			return nil, fault.New(fault.Internal, "", "%d columns for one value of type %s", len(columns), l.of)
		}
		return target{nil}, nil
	}
	to := make(target, len(columns))
	seen := make(map[string]bool, len(columns))
	for i, c := range columns {
		at, ok := l.fields[c]
		if !ok || seen[c] {
			return nil, fault.New(fault.Internal, "", "column %s has no field of its own in %s", c, l.of)
		}
		to[i], seen[c] = at, true
	}
	for c := range l.fields {
		if !seen[c] {
			return nil, fault.New(fault.Internal, "", "%s wants a column %s", l.of, c)
		}
	}
	return to, nil
}

// point fills dest with what rows.Scan writes one row to.
func (to target) point(row reflect.Value, dest []any) {
	for i, at := range to {
		field := row
		if at != nil {
			field = row.FieldByIndex(at)
		}
		dest[i] = field.Addr().Interface()
		switch d := dest[i].(type) {
		case *time.Time, **time.Time, *sql.Null[time.Time]:
			dest[i] = instant{dest[i]}
		case *[]byte:
			dest[i] = bytesOrNil{d}
		}
	}
}

// bytesOrNil tells an empty value from NULL, which the driver of SQLite does
// not when it scans into a slice.
type bytesOrNil struct{ dest *[]byte }

func (b bytesOrNil) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*b.dest = nil
	case []byte:
		*b.dest = append([]byte{}, src...)
	default:
		return fmt.Errorf("a %T where bytes belong", src)
	}
	return nil
}

// instant scans Unix seconds into a time in UTC.
type instant struct{ dest any }

func (in instant) Scan(src any) error {
	seconds, ok := src.(int64)
	if !ok && src != nil {
		return fmt.Errorf("a %T where Unix seconds belong", src)
	}
	at := time.Unix(seconds, 0).UTC()
	switch dest := in.dest.(type) {
	case *time.Time:
		if src == nil {
			return fmt.Errorf("NULL where a time belongs")
		}
		*dest = at
	case **time.Time:
		if *dest = nil; src != nil {
			*dest = &at
		}
	case *sql.Null[time.Time]:
		if *dest = (sql.Null[time.Time]{}); src != nil {
			*dest = sql.Null[time.Time]{V: at, Valid: true}
		}
	}
	return nil
}

// ColumnName turns the name of a field into that of its column: LocationID is
// location_id, BSNKey is bsn_key.
func ColumnName(field string) string {
	var b strings.Builder
	runes := []rune(field)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) {
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || nextLower {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
