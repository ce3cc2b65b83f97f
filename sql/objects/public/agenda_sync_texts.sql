-- public.agenda_sync_texts(event_id, contractor_ids, moments, since): the part of agenda_sync that brings texts in step.
--
-- Compares public.agenda_texts with what is planned: inserts what is missing and still lies ahead, moves what is unsent and has changed,
-- cancels what is no longer due. A text that a person has moved stays where he put it until the agenda's own time for it changes. Rows
-- that were sent, are being sent or were cancelled by anybody else are never touched, nor replaced; nor are those that somebody deleted
-- (agenda_withdrawals). A row that the agenda itself cancels gives its dedupe_key back, so that a session that is cancelled by mistake
-- and restored has its texts again.
--
-- Arguments: event_id; contractor_ids: only these people; NULL: all; moments: only texts of these, each <rule>:<subject>; NULL: of all;
--            since: when the change was made: a text that was due before then is not made up for.
-- Returns: planned, moved, cancelled: texts.
-- Reads:  public.agenda_withdrawals, and what agenda_texts and agenda_reason read
-- Writes: public.event_messages
-- Locks:  texts in the order of their ids; the caller holds the event's sync

create or replace function public.agenda_sync_texts(
    event_id bigint,
    contractor_ids bigint[],
    moments text[],
    since timestamptz,
    out planned integer,
    out moved integer,
    out cancelled integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- 85,000 texts of one comparison fit.
set work_mem = '64MB'
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    c_few constant integer := 100;
    c_many constant real := 10000;
begin
    -- For a few people the plan is the same every time, and to make it takes longer than all the rest. Until the function ends. One that was
    -- made before texts were counted (ANALYZE) would read all of them when there are many.
    if cardinality(agenda_sync_texts.contractor_ids) <= c_few
        and (select class.reltuples > c_many from pg_class as class where class.oid = 'public.event_messages'::regclass)
    then
        perform set_config('plan_cache_mode', 'force_generic_plan', true);
    end if;

    -- Told to complete_message: the deadline is the agenda's own, also where it stays.
    perform set_config('pgcascade.writer', 'agenda_sync', true);

    with
    wanted as materialized (
        select
            text.contractor_id, text.phone, text.message_type, text.category, text.scheduled_time, text.priority, text.expires_at,
            text.dedupe_key, text.agenda_item_id, text.is_personal,
            -- What the agenda said last is kept with the text, to tell its own changes from a person's.
            text.personalization_data || jsonb_build_object(
                'planned_for', text.scheduled_time at time zone 'UTC', 'planned_until', text.expires_at at time zone 'UTC'
            ) as personalization_data
        from public.agenda_texts(agenda_sync_texts.event_id, agenda_sync_texts.contractor_ids, agenda_sync_texts.moments) as text
    ),
    -- One of two ways: a few people by the index, an event as a whole at one go.
    existing as materialized (
        select
            message.id, message.contractor_id, message.dedupe_key, message.status, message.planned_by, message.message_type,
            message.message_category, message.scheduled_time, message.expires_at, message.priority, message.phone, message.agenda_item_id,
            message.personalization_data
        from public.event_messages as message
        where agenda_sync_texts.contractor_ids is null
        and message.event_id = agenda_sync_texts.event_id
        and message.dedupe_key is not null
        and (
            agenda_sync_texts.moments is null
            or substring(message.dedupe_key from '^agenda:[0-9]+:[0-9]+:(.*)$') = any (agenda_sync_texts.moments)
        )
        union all
        select
            message.id, message.contractor_id, message.dedupe_key, message.status, message.planned_by, message.message_type,
            message.message_category, message.scheduled_time, message.expires_at, message.priority, message.phone, message.agenda_item_id,
            message.personalization_data
        from public.event_messages as message
        where message.event_id = agenda_sync_texts.event_id
        and message.contractor_id = any (agenda_sync_texts.contractor_ids)
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
        where (
            existing.message_type, existing.message_category, existing.scheduled_time, existing.expires_at, existing.priority,
            existing.phone, existing.agenda_item_id, existing.personalization_data
        ) is distinct from (
            wanted.message_type, wanted.category, chosen.scheduled_time, chosen.expires_at, wanted.priority,
            wanted.phone, wanted.agenda_item_id, wanted.personalization_data
        )
    ),
    -- Whoever is faster has it: what a sender took meanwhile is not scheduled any more.
    locked as materialized (
        select message.id
        from public.event_messages as message
        where message.id = any (array(select compared.id from compared where compared.is_ours))
        and message.status = 'scheduled'
        order by message.id
        for no key update of message
    ),
    moved as (
        update public.event_messages as message
        set message_type = compared.message_type,
            message_category = compared.category,
            scheduled_time = compared.scheduled_time,
            expires_at = compared.expires_at,
            priority = compared.priority,
            phone = compared.phone,
            agenda_item_id = compared.agenda_item_id,
            personalization_data = compared.personalization_data,
            updated_at = now()
        from locked
        join compared on compared.id = locked.id
        where message.id = locked.id
        and not compared.is_over
        and not compared.is_too_late
        returning message.id
    ),
    -- Once for each person and item, not for each text.
    reasons as materialized (
        select
            over.contractor_id, over.held_item_id,
            public.agenda_reason(agenda_sync_texts.event_id, over.contractor_id, over.held_item_id) as reason
        from (
            select distinct compared.contractor_id, compared.held_item_id from compared where compared.is_over and compared.is_ours
        ) as over
    ),
    cancelled as (
        update public.event_messages as message
        set status = 'cancelled',
            dedupe_key = format('%s:cancelled:%s', message.dedupe_key, message.id),
            error_message = coalesce(reasons.reason, 'It would come too late.'),
            updated_at = now()
        from locked
        join compared on compared.id = locked.id
        left join reasons
            on compared.is_over
            and reasons.contractor_id = compared.contractor_id
            and reasons.held_item_id is not distinct from compared.held_item_id
        where message.id = locked.id
        and (compared.is_over or compared.is_too_late)
        returning message.id
    ),
    planned as (
        insert into public.event_messages (
            event_id, contractor_id, message_type, message_category, scheduled_time, message_content, personalization_data, phone, status,
            direction, channel, priority, expires_at, agenda_item_id, planned_by, dedupe_key
        )
        select
            agenda_sync_texts.event_id, compared.contractor_id, compared.message_type, compared.category, compared.scheduled_time, '',
            compared.personalization_data, compared.phone, 'scheduled', 'outbound', 'sms', compared.priority, compared.expires_at,
            compared.agenda_item_id, 'agenda', compared.dedupe_key
        from compared
        where compared.id is null
        and not compared.is_too_late
        and (compared.is_personal or compared.scheduled_time >= agenda_sync_texts.since)
        and not exists (select from public.agenda_withdrawals as withdrawn where withdrawn.dedupe_key = compared.dedupe_key)
        -- What a person has scheduled about the item is the same text; its key is that of complete_message.
        and not exists (
            select
            from public.event_messages as by_hand
            where by_hand.dedupe_key = compared.message_type || ':sms:' || agenda_sync_texts.event_id || ':' || compared.contractor_id
                || ':item-' || compared.agenda_item_id
            and by_hand.status not in ('cancelled', 'failed')
        )
        order by compared.scheduled_time, compared.priority, compared.contractor_id
        on conflict (dedupe_key) do nothing
        returning id
    )
    select (select count(*) from planned), (select count(*) from moved), (select count(*) from cancelled)
    into planned, moved, cancelled;

    perform set_config('pgcascade.writer', '', true);
end
$$;

comment on function public.agenda_sync_texts(bigint, bigint[], text[], timestamptz) is
    'The part of agenda_sync that brings texts in step; agenda_sync and its stage call it.';

revoke execute on function public.agenda_sync_texts(bigint, bigint[], text[], timestamptz) from public;
