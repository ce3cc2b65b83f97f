-- marketing.vw_batch_report: what became of each import batch.
--
-- Reads:  marketing.vw_company_progress, intake.company_raw_intake, marketing.company_slots, marketing.contact_enrichment,
--         marketing.email_verification, marketing.enrichment_runs

create or replace view marketing.vw_batch_report as
with
progress as (
    select
        batch_id,
        count(*) as companies_in,
        count(*) filter (where state = 'refused') as refused,
        count(*) filter (where state in ('waiting', 'in_progress')) as under_way,
        count(*) filter (where state = 'ready') as ready,
        count(*) filter (where state = 'no_contact') as no_contact,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'withdrawn') as withdrawn,
        count(distinct company_unique_id) as companies_promoted,
        min(created_at) as began_at
    from marketing.vw_company_progress
    group by batch_id
),
refusals as (
    select reason.import_batch_id as batch_id, jsonb_object_agg(reason.code, reason.refused order by reason.refused desc) as refused_by_rule
    from (
        select company.import_batch_id, code, count(*) as refused
        from intake.company_raw_intake as company
        cross join unnest(company.validation_codes) as code
        where not company.validated
        group by company.import_batch_id, code
    ) as reason
    group by reason.import_batch_id
),
contacts as (
    select
        master.import_batch_id as batch_id,
        count(*) as slots,
        count(*) filter (where contact.enrichment_status = 'completed' and not contact.not_found) as people_found,
        count(*) filter (where verification.verification_status = 'valid') as addresses_valid,
        count(*) filter (where verification.verification_status = 'risky') as addresses_risky,
        count(*) filter (where verification.verification_status = 'invalid') as addresses_invalid,
        count(*) filter (where verification.verification_status = 'unknown') as addresses_unknown,
        count(*) filter (where slot.is_filled) as contacts_ready,
        max(slot.filled_at) as last_ready_at
    from marketing.company_master as master
    join marketing.company_slots as slot using (company_unique_id)
    left join marketing.contact_enrichment as contact using (company_slot_unique_id)
    left join marketing.email_verification as verification on verification.enrichment_id = contact.id
    group by master.import_batch_id
),
-- A run looks up companies of any batch: each of them bears an equal share of what it cost.
costs as (
    select master.import_batch_id as batch_id, sum(run.cost_usd / cardinality(run.domains)) as cost_usd
    from marketing.enrichment_runs as run
    cross join unnest(run.domains) as looked_up (domain)
    join marketing.company_master as master on master.domain = looked_up.domain
    group by master.import_batch_id
)
select
    progress.batch_id,
    progress.companies_in,
    progress.refused,
    refusals.refused_by_rule,
    progress.companies_promoted,
    progress.under_way,
    progress.ready,
    progress.no_contact,
    progress.failed,
    progress.withdrawn,
    coalesce(contacts.slots, 0) as slots,
    coalesce(contacts.people_found, 0) as people_found,
    coalesce(contacts.addresses_valid, 0) as addresses_valid,
    coalesce(contacts.addresses_risky, 0) as addresses_risky,
    coalesce(contacts.addresses_invalid, 0) as addresses_invalid,
    coalesce(contacts.addresses_unknown, 0) as addresses_unknown,
    coalesce(contacts.contacts_ready, 0) as contacts_ready,
    progress.began_at,
    contacts.last_ready_at - progress.began_at as time_to_last_ready,
    round(coalesce(costs.cost_usd, 0), 2) as cost_usd
from progress
left join refusals on refusals.batch_id is not distinct from progress.batch_id
left join contacts on contacts.batch_id is not distinct from progress.batch_id
left join costs on costs.batch_id is not distinct from progress.batch_id;

comment on view marketing.vw_batch_report is
    'One row per import batch: in, refused by rule, promoted, slots, found, verified by verdict, ready, time, cost of the enrichment in US dollars.';
