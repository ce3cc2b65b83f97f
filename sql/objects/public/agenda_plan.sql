-- public.agenda_plan(event_id): what the rules make of an event's agenda, before it is known for whom.
--
-- A rule of the event replaces the general one of its name. A text that would be too late before it is due is not planned.
--
-- Arguments: event_id.
-- Returns: rule: a row of agenda_rules; subject: event, person, day-<date> or item-<id>, what tells texts of a rule apart;
--          agenda_item_id, NULL: not about an item; day_date; anchor_at, begins_at, ends_at: of the moment; scheduled_time,
--          expires_at, NULL: counted from a moment of each person; basis: what stands for lunch; place: numbers the moments of the
--          rule, from 1; details: what texts may say. None: nothing is planned, or the event is cancelled or a draft.
-- Reads:  public.events, public.agenda_rules, public.event_sponsors, and what agenda_moments and agenda_details read
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_plan(event_id bigint)
returns table (
    rule public.agenda_rules, subject text, agenda_item_id bigint, day_date date, anchor_at timestamptz, begins_at timestamptz,
    ends_at timestamptz, scheduled_time timestamptz, expires_at timestamptz, basis text, place bigint, details jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once and not for every call: that would take longer than the call.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with
    event as materialized (
        select event.*, exists (select from public.event_sponsors as sponsor where sponsor.event_id = event.id) as has_sponsors
        from public.events as event
        where event.id = agenda_plan.event_id
        and event.status = 'scheduled'
        and event.is_active
    ),
    rules as materialized (
        select distinct on (rule.name) rule as rule
        from event
        join public.agenda_rules as rule on coalesce(rule.event_id, event.id) = event.id
        order by rule.name, rule.event_id nulls last
    ),
    moments as materialized (
        select moment.* from event cross join lateral public.agenda_moments(event.id) as moment
    ),
    about as materialized (
        select about.* from event cross join lateral public.agenda_details(event.id) as about
    ),
    met as (
        select
            (rules.rule).*, rules.rule as whole_rule, moment.agenda_item_id, moment.day_date, moment.at, moment.begins_at, moment.ends_at,
            moment.basis, about.has_speaker,
            -- They would make every change of an agenda a change of every text.
            about.details - '{session_count,speaker_count,sponsor_count}'::text[] as details
        from rules
        join moments as moment on moment.anchor = (rules.rule).anchor
        join about on about.agenda_item_id is not distinct from moment.agenda_item_id
        left join public.event_agenda_items as item on item.id = moment.agenda_item_id
        where (rules.rule).enabled
        and ((rules.rule).item_types is null or item.item_type = any ((rules.rule).item_types))
        and ((rules.rule).item_title is null or item.title ilike (rules.rule).item_title)
    ),
    timed as (
        select
            met.whole_rule,
            case
                when met.anchor in ('item_start', 'item_end') then 'item-' || met.agenda_item_id
                when met.anchor in ('day_start', 'day_end', 'lunch') then 'day-' || met.day_date
                else 'event'
            end as subject,
            met.agenda_item_id, met.day_date, met.at, met.begins_at, met.ends_at, met.basis, met.details,
            case
                when event.accelerated and met.anchor = 'night_before' then met.at - interval '2 minutes'
                when event.accelerated then met.at + met.time_offset / 60
                when met.anchor = 'night_before' then public.shift_in_zone(
                    (met.day_date - 1 + met.local_time) at time zone event.timezone, met.time_offset, event.timezone
                )
                when met.local_time is not null then public.shift_in_zone(
                    (met.day_date + met.local_time) at time zone event.timezone, met.time_offset, event.timezone
                )
                else public.shift_in_zone(met.at, met.time_offset, event.timezone)
            end as scheduled_time,
            event.timezone, event.accelerated
        from event
        cross join met
        where ('speaker' <> all (met.requires) or met.has_speaker)
        and ('sponsors' <> all (met.requires) or event.has_sponsors)
    ),
    due as (
        select
            timed.*,
            public.agenda_deadline(
                (timed.whole_rule).expires_from, (timed.whole_rule).expires_after, timed.scheduled_time, timed.at, timed.ends_at,
                timed.timezone, timed.accelerated
            ) as expires_at
        from timed
    )
    select
        due.whole_rule, due.subject, due.agenda_item_id, due.day_date, due.at, due.begins_at, due.ends_at, due.scheduled_time,
        due.expires_at, due.basis, row_number() over (partition by (due.whole_rule).name order by due.at, due.agenda_item_id), due.details
    from due
    where due.expires_at > due.scheduled_time
    or (due.whole_rule).delivers = 'moment'

    union all

    -- Counted from a moment of each person.
    select
        rules.rule, 'person', null, null, null, whole.begins_at, whole.ends_at, null, null, null, 1, about.details
    from event
    cross join rules
    join moments as whole on whole.anchor = 'event_end'
    join about on about.agenda_item_id is null
    where (rules.rule).enabled
    and (rules.rule).anchor in ('registration', 'profile_complete')
    and ('speaker' <> all ((rules.rule).requires))
    and ('sponsors' <> all ((rules.rule).requires) or event.has_sponsors);
end
$$;

comment on function public.agenda_plan(bigint) is 'What the rules make of an event''s agenda: moments, due times and deadlines, before it is known for whom.';
