-- marketing.vw_company_progress: where each company row stands, one row for each row of the intake table.
--
-- state: waiting (not judged yet), refused, in_progress, ready (at least one contact is outreach ready), no_contact (everything
-- was tried, nobody can be written to), failed (an error is open), withdrawn. Every intake row is in exactly one state.
--
-- Reads:  intake.company_raw_intake, marketing.company_master, marketing.company_slots, marketing.contact_enrichment,
--         marketing.vw_outreach_ready, marketing.pipeline_errors

create or replace view marketing.vw_company_progress as
with
ready as (
    select contact.company_unique_id, count(*) as contacts
    from marketing.vw_outreach_ready as contact
    group by contact.company_unique_id
),
slots as (
    select
        slot.company_unique_id,
        bool_and(slot.is_filled or slot.not_ready_reason is not null) as settled,
        bool_or(contact.enrichment_status = 'failed') as failed
    from marketing.company_slots as slot
    left join marketing.contact_enrichment as contact using (company_slot_unique_id)
    group by slot.company_unique_id
),
failed as (
    select distinct slot.company_unique_id
    from marketing.pipeline_errors as error
    join marketing.company_slots as slot on slot.company_slot_unique_id = error.record_id
    where not error.resolved
    and error.severity = 'error'
    union
    select error.record_id
    from marketing.pipeline_errors as error
    where not error.resolved
    and error.severity = 'error'
    and error.event_type = 'company_promoted'
)
select
    company.id as intake_id,
    company.company,
    company.website,
    company.domain,
    company.import_batch_id as batch_id,
    company.company_unique_id,
    case
        when company.validated = false then 'refused'
        when exists (
            select from marketing.pipeline_errors as error
            where error.record_id = company.id::text
            and error.event_type in ('company_created', 'company_updated', 'company_validated')
            and error.severity = 'error'
            and not error.resolved
        ) then 'failed'
        when company.validated is null then 'waiting'
        when master.withdrawn_at is not null then 'withdrawn'
        when ready.contacts > 0 then 'ready'
        when slots.failed or failed.company_unique_id is not null then 'failed'
        when slots.settled then 'no_contact'
        else 'in_progress'
    end as state,
    coalesce(ready.contacts, 0) as contacts_ready,
    company.validation_notes as reason,
    company.created_at
from intake.company_raw_intake as company
left join marketing.company_master as master using (company_unique_id)
left join ready using (company_unique_id)
left join slots using (company_unique_id)
left join failed using (company_unique_id);

comment on view marketing.vw_company_progress is
    'Where each intake row stands: waiting, refused, in_progress, ready, no_contact, failed or withdrawn; reason says why it was refused.';
