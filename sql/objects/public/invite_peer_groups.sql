-- public.invite_peer_groups(group_ids): schedules the texts of roundtables; of a draft they wait as drafts.
--
-- Whoever has a text already gets no second one. Runs do this by themselves; it is for tables that a person has laid.
--
-- Arguments: group_ids.
-- Returns: how many texts were scheduled.
-- Reads:  public.event_peer_groups, public.event_peer_group_members, and what peer_group_data reads
-- Writes: public.event_messages
-- Locks:  none beyond the inserted rows

create or replace function public.invite_peer_groups(group_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_texts integer;
begin
    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, personalization_data, status, dedupe_key, planned_by
    )
    select
        seated.event_id, member.contractor_id, 'peer_group_introduction', greatest(seated.introduction_time, now()),
        public.peer_group_data(seated.id, member.contractor_id),
        case seated.status when 'draft' then 'draft' else 'scheduled' end,
        format('peer-group-%s-%s', seated.id, member.contractor_id),
        'matching'
    from public.event_peer_groups as seated
    join public.event_peer_group_members as member on member.group_id = seated.id
    where seated.id = any (group_ids)
    and seated.status in ('draft', 'proposed')
    and member.status in ('invited', 'accepted')
    order by seated.id, member.contractor_id
    on conflict (dedupe_key) do nothing;
    get diagnostics v_texts = row_count;
    return v_texts;
end
$$;

comment on function public.invite_peer_groups(bigint[]) is
    'Schedules the texts of roundtables that a person has laid: SELECT invite_peer_groups(''{7}'').';
