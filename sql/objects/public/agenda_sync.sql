-- public.agenda_sync(event_id, contractor_ids, since): brings the texts of an event in step with its agenda.
--
-- Compares public.agenda_texts with what is planned: inserts what is missing and still lies ahead, moves what is unsent and has changed,
-- cancels what is no longer due. Doing it twice changes nothing. Rows that were sent, are being sent or were cancelled by anybody else
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
        select text.* from public.agenda_texts(agenda_sync.event_id, agenda_sync.contractor_ids) as text
    ),
    held as materialized (
        select
            message.id, message.contractor_id, message.dedupe_key, message.message_type, message.message_category, message.scheduled_time,
            message.expires_at, message.priority, message.phone, message.agenda_item_id, message.personalization_data
        from public.event_messages as message
        where message.event_id = agenda_sync.event_id
        and (agenda_sync.contractor_ids is null or message.contractor_id = any (agenda_sync.contractor_ids))
        and message.planned_by = 'agenda'
        and message.status = 'scheduled'
    ),
    changes as materialized (
        select
            held.id,
            held.contractor_id,
            -- The row may have lost it together with the item.
            substring(held.dedupe_key from ':item-([0-9]+)$')::bigint as held_item_id,
            -- Moved to where it would be pointless.
            wanted.dedupe_key is null or wanted.expires_at <= now() as is_over,
            wanted.dedupe_key is not null as is_too_late,
            wanted.message_type, wanted.category, wanted.scheduled_time, wanted.expires_at, wanted.priority, wanted.phone,
            wanted.agenda_item_id, wanted.personalization_data
        from held
        left join wanted on wanted.dedupe_key = held.dedupe_key
        where wanted.dedupe_key is null
        or (
            held.message_type, held.message_category, held.scheduled_time, held.expires_at, held.priority, held.phone, held.agenda_item_id,
            held.personalization_data
        ) is distinct from (
            wanted.message_type, wanted.category, wanted.scheduled_time, wanted.expires_at, wanted.priority, wanted.phone,
            wanted.agenda_item_id, wanted.personalization_data
        )
    ),
    -- Whoever is faster has it: what a sender took meanwhile is not scheduled any more.
    locked as materialized (
        select message.id
        from public.event_messages as message
        join changes on changes.id = message.id
        where message.status = 'scheduled'
        order by message.id
        for no key update of message
    ),
    moved as (
        update public.event_messages as message
        set message_type = changes.message_type,
            message_category = changes.category,
            scheduled_time = changes.scheduled_time,
            expires_at = changes.expires_at,
            priority = changes.priority,
            phone = changes.phone,
            agenda_item_id = changes.agenda_item_id,
            personalization_data = changes.personalization_data,
            updated_at = now()
        from locked
        join changes on changes.id = locked.id
        where message.id = locked.id
        and not changes.is_over
        returning message.id, case when message.expires_at <> changes.expires_at then changes.expires_at end as deadline
    ),
    cancelled as (
        update public.event_messages as message
        set status = 'cancelled',
            dedupe_key = format('%s:cancelled:%s', message.dedupe_key, message.id),
            error_message = case
                when changes.is_too_late then 'It would come too late.'
                else public.agenda_reason(agenda_sync.event_id, changes.contractor_id, changes.held_item_id)
            end,
            updated_at = now()
        from locked
        join changes on changes.id = locked.id
        where message.id = locked.id
        and changes.is_over
        returning message.id
    ),
    planned as (
        insert into public.event_messages (
            event_id, contractor_id, message_type, message_category, scheduled_time, message_content, personalization_data, phone, status,
            direction, channel, priority, expires_at, agenda_item_id, planned_by, dedupe_key
        )
        select
            agenda_sync.event_id, wanted.contractor_id, wanted.message_type, wanted.category, wanted.scheduled_time, '',
            wanted.personalization_data, wanted.phone, 'scheduled', 'outbound', 'sms', wanted.priority, wanted.expires_at,
            wanted.agenda_item_id, 'agenda', wanted.dedupe_key
        from wanted
        where wanted.expires_at > now()
        and (wanted.is_personal or wanted.scheduled_time >= v_since)
        and not exists (
            select from public.event_messages as message
            where message.event_id = agenda_sync.event_id
            and (agenda_sync.contractor_ids is null or message.contractor_id = any (agenda_sync.contractor_ids))
            and message.dedupe_key = wanted.dedupe_key
        )
        order by wanted.scheduled_time, wanted.priority, wanted.contractor_id
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
