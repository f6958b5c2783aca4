// Twice says it again, and wrongly.
package twice // want "does not begin with" want "second package comment"
