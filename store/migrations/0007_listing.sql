-- Messages newest first, by what they are looked for: covering, so that going past
-- those that are not meant reads no row.
CREATE INDEX entry_message ON entry (idx, area, author, format, precedence) WHERE status IS NOT NULL;
