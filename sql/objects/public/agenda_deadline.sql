-- public.agenda_deadline(…): from when on a text is pointless.
--
-- Arguments: expires_from, expires_after: of the rule; scheduled_time; anchor_at, anchor_ends_at: of the moment; zone; accelerated:
--            an hour is a minute.
-- Returns: the deadline.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_deadline(
    expires_from text,
    expires_after interval,
    scheduled_time timestamptz,
    anchor_at timestamptz,
    anchor_ends_at timestamptz,
    zone text,
    accelerated boolean
)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return public.shift_in_zone(
        case expires_from
            when 'scheduled' then scheduled_time
            when 'anchor' then anchor_at
            when 'anchor_end' then anchor_ends_at
            -- A rehearsal has no midnight.
            when 'day_end' then case
                when accelerated then anchor_at
                else ((scheduled_time at time zone zone)::date + 1)::timestamp at time zone zone
            end
        end,
        case when accelerated then expires_after / 60 else expires_after end,
        zone
    );
end
$$;

comment on function public.agenda_deadline(text, interval, timestamptz, timestamptz, timestamptz, text, boolean) is
    'From when on a text of a rule is pointless.';
