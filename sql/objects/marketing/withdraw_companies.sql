-- marketing.withdraw_companies(): a company without an accepted intake row is withdrawn.
--
-- Fires when intake rows are deleted, refused or moved to another company. The master row stays, with withdrawn_at, and is
-- not outreach ready; promoting an accepted row of the company again clears the mark. What still waits of its cascade is cancelled;
-- a run that looks up other companies as well goes on.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows (transition table), intake.company_raw_intake
-- Writes: marketing.company_master, marketing.pipeline_events
-- Locks:  master rows in the order of their ids, then waiting events

create or replace function marketing.withdraw_companies()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids constant text[] := array(select distinct row.company_unique_id from old_rows as row where row.company_unique_id is not null);
    v_withdrawn bigint;
begin
    if v_ids = '{}' then
        return null;
    end if;

    -- Held first, judged after: whoever is linking another row to the company at this moment holds it, too. Rows that only refer to it
    -- (slots) are not kept out.
    perform
    from marketing.company_master as master
    where master.company_unique_id = any (v_ids)
    order by master.company_unique_id
    for no key update;

    update marketing.company_master as master
    set withdrawn_at = clock_timestamp(), updated_at = now()
    where master.company_unique_id = any (v_ids)
    and master.withdrawn_at is null
    and not exists (
        select from intake.company_raw_intake as company
        where company.company_unique_id = master.company_unique_id
        and company.validated is not false
    );
    get diagnostics v_withdrawn = row_count;

    if v_withdrawn > 0 then
        with withdrawn as materialized (
            select master.company_unique_id, coalesce(cause.root_id, cause.id) as root_id
            from marketing.company_master as master
            join marketing.pipeline_events as cause on cause.id = master.caused_by
            where master.company_unique_id = any (v_ids)
            and master.withdrawn_at is not null
        )
        update marketing.pipeline_events as event
        set status = 'cancelled', error_message = 'The company was withdrawn.'
        from withdrawn
        where event.root_id = withdrawn.root_id
        and event.status = 'pending'
        and (
            event.payload ->> 'company_unique_id' = withdrawn.company_unique_id
            or event.payload ->> 'company_id' = withdrawn.company_unique_id
            or exists (
                select from marketing.company_slots as slot
                where slot.company_slot_unique_id = event.payload ->> 'slot_id'
                and slot.company_unique_id = withdrawn.company_unique_id
            )
        );
    end if;

    return null;
end
$$;

comment on function marketing.withdraw_companies() is
    'Trigger function of the intake table: marks a company as withdrawn when no accepted intake row stands behind it.';

create or replace trigger withdraw_companies_of_deleted_rows
    after delete on intake.company_raw_intake
    referencing old table as old_rows
    for each statement
    execute function marketing.withdraw_companies();

create or replace trigger withdraw_companies_of_changed_rows
    after update on intake.company_raw_intake
    referencing old table as old_rows
    for each statement
    execute function marketing.withdraw_companies();
