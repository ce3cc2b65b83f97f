-- outreach/begin_verifications: puts on record that addresses are about to be checked.
--
-- $1 bigint[]: enrichment ids; $2 text[]: addresses.
-- Writes: marketing.email_verification
-- Locks:  the rows
insert into marketing.email_verification as verification (enrichment_id, email)
select given.enrichment_id, given.email
from unnest($1::bigint[], $2::text[]) as given (enrichment_id, email)
order by given.enrichment_id
on conflict (enrichment_id) do update
set email = excluded.email,
    checks = case when verification.email = excluded.email then verification.checks else 0 end,
    verification_status = 'pending',
    verified_at = null
