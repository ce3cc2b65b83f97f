-- public.agenda_fixed(event_id): what a layout cannot move: talks and presentations with a time of their own.
--
-- Arguments: event_id.
-- Returns: as agenda_layout.
-- Reads:  public.events, public.event_speakers, public.event_sponsors, public.event_agenda_items
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_fixed(event_id bigint)
returns table (
    generation_key text, item_type text, title text, start_time timestamptz, end_time timestamptz, speaker_id bigint, sponsor_id bigint,
    location text, synopsis text
)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        'speaker:' || speaker.id, 'session', coalesce(speaker.session_title, 'Session with ' || speaker.name), speaker.session_time,
        coalesce(
            speaker.session_end,
            speaker.session_time + make_interval(mins => coalesce(speaker.session_duration_minutes, 45))
                / case when event.accelerated then 60 else 1 end
        ),
        speaker.id, null::bigint, speaker.session_location, speaker.session_description
    from public.events as event
    join public.event_speakers as speaker on speaker.event_id = event.id
    where event.id = agenda_fixed.event_id
    and speaker.session_time is not null
    and not public.is_on_agenda_by_hand(speaker.id)

    union all

    select
        'sponsor:' || sponsor.id, 'sponsor_session', coalesce(sponsor.presentation_title, sponsor.sponsor_name), sponsor.presentation_time,
        sponsor.presentation_time + interval '30 minutes' / case when event.accelerated then 60 else 1 end,
        null, sponsor.id, sponsor.booth_location, null
    from public.events as event
    join public.event_sponsors as sponsor on sponsor.event_id = event.id
    where event.id = agenda_fixed.event_id
    and sponsor.presentation_time is not null
    and not exists (
        select from public.event_agenda_items as item
        where item.sponsor_id = sponsor.id
        and item.item_type = 'sponsor_session'
        and item.origin <> 'generated'
    );
end;

comment on function public.agenda_fixed(bigint) is 'Talks and presentations that have a time of their own, for agenda_layout.';
