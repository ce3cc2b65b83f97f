-- public.note_groups_sent(): writes to a roundtable what became of its texts, and what is to be learned from it.
--
-- When the first text was sent the table is introduced, and each text is one row of ai_learning_events, once. A table none of whose texts
-- will be sent is released.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), public.event_messages
-- Writes: public.event_peer_groups, public.ai_learning_events
-- Locks:  the tables in the order of their ids

create or replace function public.note_groups_sent()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_groups bigint[];
begin
    select array_agg(distinct marketing.payload_id(now_there.personalization_data, 'group_id')) into v_groups
    from new_rows as now_there
    where now_there.message_type = 'peer_group_introduction'
    and now_there.status in ('sent', 'delivered', 'cancelled', 'failed')
    -- A set, here and below: a join that was planned for one row would read all of one version for each row of the other.
    and now_there.id not in (
        select before.id from old_rows as before where before.status in ('sent', 'delivered', 'cancelled', 'failed')
    );

    if v_groups is null then
        return null;
    end if;

    -- A statement of its own: what follows sees the texts of whoever held the row.
    perform from public.event_peer_groups as seated where seated.id = any (v_groups) order by seated.id for no key update;

    update public.event_peer_groups as seated
    set status = case when texts.sent_at is not null then 'introduced' else 'released' end,
        introduction_sent_time = texts.sent_at,
        updated_at = clock_timestamp()
    from (
        select
            marketing.payload_id(message.personalization_data, 'group_id') as group_id,
            min(coalesce(message.actual_send_time, now())) filter (where message.status in ('sent', 'delivered')) as sent_at,
            bool_and(message.status in ('sent', 'delivered', 'cancelled', 'failed')) as is_over
        from public.event_messages as message
        where message.dedupe_key in (
            select format('peer-group-%s-%s', member.group_id, member.contractor_id)
            from public.event_peer_group_members as member
            where member.group_id = any (v_groups)
        )
        group by 1
    ) as texts
    where seated.id = texts.group_id
    and seated.status in ('draft', 'proposed')
    and (texts.sent_at is not null or texts.is_over);

    insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, "timestamp", context)
    select
        sent.contractor_id, 'peer_group_introduction', sent.event_id,
        jsonb_build_object('group_id', seated.id, 'topic', seated.topic), coalesce(sent.actual_send_time, now()), 'event_orchestrator'
    from new_rows as sent
    join public.event_peer_groups as seated on seated.id = marketing.payload_id(sent.personalization_data, 'group_id')
    where sent.message_type = 'peer_group_introduction'
    and sent.status in ('sent', 'delivered')
    and sent.id not in (select before.id from old_rows as before where before.status in ('sent', 'delivered'))
    order by seated.id, sent.contractor_id;

    return null;
end
$$;

comment on function public.note_groups_sent() is
    'Trigger function of event_messages: texts of roundtables that were sent are written to their table and to ai_learning_events.';

create or replace trigger note_groups_sent
    after update on public.event_messages
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_groups_sent();
