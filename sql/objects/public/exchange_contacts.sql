-- public.exchange_contacts(): both have said yes: each gets the other's contact, once, and is asked two hours later how it was.
--
-- However the answers came: by text, by the API or in psql.
--
-- Returns: nothing of use (after trigger).
-- Reads:  public.events; by public.peer_of_match what it reads
-- Writes: public.event_messages
-- Locks:  none beyond the inserted rows

create or replace function public.exchange_contacts()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_after constant interval := interval '2 hours' / (
        select case when event.accelerated then 60 else 1 end from public.events as event where event.id = new.event_id
    );
begin
    -- The prompts of the next break are not needed any more.
    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'Both have said yes.'
    where message.message_type in ('peer_match_reminder', 'peer_match_unanswered')
    and message.event_id = new.event_id
    and message.status = 'scheduled'
    and message.personalization_data ->> 'match_id' = new.id::text;

    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, personalization_data, dedupe_key, planned_by
    )
    select
        new.event_id, told.contractor_id, told.message_type, clock_timestamp() + told.after,
        public.peer_of_match(new, told.contractor_id, told.message_type = 'peer_match_contact'),
        format('%s-%s-%s', told.message_type, new.id, told.contractor_id), 'peer_match'
    from (
        values
            (new.contractor1_id, 'peer_match_contact', interval '0'),
            (new.contractor2_id, 'peer_match_contact', interval '0'),
            (new.contractor1_id, 'peer_match_rating', v_after),
            (new.contractor2_id, 'peer_match_rating', v_after)
    ) as told (contractor_id, message_type, after)
    on conflict (dedupe_key) do nothing;

    return null;
end
$$;

comment on function public.exchange_contacts() is 'Trigger function of event_peer_matches: both have said yes, each gets the other''s contact, once.';

create or replace trigger exchange_contacts
    after update on public.event_peer_matches
    for each row
    when (new.connection_made and not old.connection_made)
    execute function public.exchange_contacts();
