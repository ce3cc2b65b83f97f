-- marketing.create_slots(event_ids): the stage create_slots; every new company gets its CEO, CFO and HR slots.
--
-- Arguments: event_ids of company_promoted events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  marketing.company_master
-- Writes: marketing.company_slots, marketing.pipeline_events
-- Locks:  none beyond the inserted rows

create or replace function marketing.create_slots(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into marketing.company_slots (company_unique_id, slot_type, slot_label, caused_by)
    select company.company_unique_id, slot.slot_type, slot.slot_label, event.id
    from marketing.pipeline_events as event
    join marketing.company_master as company
        on company.company_unique_id = event.payload ->> 'company_unique_id'
    cross join (
        values (1, 'CEO', 'CEO'), (2, 'CFO', 'CFO'), (3, 'HR', 'HR Director')
    ) as slot (place, slot_type, slot_label)
    where event.id = any (create_slots.event_ids)
    order by event.id, slot.place
    on conflict (company_unique_id, slot_type) do nothing;

    update marketing.pipeline_events as event
    set status = 'cancelled',
        error_message = 'There is no such company in marketing.company_master.'
    where event.id = any (create_slots.event_ids)
    and not exists (
        select from marketing.company_master as company
        where company.company_unique_id = event.payload ->> 'company_unique_id'
    );

    select null::bigint, null::text where false;
end;

comment on function marketing.create_slots(bigint[]) is 'Stage create_slots: CEO, CFO and HR slots for each company, once.';
