// Package geo reads and writes places, areas and altitudes on WGS84.
//
// What an officer types is read by the format he declares and never guessed:
// [Parse] gives a [Position], [ParseArea] an [Area], [ParseBand] a [Band]. Text
// that could mean two places is answered with [*Ambiguous], which holds every
// reading, what to type to mean it and how far apart they are; other bad text
// with [*Fault], which holds a stable code. The sentences that an officer sees
// belong to the caller.
//
// What is signed is the value's String: whole numbers of 1e-7 degree and of
// metres together with the coordinates as they were typed. [ParsePosition],
// [ParseAreaValue] and [ParseBandValue] accept exactly what String writes, and
// refuse a value whose typed coordinates, read again, do not give its points.
// So nothing has two texts, and no text two places.
//
// All of it is pure: no input, output, clock or randomness. Coordinates that
// decide something are whole numbers; where floating point leads to them, the
// result is rounded to 1e-7 degree (1.1 cm) or to 1 mm, far coarser than what
// two machines' arithmetic differs by.
package geo
