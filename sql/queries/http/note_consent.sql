-- http/note_consent: a person's wish about texts changed at the provider.
--
-- $1 text: the provider's id of the person; $2 text: number, NULL: not named; $3 boolean: no texts from now on.
-- Returns: opted_out boolean: a number did.
-- Writes: by public.note_consent_change what it writes
-- Locks:  as public.opt_out
select public.note_consent_change($1::text, $2::text, $3::boolean) is not null as opted_out
