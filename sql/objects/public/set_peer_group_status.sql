-- public.set_peer_group_status(group_id, contractor_id, response_type, feedback): what somebody says to a roundtable.
--
-- Doing it twice changes nothing.
--
-- Arguments: group_id; contractor_id: one of its people; response_type: positive (comes) or negative; feedback: in the person's own words,
--            NULL: none, and an earlier one is kept.
-- Returns: the member, as it is then.
-- Raises: P0002 no such table; PC003 the contractor is not at it; 22023 another response_type.
-- Reads:  public.event_peer_groups
-- Writes: public.event_peer_group_members, public.ai_learning_events, and by its trigger public.event_messages
-- Locks:  the table, the member

create or replace function public.set_peer_group_status(group_id bigint, contractor_id bigint, response_type text, feedback text default null)
returns public.event_peer_group_members
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_event_id bigint;
    v_before public.event_peer_group_members;
    v_member public.event_peer_group_members;
begin
    select seated.event_id into v_event_id
    from public.event_peer_groups as seated
    where seated.id = set_peer_group_status.group_id
    for no key update;

    if v_event_id is null then
        raise no_data_found using message = 'Table not found', hint = 'SELECT id, topic FROM event_peer_groups WHERE event_id = …';
    elsif response_type is null or response_type not in ('positive', 'negative') then
        raise invalid_parameter_value using
            message = 'response_type must be positive or negative.', hint = 'positive: comes to the table; negative: does not.';
    elsif length(feedback) > 10000 then
        raise invalid_parameter_value using message = 'feedback must have at most 10000 characters.', hint = 'Shorten it.';
    end if;

    select member.* into v_before
    from public.event_peer_group_members as member
    where member.group_id = set_peer_group_status.group_id
    and member.contractor_id = set_peer_group_status.contractor_id
    for no key update;

    if v_before.group_id is null then
        raise exception using
            errcode = 'PC003',
            message = format('Contractor %s does not sit at table %s.', set_peer_group_status.contractor_id, set_peer_group_status.group_id),
            hint = 'SELECT contractor_id FROM event_peer_group_members WHERE group_id = …';
    end if;

    update public.event_peer_group_members as member
    set status = case response_type when 'positive' then 'accepted' else 'declined' end,
        feedback = coalesce(set_peer_group_status.feedback, member.feedback),
        updated_at = clock_timestamp()
    where member.group_id = v_before.group_id
    and member.contractor_id = v_before.contractor_id
    and (member.status, member.feedback) is distinct from (
        case response_type when 'positive' then 'accepted' else 'declined' end, coalesce(set_peer_group_status.feedback, member.feedback)
    )
    returning member.* into v_member;

    if v_member.group_id is null then
        return v_before;
    end if;

    insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, context, success_score)
    values (
        v_member.contractor_id, 'peer_group_response', v_event_id,
        jsonb_build_object('group_id', v_member.group_id, 'response_type', response_type, 'feedback', set_peer_group_status.feedback),
        'peer_group_response', case response_type when 'positive' then 1.0 else 0.0 end
    );

    return v_member;
end
$$;

comment on function public.set_peer_group_status(bigint, bigint, text, text) is
    'What somebody says to a roundtable: SELECT set_peer_group_status(7, 56, ''positive'').';
