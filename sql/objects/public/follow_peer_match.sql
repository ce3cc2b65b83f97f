-- public.complete_peer_match(), public.follow_peer_match(): what an edit of a match means.
--
-- Answers decide the status: both yes is a connection, a no ends it, one yes waits for the other. Once connected it stays so. A draft
-- that becomes proposed has its texts scheduled; a match that is declined, released, expired or deleted has its unsent texts cancelled. One
-- that was released because it was not answered connects still when both say yes.
--
-- Returns: the row, completed; of the second: nothing (row trigger).
-- Reads:  nothing else
-- Writes: public.event_messages
-- Locks:  the match's texts in the order of their ids

create or replace function public.complete_peer_match()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := clock_timestamp();

    if new.status = old.status
        and (new.contractor1_response, new.contractor2_response) is distinct from (old.contractor1_response, old.contractor2_response)
        and new.status not in ('connected', 'released', 'expired')
    then
        new.status := case
            when new.contractor1_response and new.contractor2_response then 'connected'
            when not new.contractor1_response or not new.contractor2_response then 'declined'
            -- Its texts wait for approval still.
            when old.status = 'draft' then 'draft'
            when new.contractor1_response or new.contractor2_response then 'accepted_by_one'
            when new.introduction_sent_time is not null then 'introduced'
            else 'proposed'
        end;
    end if;

    if new.release_reason = 'unanswered' and new.contractor1_response and new.contractor2_response then
        new.status := 'connected';
    end if;
    if new.status <> 'released' then
        new.release_reason := null;
    end if;

    new.connection_made := new.connection_made or new.status = 'connected';
    -- Whoever writes a time has agreed on one.
    new.meeting_scheduled := new.meeting_scheduled or new.meeting_time is not null and old.meeting_time is null;
    return new;
end
$$;

comment on function public.complete_peer_match() is 'Trigger function of event_peer_matches: answers decide the status.';

create or replace trigger complete_peer_match
    before update on public.event_peer_matches
    for each row
    execute function public.complete_peer_match();

create or replace function public.follow_peer_match()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_keys constant text[] := array[
        format('peer-match-%s-%s', old.id, old.contractor1_id), format('peer-match-%s-%s', old.id, old.contractor2_id)
    ];
    v_ids bigint[];
    v_is_over boolean := true;
begin
    if tg_op = 'UPDATE' then
        v_is_over := new.status in ('declined', 'released', 'expired');
        if not v_is_over and new.status in ('accepted_by_one', 'later') then
            -- Who has answered is not reminded, and who said LATER is asked again then.
            update public.event_messages as message
            set status = 'cancelled', skip_reason = 'The introduction was answered.'
            where message.event_id = new.event_id
            and message.message_type = 'peer_match_unanswered'
            and message.personalization_data ->> 'match_id' = new.id::text
            and message.contractor_id in (
                case when new.status = 'later' or new.contractor1_response is not null then new.contractor1_id end,
                case when new.status = 'later' or new.contractor2_response is not null then new.contractor2_id end
            )
            and message.status = 'scheduled';
            return null;
        elsif not v_is_over and (old.status, new.status) <> ('draft', 'proposed') then
            return null;
        end if;
    end if;

    select array_agg(message.id) into v_ids
    from (
        select message.id
        from public.event_messages as message
        where (
            message.dedupe_key = any (v_keys)
            -- Nobody is asked again about what is over.
            or v_is_over
            and message.event_id = old.event_id
            and message.contractor_id in (old.contractor1_id, old.contractor2_id)
            and message.message_type in ('peer_match_reminder', 'peer_match_unanswered')
            and message.personalization_data ->> 'match_id' = old.id::text
        )
        -- As it stands it would be looked up as well, which finds all that are scheduled.
        and message.status || '' in ('draft', 'scheduled')
        order by message.id
        for no key update
    ) as message;

    -- Whoever gives up many has cancelled their texts with one statement.
    if v_ids is null then
        return null;
    end if;

    if v_is_over then
        update public.event_messages as message
        set status = 'cancelled',
            skip_reason = case when tg_op = 'DELETE' then 'The match was deleted.' else format('The match is %s.', new.status) end
        where message.id = any (v_ids);
    else
        update public.event_messages as message
        set status = 'scheduled',
            scheduled_time = greatest(message.scheduled_time, now()),
            -- Approved too late for its break: an hour from now on.
            expires_at = case when message.expires_at > now() then message.expires_at end
        where message.id = any (v_ids)
        and message.status = 'draft';
    end if;

    return null;
end
$$;

comment on function public.follow_peer_match() is
    'Trigger function of event_peer_matches: texts of an approved draft are scheduled, those of a match that is over are cancelled.';

create or replace trigger follow_peer_match
    after update of status, contractor1_response, contractor2_response on public.event_peer_matches
    for each row
    when (old.status is distinct from new.status)
    execute function public.follow_peer_match();

create or replace trigger follow_peer_match_delete
    after delete on public.event_peer_matches
    for each row
    execute function public.follow_peer_match();
