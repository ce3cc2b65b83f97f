-- public.put_off_introduction(match, contractor_id): somebody said LATER: both are asked again in the next break that is free for both.
--
-- Each may say so twice. Whoever has answered yes or no already is not asked again.
--
-- Arguments: match; contractor_id: who said it.
-- Returns: when they are asked again; NULL: not at all, there is no further break or it was put off twice.
-- Reads:  by public.next_free_break and public.peer_of_match what they read
-- Writes: public.peer_match_delays, public.event_messages
-- Locks:  none beyond the match, which the caller holds

create or replace function public.put_off_introduction(match public.event_peer_matches, contractor_id bigint)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_delays_max constant integer := 2;
    v_delays integer;
    v_break record;
begin
    select count(*) into v_delays
    from public.peer_match_delays as delay
    where delay.match_id = match.id
    and delay.contractor_id = put_off_introduction.contractor_id;

    select free.agenda_item_id, free.starts_at into v_break from public.next_free_break(match) as free;

    if v_delays >= c_delays_max or v_break.starts_at is null then
        return null;
    end if;

    insert into public.peer_match_delays (match_id, contractor_id, agenda_item_id, moved_to)
    values (match.id, put_off_introduction.contractor_id, v_break.agenda_item_id, v_break.starts_at);

    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, agenda_item_id, personalization_data, dedupe_key, planned_by
    )
    select
        match.event_id, asked.contractor_id, 'peer_match_reminder', v_break.starts_at, v_break.agenda_item_id,
        public.peer_of_match(match, asked.contractor_id),
        format('peer_match_reminder-%s-%s-%s', match.id, asked.contractor_id, v_break.agenda_item_id), 'peer_match'
    from (
        values (match.contractor1_id, match.contractor1_response), (match.contractor2_id, match.contractor2_response)
    ) as asked (contractor_id, response)
    where asked.response is null
    on conflict (dedupe_key) do nothing;

    return v_break.starts_at;
end
$$;

comment on function public.put_off_introduction(public.event_peer_matches, bigint) is 'Somebody said LATER: both are asked again in the next break that is free for both.';

revoke execute on function public.put_off_introduction(public.event_peer_matches, bigint) from public;
