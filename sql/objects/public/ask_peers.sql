-- public.ask_peers(event_ids): the stage ask_peers; plans what peers are asked after their event.
--
-- Quiet hours, consent and caps are the text's. A question planned once is not planned again.
--
-- Arguments: event_ids of peers_to_ask events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  by public.peers_to_ask and public.peer_of_match what they read
-- Writes: public.event_messages
-- Locks:  the new rows, in the order of the people

create or replace function public.ask_peers(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into public.event_messages (
        event_id, contractor_id, message_type, message_category, scheduled_time, personalization_data, dedupe_key, planned_by, caused_by
    )
    select
        match.event_id, asked.contractor_id, asked.message_type, 'post_event',
        greatest(
            public.local_hour_after(asked.contractor_id, match.event_id, asked.day, asked.local_hour, asked.skip_weekends), clock_timestamp()
        ),
        public.peer_of_match(match, asked.contractor_id),
        format('%s-%s-%s-%s', asked.message_type, asked.match_id, asked.contractor_id, asked.occurrence),
        'followup', (select max(given.id) from unnest(event_ids) as given (id))
    from public.peers_to_ask() as asked
    join public.event_peer_matches as match on match.id = asked.match_id
    order by asked.contractor_id
    on conflict (dedupe_key) do nothing;

    select null::bigint, null::text where false;
$$;

comment on function public.ask_peers(bigint[]) is 'Stage ask_peers: plans what peers are asked after their event.';
