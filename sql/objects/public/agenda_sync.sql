-- public.agenda_sync(event_id, contractor_ids, since): brings the texts of an event in step with its agenda.
--
-- Compares public.agenda_texts with what is planned: inserts what is missing and still lies ahead, moves what is unsent and has changed,
-- cancels what is no longer due. Doing it twice changes nothing. A text that a person has moved stays where he put it until the agenda's
-- own time for it changes. Rows that were sent, are being sent or were cancelled by anybody else
-- are never touched, nor replaced. A row that the agenda itself cancels gives its dedupe_key back, so that a session that is cancelled
-- by mistake and restored has its texts again.
--
-- Arguments: event_id; contractor_ids: only these people; NULL: all, and the events of the agenda as well;
--            since: when the change was made: a text that was due before then is not made up for; NULL: now.
-- Returns: planned, moved, cancelled: texts and, where contractor_ids is NULL, events.
-- Reads:  what agenda_texts and agenda_sync_timers read
-- Writes: public.event_messages, and what agenda_sync_timers writes
-- Locks:  the event's sync, by an advisory lock; then texts in the order of their ids

create or replace function public.agenda_sync(
    event_id bigint,
    contractor_ids bigint[] default null,
    since timestamptz default null,
    out planned integer,
    out moved integer,
    out cancelled integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- For a few people by their index, for an event as a whole at one go: no plan serves both.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_since constant timestamptz := least(coalesce(since, now()), now());
    v_timers record;
    v_ids bigint[];
    v_deadlines timestamptz[];
begin
    -- Two at once would each miss what the other has planned. A statement of its own: what follows sees what the first one wrote.
    perform pg_advisory_xact_lock(hashtextextended('public.agenda_sync', agenda_sync.event_id));

    with
    wanted as materialized (
        select
            text.contractor_id, text.phone, text.message_type, text.category, text.scheduled_time, text.priority, text.expires_at,
            text.dedupe_key, text.agenda_item_id, text.is_personal,
            -- What the agenda said last is kept with the text, to tell its own changes from a person's.
            text.personalization_data || jsonb_build_object(
                'planned_for', text.scheduled_time at time zone 'UTC', 'planned_until', text.expires_at at time zone 'UTC'
            ) as personalization_data
        from public.agenda_texts(agenda_sync.event_id, agenda_sync.contractor_ids) as text
    ),
    existing as materialized (
        select message.*
        from public.event_messages as message
        where message.event_id = agenda_sync.event_id
        and (agenda_sync.contractor_ids is null or message.contractor_id = any (agenda_sync.contractor_ids))
        and message.dedupe_key is not null
    ),
    -- A full join is a hash or a merge whatever the planner believes of tables that have grown a moment ago.
    compared as materialized (
        select
            existing.id,
            existing.status = 'scheduled' and existing.planned_by = 'agenda' as is_ours,
            coalesce(wanted.contractor_id, existing.contractor_id) as contractor_id,
            -- The row may have lost it together with the item.
            substring(existing.dedupe_key from ':item-([0-9]+)$')::bigint as held_item_id,
            wanted.dedupe_key is null as is_over,
            chosen.expires_at <= now() as is_too_late,
            (
                existing.message_type, existing.message_category, existing.scheduled_time, existing.expires_at, existing.priority,
                existing.phone, existing.agenda_item_id, existing.personalization_data
            ) is distinct from (
                wanted.message_type, wanted.category, chosen.scheduled_time, chosen.expires_at, wanted.priority,
                wanted.phone, wanted.agenda_item_id, wanted.personalization_data
            ) as is_different,
            wanted.dedupe_key, wanted.message_type, wanted.category, chosen.scheduled_time, chosen.expires_at, wanted.priority,
            wanted.phone, wanted.agenda_item_id, wanted.personalization_data, wanted.is_personal
        from existing
        full join wanted on wanted.dedupe_key = existing.dedupe_key
        -- A text that a person has moved stays there until the agenda itself has another opinion.
        cross join lateral (
            select
                existing.personalization_data ->> 'planned_for' = wanted.personalization_data ->> 'planned_for'
                    and existing.personalization_data ->> 'planned_until' = wanted.personalization_data ->> 'planned_until' as is_unmoved
        ) as opinion
        cross join lateral (
            select
                case when opinion.is_unmoved then existing.scheduled_time else wanted.scheduled_time end as scheduled_time,
                case when opinion.is_unmoved then existing.expires_at else wanted.expires_at end as expires_at
        ) as chosen
    ),
    -- Whoever is faster has it: what a sender took meanwhile is not scheduled any more.
    locked as materialized (
        select compared.*
        from compared
        join public.event_messages as message on message.id = compared.id
        where compared.is_ours
        and compared.is_different
        and message.status = 'scheduled'
        order by message.id
        for no key update of message
    ),
    moved as (
        update public.event_messages as message
        set message_type = locked.message_type,
            message_category = locked.category,
            scheduled_time = locked.scheduled_time,
            expires_at = locked.expires_at,
            priority = locked.priority,
            phone = locked.phone,
            agenda_item_id = locked.agenda_item_id,
            personalization_data = locked.personalization_data,
            updated_at = now()
        from locked
        where message.id = locked.id
        and not locked.is_over
        and not locked.is_too_late
        returning message.id, case when message.expires_at <> locked.expires_at then locked.expires_at end as deadline
    ),
    cancelled as (
        update public.event_messages as message
        set status = 'cancelled',
            dedupe_key = format('%s:cancelled:%s', message.dedupe_key, message.id),
            error_message = case
                when locked.is_over then public.agenda_reason(agenda_sync.event_id, locked.contractor_id, locked.held_item_id)
                else 'It would come too late.'
            end,
            updated_at = now()
        from locked
        where message.id = locked.id
        and (locked.is_over or locked.is_too_late)
        returning message.id
    ),
    planned as (
        insert into public.event_messages (
            event_id, contractor_id, message_type, message_category, scheduled_time, message_content, personalization_data, phone, status,
            direction, channel, priority, expires_at, agenda_item_id, planned_by, dedupe_key
        )
        select
            agenda_sync.event_id, compared.contractor_id, compared.message_type, compared.category, compared.scheduled_time, '',
            compared.personalization_data, compared.phone, 'scheduled', 'outbound', 'sms', compared.priority, compared.expires_at,
            compared.agenda_item_id, 'agenda', compared.dedupe_key
        from compared
        where compared.id is null
        and not compared.is_too_late
        and (compared.is_personal or compared.scheduled_time >= v_since)
        order by compared.scheduled_time, compared.priority, compared.contractor_id
        on conflict (dedupe_key) do nothing
        returning id
    )
    select
        (select count(*) from planned), (select count(*) from moved), (select count(*) from cancelled),
        (select array_agg(moved.id) from moved where moved.deadline is not null),
        (select array_agg(moved.deadline) from moved where moved.deadline is not null)
    into planned, moved, cancelled, v_ids, v_deadlines;

    -- A text that is moved takes its deadline along, unless a new one is set; one that stays looks as if it were not set.
    if v_ids is not null then
        update public.event_messages as message
        set expires_at = kept.deadline
        from unnest(v_ids, v_deadlines) as kept (id, deadline)
        where message.id = kept.id
        and message.status = 'scheduled';
    end if;

    if agenda_sync.contractor_ids is null then
        v_timers := public.agenda_sync_timers(agenda_sync.event_id);
        planned := planned + v_timers.planned;
        moved := moved + v_timers.moved;
        cancelled := cancelled + v_timers.cancelled;
    end if;
end
$$;

comment on function public.agenda_sync(bigint, bigint[], timestamptz) is
    'Brings the texts of an event in step with its agenda; runs by itself after every change: SELECT * FROM agenda_sync(41).';
