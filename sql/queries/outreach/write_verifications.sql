-- outreach/write_verifications: writes verdicts; an address that could not be judged at the first check is checked once more later.
--
-- Mail servers that know no answer today often do some hours on (greylisting).
--
-- $1 bigint[]: enrichment ids; $2 text[]: addresses; $3 text[]: verdicts; $4 text[]: services; $5 jsonb[]: the services' answers; $6
-- bigint[]: events; $7 boolean: a service was asked (and not an older verdict used again).
-- Writes: marketing.email_verification, marketing.pipeline_events
-- Locks:  the rows
with
given as materialized (
    select given.enrichment_id, given.email, given.status, given.service, given.result, given.event_id
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bigint[])
        as given (enrichment_id, email, status, service, result, event_id)
),
written as (
    insert into marketing.email_verification as verification (
        enrichment_id, email, verification_status, verification_service, verification_result, checks, verified_at, caused_by
    )
    select
        given.enrichment_id, given.email, given.status, given.service, given.result, case when $7 then 1 else 0 end,
        clock_timestamp(), given.event_id
    from given
    order by given.enrichment_id
    on conflict (enrichment_id) do update
    set email = excluded.email,
        verification_status = excluded.verification_status,
        verification_service = excluded.verification_service,
        verification_result = excluded.verification_result,
        checks = verification.checks + excluded.checks,
        verified_at = excluded.verified_at,
        caused_by = excluded.caused_by
    returning verification.enrichment_id, verification.verification_status, verification.checks, verification.caused_by
)
insert into marketing.pipeline_events (event_type, payload, run_at, parent_id, root_id)
select
    'contact_enriched',
    jsonb_build_object('enrichment_id', contact.id, 'slot_id', contact.company_slot_unique_id),
    now() + interval '6 hours',
    written.caused_by,
    coalesce(parent.root_id, parent.id)
from written
join marketing.contact_enrichment as contact on contact.id = written.enrichment_id
left join marketing.pipeline_events as parent on parent.id = written.caused_by
where written.verification_status = 'unknown'
and written.checks = 1
