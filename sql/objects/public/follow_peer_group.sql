-- public.follow_peer_group(), public.follow_peer_group_member(): what an edit of a roundtable means for its texts.
--
-- A draft that becomes proposed has its texts scheduled; of a table that is released or deleted the unsent ones are cancelled. Whoever does not
-- come gets none, and the others read of those who do; with fewer than three the table is released. Another place or time is told, too.
--
-- Returns: nothing (row triggers).
-- Reads:  public.event_peer_group_members
-- Writes: public.event_peer_groups, public.event_messages
-- Locks:  the table, then its texts in the order of their ids

create or replace function public.follow_peer_group()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
begin
    select array_agg(message.id) into v_ids
    from (
        select message.id
        from public.event_messages as message
        where message.event_id = old.event_id
        and message.message_type = 'peer_group_introduction'
        and message.personalization_data ->> 'group_id' = old.id::text
        and message.status in ('draft', 'scheduled')
        order by message.id
        for no key update
    ) as message;

    if tg_op = 'DELETE' then
        update public.event_messages as message
        set status = 'cancelled', skip_reason = 'The table was deleted.'
        where message.id = any (v_ids);
        return null;
    end if;

    if new.status = 'released' then
        update public.event_messages as message
        set status = 'cancelled', skip_reason = 'The table was called back.'
        where message.id = any (v_ids);
    elsif new.status in ('draft', 'proposed') then
        update public.event_messages as message
        set status = case new.status when 'draft' then 'draft' else 'scheduled' end,
            scheduled_time = greatest(new.introduction_time, now()),
            expires_at = null,
            personalization_data = public.peer_group_data(new.id, message.contractor_id)
        where message.id = any (v_ids);
    end if;

    return null;
end
$$;

comment on function public.follow_peer_group() is 'Trigger function of event_peer_groups: texts follow their table.';

create or replace trigger follow_peer_group
    after update of status, topic, meeting_location, introduction_time on public.event_peer_groups
    for each row
    when (
        (old.status, old.topic, old.meeting_location, old.introduction_time)
            is distinct from (new.status, new.topic, new.meeting_location, new.introduction_time)
    )
    execute function public.follow_peer_group();

create or replace trigger follow_peer_group_delete
    after delete on public.event_peer_groups
    for each row
    execute function public.follow_peer_group();

create or replace function public.follow_peer_group_member()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    select seated.status into v_status
    from public.event_peer_groups as seated
    where seated.id = old.group_id
    for no key update;

    -- The table itself is being deleted, or its texts are out.
    if v_status is null or v_status not in ('draft', 'proposed') then
        return null;
    end if;

    if (
        select count(*) from public.event_peer_group_members as member
        where member.group_id = old.group_id
        and member.status in ('invited', 'accepted')
    ) < 3 then
        update public.event_peer_groups as seated
        set status = 'released', notes = concat_ws(E'\n', seated.notes, 'Fewer than three were left.')
        where seated.id = old.group_id;
        return null;
    end if;

    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'Does not come to the table.'
    where message.dedupe_key = format('peer-group-%s-%s', old.group_id, old.contractor_id)
    and message.status in ('draft', 'scheduled')
    and not exists (
        select from public.event_peer_group_members as member
        where member.group_id = old.group_id
        and member.contractor_id = old.contractor_id
        and member.status in ('invited', 'accepted')
    );

    update public.event_messages as message
    set personalization_data = public.peer_group_data(old.group_id, message.contractor_id)
    where message.id in (
        select held.id
        from public.event_messages as held
        join public.event_peer_group_members as member on member.group_id = old.group_id
        where held.dedupe_key = format('peer-group-%s-%s', member.group_id, member.contractor_id)
        and held.status in ('draft', 'scheduled')
        order by held.id
        for no key update of held
    );

    return null;
end
$$;

comment on function public.follow_peer_group_member() is 'Trigger function of event_peer_group_members: whoever does not come is not told of, and gets no text.';

create or replace trigger follow_peer_group_member
    after update of status on public.event_peer_group_members
    for each row
    when (old.status is distinct from new.status)
    execute function public.follow_peer_group_member();

create or replace trigger follow_peer_group_member_delete
    after delete on public.event_peer_group_members
    for each row
    execute function public.follow_peer_group_member();
