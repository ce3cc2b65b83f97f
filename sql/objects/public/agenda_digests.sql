-- public.agenda_digests(event_id): what the texts of each moment of an event's plan depend on, but for the people, in a short word.
--
-- Arguments: event_id.
-- Returns: moment: <rule>:<subject>; digest: the same as long as nothing changes that its texts say or when they are due. None: nothing is
--          planned.
-- Reads:  public.events, public.event_sponsors, and what agenda_plan reads
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_digests(event_id bigint)
returns table (moment text, digest text)
language sql
stable
set search_path = pg_catalog, pg_temp
-- Times are compared in words, which must not depend on the session.
set timezone = 'UTC'
begin atomic
    select
        (plan.rule).name || ':' || plan.subject,
        md5(concat_ws(
            '|', plan::text, event.timezone, event.accelerated,
            case when 'sponsors' = any ((plan.rule).requires) then sponsors.said end
        ))
    from public.events as event
    cross join lateral public.agenda_plan(event.id) as plan
    cross join lateral (
        select string_agg(
            concat_ws('|', sponsor.id, sponsor.sponsor_name, sponsor.booth_number, sponsor.booth_location, sponsor.focus_areas_served),
            '|' order by sponsor.id
        ) as said
        from public.event_sponsors as sponsor
        where sponsor.event_id = event.id
    ) as sponsors
    where event.id = agenda_digests.event_id
    and (plan.rule).delivers = 'text';
end;

comment on function public.agenda_digests(bigint) is 'What the texts of each moment of an event''s plan depend on, in a short word; agenda_sync compares them.';
