-- public.note_introductions_sent(): writes to the match what became of its texts, and what is to be learned from it.
--
-- When the first text was sent the match is introduced; introduction_message is what was sent, contractor1's first, with | between. Each
-- text that was sent is one row of ai_learning_events, once. A match none of whose texts will be sent is expired: it takes no place of the
-- two any more.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), public.event_messages
-- Writes: public.event_peer_matches, public.ai_learning_events; by public.await_answers marketing.pipeline_events
-- Locks:  the matches in the order of their ids

create or replace function public.note_introductions_sent()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_matches bigint[];
    v_unsent bigint[];
    v_new bigint[];
begin
    select array_agg(distinct marketing.payload_id(unsent.personalization_data, 'match_id')) into v_unsent
    from new_rows as unsent
    where unsent.message_type = 'peer_match_introduction'
    and unsent.status in ('cancelled', 'failed')
    -- A set, here and below: a join that was planned for one row would read all of one version for each row of the other.
    and unsent.id not in (select before.id from old_rows as before where before.status in ('cancelled', 'failed'));

    if v_unsent is not null then
        -- A statement of its own, as below: what follows sees the other text of a match whose sender held the row.
        perform from public.event_peer_matches as match where match.id = any (v_unsent) order by match.id for no key update;

        update public.event_peer_matches as match
        set status = 'expired'
        where match.id = any (v_unsent)
        and match.status in ('draft', 'proposed')
        and not exists (
            select from (
                select message.status
                from public.event_messages as message
                where message.dedupe_key in (
                    format('peer-match-%s-%s', match.id, match.contractor1_id), format('peer-match-%s-%s', match.id, match.contractor2_id)
                )
                -- A fence: the texts of a match are found by their keys, never among all of a status that statistics think rare.
                offset 0
            ) as text
            where text.status not in ('cancelled', 'failed')
        );
    end if;

    select array_agg(distinct marketing.payload_id(sent.personalization_data, 'match_id')) into v_matches
    from new_rows as sent
    where sent.message_type = 'peer_match_introduction'
    and sent.status in ('sent', 'delivered')
    and sent.id not in (select before.id from old_rows as before where before.status in ('sent', 'delivered'));

    if v_matches is null then
        return null;
    end if;

    perform from public.event_peer_matches as match where match.id = any (v_matches) order by match.id for no key update;

    select array_agg(match.id) into v_new
    from public.event_peer_matches as match
    where match.id = any (v_matches)
    and match.introduction_sent_time is null;

    update public.event_peer_matches as match
    set introduction_sent_time = coalesce(match.introduction_sent_time, texts.sent_at, now()),
        introduction_message = texts.said,
        status = case when match.status in ('draft', 'proposed') then 'introduced' else match.status end
    from public.event_peer_matches as told
    cross join lateral (
        select
            min(text.actual_send_time) as sent_at,
            string_agg(text.message_content, ' | ' order by text.contractor_id) as said
        from (
            select message.status, message.actual_send_time, message.message_content, message.contractor_id
            from public.event_messages as message
            where message.dedupe_key in (
                format('peer-match-%s-%s', told.id, told.contractor1_id), format('peer-match-%s-%s', told.id, told.contractor2_id)
            )
            -- A fence, as above.
            offset 0
        ) as text
        where text.status in ('sent', 'delivered')
        having count(*) > 0
    ) as texts
    where told.id = any (v_matches)
    and match.id = told.id;

    perform public.await_answers(v_new);

    insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, "timestamp", context)
    select
        sent.contractor_id,
        'peer_match_introduction',
        match.event_id,
        jsonb_build_object(
            'match_id', match.id,
            'peer_id', case sent.contractor_id when match.contractor1_id then match.contractor2_id else match.contractor1_id end
        ),
        coalesce(sent.actual_send_time, now()),
        'event_orchestrator'
    from new_rows as sent
    join public.event_peer_matches as match
        on match.id = marketing.payload_id(sent.personalization_data, 'match_id')
        and sent.contractor_id in (match.contractor1_id, match.contractor2_id)
    where sent.message_type = 'peer_match_introduction'
    and sent.status in ('sent', 'delivered')
    and not exists (
        select from public.ai_learning_events as known
        where known.event_type = 'peer_match_introduction'
        and known.event_data ->> 'match_id' = match.id::text
        and known.contractor_id = sent.contractor_id
    )
    order by match.id, sent.contractor_id;

    return null;
end
$$;

comment on function public.note_introductions_sent() is
    'Trigger function of event_messages: introductions that were sent are written to their match and to ai_learning_events.';

create or replace trigger note_introductions_sent
    after update on public.event_messages
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_introductions_sent();
