package sqlcheck

import (
	"fmt"
	"go/types"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"

	"loket/internal/db"
)

// fieldsOf returns the columns a type wants and the types of their fields, nil
// if it takes one column as a whole. It follows the rules of db's scanning.
func fieldsOf(t types.Type) (map[string]types.Type, error) {
	if wholeValue(t) {
		return nil, nil
	}
	fields := map[string]types.Type{}
	return fields, flatten(t, fields)
}

func flatten(t types.Type, into map[string]types.Type) error {
	s := t.Underlying().(*types.Struct)
	for f := range s.Fields() {
		switch {
		case f.Embedded() && !wholeValue(f.Type()):
			if err := flatten(f.Type(), into); err != nil {
				return err
			}
		case f.Exported():
			name := db.ColumnName(f.Name())
			if into[name] != nil {
				return fmt.Errorf("%s has two fields for column %s", typeName(t), name)
			}
			into[name] = f.Type()
		}
	}
	return nil
}

func wholeValue(t types.Type) bool {
	_, isStruct := t.Underlying().(*types.Struct)
	return !isStruct || isTime(t) || hasMethod(t, "Scan")
}

func isTime(t types.Type) bool { return types.TypeString(t, nil) == "time.Time" }

// hasMethod reports whether t or *t has the method. Scan and Value of the
// database/sql interfaces are not told apart from others of that name.
func hasMethod(t types.Type, name string) bool {
	object, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := object.(*types.Func)
	return ok
}

// inner takes off a pointer or a sql.Null and reports whether there was one.
func inner(t types.Type) (types.Type, bool) {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem(), true
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "database/sql" &&
		n.Obj().Name() == "Null" && n.TypeArgs().Len() == 1 {
		return n.TypeArgs().At(0), true
	}
	return t, false
}

// holdsNull reports whether NULL can be scanned into t.
func holdsNull(t types.Type) bool {
	if _, ok := inner(t); ok {
		return true
	}
	return isBytes(t) || hasMethod(t, "Scan") && isSQLNull(t)
}

// isSQLNull reports whether t is sql.NullString or one of its like.
func isSQLNull(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "database/sql"
}

func isBytes(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && types.Identical(s.Elem(), types.Typ[types.Byte])
}

// argumentFits reports whether a value of type t can stand where PostgreSQL
// wants the type oid.
func argumentFits(t types.Type, oid uint32) bool {
	if b, ok := t.(*types.Basic); ok && b.Kind() == types.UntypedNil {
		return true
	}
	t, _ = inner(t)
	return hasMethod(t, "Value") && !isTime(t) || fits(t, oid)
}

// columnFits reports whether a column of the type oid can be scanned into t.
func columnFits(t types.Type, oid uint32) bool {
	if p, ok := inner(t); ok {
		t = p
	}
	return hasMethod(t, "Scan") && !isTime(t) || fits(t, oid)
}

func fits(t types.Type, oid uint32) bool {
	if isTime(t) {
		return oid == pgtype.Int8OID
	}
	if isBytes(t) {
		return oid == pgtype.ByteaOID
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch {
	case b.Info()&types.IsBoolean != 0:
		return oid == pgtype.BoolOID
	case b.Info()&types.IsInteger != 0:
		return oid == pgtype.Int8OID || oid == pgtype.Int4OID || oid == pgtype.Int2OID
	case b.Info()&types.IsFloat != 0:
		return oid == pgtype.Float8OID || oid == pgtype.Float4OID
	case b.Info()&types.IsString != 0:
		return oid == pgtype.TextOID || oid == pgtype.VarcharOID || oid == pgtype.NameOID
	}
	return false
}

// oidName is PostgreSQL's name of a type.
func oidName(oid uint32) string {
	if t, ok := pgtype.NewMap().TypeForOID(oid); ok {
		return t.Name
	}
	return fmt.Sprintf("type %d", oid)
}

// typeName is a Go type as its package writes it.
func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

func sortedKeys(m map[string]types.Type) []string { return slices.Sorted(maps.Keys(m)) }
