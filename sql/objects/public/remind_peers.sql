-- public.remind_peers(event_ids): the stage remind_peers; who has not answered an introduction is reminded once, then the pair is released.
--
-- Whoever was asked again already, because one of the two said LATER, is not reminded. Quiet hours, consent and caps are the text's; while
-- one waits the pair does, but not longer than the event lasts. Nobody is told that it was released, and two late yes connect them still.
-- Who has several unanswered introductions is reminded of the newest, not of each: the others wait as long as that one.
--
-- Arguments: event_ids of introduction_unanswered events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.events; by public.answers_wanted and public.peer_of_match what they read
-- Writes: public.event_messages, public.event_peer_matches, marketing.pipeline_events
-- Locks:  the matches in the order of their ids

create or replace function public.remind_peers(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_asking constant text[] := '{peer_match_introduction,peer_match_reminder,peer_match_unanswered}';
    v_due record;
    v_match public.event_peer_matches;
    v_wish record;
    v_is_over boolean;
    v_waits_until timestamptz;
    v_reminded_of_another_until timestamptz;
    v_reminded integer;
begin
    for v_due in
        with held as materialized (
            select event.id as due_event_id, coalesce(event.root_id, event.id) as root_id, event.payload, match
            from marketing.pipeline_events as event
            join public.event_peer_matches as match on match.id = marketing.payload_id(event.payload, 'match_id')
            where event.id = any (event_ids)
            and match.status in ('introduced', 'accepted_by_one', 'later')
            order by match.id
            for no key update of match
        )
        select held.* from held
        order by (held.match).introduction_sent_time desc nulls last, (held.match).id desc
    loop
        v_match := v_due.match;
        select wish.* into v_wish from public.answers_wanted(v_match.event_id) as wish;
        continue when v_wish.unanswered = 'keep';

        select v_wish.ends_at <= clock_timestamp() or event.status <> 'scheduled' or not event.is_active into v_is_over
        from public.events as event
        where event.id = v_match.event_id;
        v_waits_until := null;
        v_reminded_of_another_until := null;
        v_reminded := 0;

        if v_is_over is not true then
            select max(greatest(message.scheduled_time, clock_timestamp())) into v_waits_until
            from public.event_messages as message
            where message.event_id = v_match.event_id
            and message.contractor_id in (v_match.contractor1_id, v_match.contractor2_id)
            and message.message_type = any (c_asking)
            and message.personalization_data ->> 'match_id' = v_match.id::text
            and message.status in ('scheduled', 'sending');

            select max(
                case
                    when reminder.status in ('scheduled', 'sending') then greatest(reminder.scheduled_time, clock_timestamp())
                    else reminder.actual_send_time
                end
            ) into v_reminded_of_another_until
            from public.event_messages as reminder
            where reminder.event_id = v_match.event_id
            and reminder.contractor_id in (
                case when v_match.contractor1_response is null then v_match.contractor1_id end,
                case when v_match.contractor2_response is null then v_match.contractor2_id end
            )
            and reminder.message_type = 'peer_match_unanswered'
            and reminder.personalization_data ->> 'match_id' <> v_match.id::text
            and reminder.created_at >= v_match.introduction_sent_time
            and (
                reminder.status in ('scheduled', 'sending')
                or reminder.status in ('sent', 'delivered') and reminder.actual_send_time > clock_timestamp() - v_wish.release_after
            );
        end if;

        if v_is_over is not true and v_waits_until is null and v_wish.unanswered = 'remind' then
            insert into public.event_messages (
                event_id, contractor_id, message_type, expires_at, personalization_data, dedupe_key, planned_by, caused_by
            )
            select
                v_match.event_id, side.contractor_id, 'peer_match_unanswered', v_wish.ends_at,
                public.peer_of_match(v_match, side.contractor_id),
                format('peer_match_unanswered-%s-%s', v_match.id, side.contractor_id), 'peer_match', v_due.due_event_id
            from (
                values (v_match.contractor1_id, v_match.contractor1_response), (v_match.contractor2_id, v_match.contractor2_response)
            ) as side (contractor_id, response)
            -- Asked once, and only once: by the introduction.
            where side.response is null
            and array['peer_match_introduction'] = array(
                select distinct asked.message_type::text
                from public.event_messages as asked
                where asked.event_id = v_match.event_id
                and asked.contractor_id = side.contractor_id
                and asked.message_type = any (c_asking)
                and asked.personalization_data ->> 'match_id' = v_match.id::text
                and asked.status in ('sent', 'delivered')
            )
            -- One reminder to a person, whatever number of introductions it is for.
            and not exists (
                select from public.event_messages as reminder
                where reminder.event_id = v_match.event_id
                and reminder.contractor_id = side.contractor_id
                and reminder.message_type = 'peer_match_unanswered'
                and reminder.created_at >= v_match.introduction_sent_time
                and reminder.status in ('scheduled', 'sending', 'sent', 'delivered')
            )
            order by side.contractor_id
            on conflict (dedupe_key) do nothing;
            get diagnostics v_reminded = row_count;
        end if;

        v_waits_until := greatest(v_waits_until, v_reminded_of_another_until, case when v_reminded > 0 then clock_timestamp() end);

        if v_waits_until is not null then
            insert into marketing.pipeline_events (event_type, payload, run_at, priority, parent_id, root_id)
            values (
                'introduction_unanswered', v_due.payload, v_waits_until + v_wish.release_after, 8,
                v_due.due_event_id, v_due.root_id
            );
        else
            update public.event_peer_matches as match
            set status = 'released', release_reason = 'unanswered'
            where match.id = v_match.id;
        end if;
    end loop;
end
$$;

comment on function public.remind_peers(bigint[]) is
    'Stage remind_peers: who has not answered an introduction is reminded once, then the pair is released.';
