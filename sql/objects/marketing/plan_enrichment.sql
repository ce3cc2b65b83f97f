-- marketing.plan_enrichment(event_ids): the stage plan_enrichment; slots that need a person are gathered into runs.
--
-- A run costs its start fee however many companies it looks up, so the companies of a batch share runs. A slot that is enriched
-- or being enriched is left alone; one whose look-up found nobody, or failed, is looked up again.
--
-- Arguments: event_ids of slots_created events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  marketing.company_slots, marketing.company_master, marketing.outreach_settings
-- Writes: marketing.enrichment_runs, marketing.contact_enrichment, marketing.pipeline_events
-- Locks:  contact_enrichment rows in the order of their slots

create or replace function marketing.plan_enrichment(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.pipeline_events as event
    set status = 'cancelled',
        error_message = 'There is no such slot, or its company was withdrawn.'
    where event.id = any (event_ids)
    and not exists (
        select from marketing.company_slots as slot
        join marketing.company_master as company using (company_unique_id)
        where slot.company_slot_unique_id = event.payload ->> 'slot_id'
        and company.withdrawn_at is null
    );

    with
    -- The slots that need somebody, each with its company's domain.
    wanted as materialized (
        select slot.company_slot_unique_id, company.domain, max(event.id) as event_id
        from marketing.pipeline_events as event
        join marketing.company_slots as slot on slot.company_slot_unique_id = event.payload ->> 'slot_id'
        join marketing.company_master as company using (company_unique_id)
        left join marketing.contact_enrichment as contact using (company_slot_unique_id)
        where event.id = any (event_ids)
        and event.status = 'processed'
        and company.withdrawn_at is null
        and (
            contact.id is null
            or contact.enrichment_status = 'failed'
            or contact.enrichment_status = 'completed' and contact.not_found
        )
        group by slot.company_slot_unique_id, company.domain
    ),
    -- Companies in the order of their domains, dealt into runs.
    dealt as materialized (
        select
            company.domain,
            company.event_id,
            (row_number() over (order by company.domain) - 1) / (select companies_per_run from marketing.outreach_settings) as run_number
        from (select wanted.domain, min(wanted.event_id) as event_id from wanted group by wanted.domain) as company
    ),
    runs as (
        insert into marketing.enrichment_runs (domains, cost_max_usd, caused_by)
        select
            array_agg(dealt.domain order by dealt.domain),
            (select usd_per_run_max from marketing.outreach_settings),
            min(dealt.event_id)
        from dealt
        group by dealt.run_number
        returning enrichment_runs.id, enrichment_runs.domains
    ),
    -- One row for each company, so that slots find their run by equality.
    looked_up as materialized (
        select runs.id as run_id, domain
        from runs
        cross join unnest(runs.domains) as domain
    )
    insert into marketing.contact_enrichment as contact (company_slot_unique_id, run_id, enrichment_status, caused_by)
    select wanted.company_slot_unique_id, looked_up.run_id, 'processing', wanted.event_id
    from wanted
    join looked_up on looked_up.domain = wanted.domain
    order by wanted.company_slot_unique_id
    on conflict (company_slot_unique_id) do update
    set run_id = excluded.run_id,
        enrichment_status = 'processing',
        not_found = false,
        enriched_at = null,
        caused_by = excluded.caused_by;

    return;
end
$$;

comment on function marketing.plan_enrichment(bigint[]) is
    'Stage plan_enrichment: gathers slots that need a person into runs of the contact source.';
