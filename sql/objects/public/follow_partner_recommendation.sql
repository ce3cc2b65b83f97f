-- public.follow_partner_recommendation(): an approved recommendation is a text at its time; any other, and one that is deleted, is none.
--
-- Approved late, it goes the next day at the same hour; after three weeks it is refused, since nobody knows any more what it is about.
--
-- Returns: nothing of use (after trigger).
-- Raises:  object_not_in_prerequisite_state: the event is more than three weeks ago.
-- Reads:  public.events, public.strategic_partners
-- Writes: public.event_messages, public.partner_recommendations
-- Locks:  the text, then the recommendation

create or replace function public.follow_partner_recommendation()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_partner public.strategic_partners;
    v_last timestamptz;
    v_at timestamptz;
    v_text bigint;
begin
    if tg_op = 'DELETE' or new.status <> 'approved' then
        update public.event_messages as message
        set status = 'cancelled', skip_reason = 'The recommendation is not approved any more.'
        where message.id = case tg_op when 'DELETE' then old.message_id else new.message_id end
        and message.status in ('draft', 'scheduled');
        return null;
    end if;

    select partner.* into v_partner from public.strategic_partners as partner where partner.id = new.partner_id;

    select (event.end_date + 22)::timestamp at time zone event.timezone into v_last
    from public.events as event
    where event.id = new.event_id;

    -- Days late, at the hour that was meant.
    v_at := new.send_at
        + make_interval(days => greatest(0, ceil(extract(epoch from clock_timestamp() - new.send_at) / 86400)::integer));
    if v_at >= v_last then
        raise object_not_in_prerequisite_state using
            message = format('Recommendation %s comes too late: its event is three weeks ago.', new.id),
            hint = 'Set its status to cancelled, or recommend the partner in a text of your own.';
    end if;

    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, expires_at, personalization_data, dedupe_key, planned_by
    )
    values (
        new.event_id, new.contractor_id, 'partner_recommendation', v_at, v_last,
        jsonb_strip_nulls(jsonb_build_object(
            'recommendation_id', new.id, 'partner_id', v_partner.id, 'partner_name', v_partner.name,
            'areas', regexp_replace(replace(array_to_string(new.shared_areas, ', '), '_', ' '), ', ([^,]*)$', ' and \1'),
            'talking_points', v_partner.talking_points, 'website', v_partner.website
        )),
        format('partner_recommendation-%s-%s', new.event_id, new.contractor_id), 'followup'
    )
    on conflict (dedupe_key) do update
    -- It may have been another partner's, whose recommendation was deleted.
    set status = 'scheduled', scheduled_time = excluded.scheduled_time, expires_at = excluded.expires_at,
        personalization_data = excluded.personalization_data, skip_reason = null
    where event_messages.status = 'cancelled'
    returning event_messages.id into v_text;

    update public.partner_recommendations as recommendation
    set message_id = coalesce(v_text, recommendation.message_id), send_at = v_at
    where recommendation.id = new.id;

    return null;
end
$$;

comment on function public.follow_partner_recommendation() is
    'Trigger function of partner_recommendations: an approved one is a text at its time, any other is none.';

create or replace trigger follow_partner_recommendation
    after insert on public.partner_recommendations
    for each row
    execute function public.follow_partner_recommendation();

create or replace trigger follow_partner_decision
    after update of status on public.partner_recommendations
    for each row
    when (new.status is distinct from old.status)
    execute function public.follow_partner_recommendation();

create or replace trigger follow_partner_deletion
    after delete on public.partner_recommendations
    for each row
    when (old.message_id is not null)
    execute function public.follow_partner_recommendation();
