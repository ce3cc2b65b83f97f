-- cli/adopt_set_aside: moves what has our names into the schema originals.
--
-- $1 text[]: tables and sequences; $2 text[]: views; $3 text[]: functions; all with their schemas.
-- Returns: nothing.
-- Writes: pg_catalog, originals
-- Locks:  the tables, exclusively
select pg_temp.set_aside($1::text[], $2::text[], $3::text[])
