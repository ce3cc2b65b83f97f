-- public.agenda_generate_stage(event_ids): the stage agenda_generate; speakers changed, the agenda is laid out again.
--
-- Not where a person has entered items: then SELECT agenda_generate(…) fills in around them, when asked.
--
-- Arguments: event_ids of event_speakers_changed events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  marketing.pipeline_events, public.events, public.event_speakers, public.event_agenda_items
-- Writes: what agenda_generate writes
-- Locks:  events in the order of their ids, and as agenda_generate

create or replace function public.agenda_generate_stage(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_live_event bigint;
begin
    for v_live_event in
        select live.id
        from public.events as live
        where live.id in (
            select marketing.payload_id(event.payload, 'event_id')
            from marketing.pipeline_events as event
            where event.id = any (event_ids)
        )
        and not exists (
            select from public.event_agenda_items as item
            where item.event_id = live.id
            and item.origin = 'manual'
        )
        and (
            exists (select from public.event_speakers as speaker where speaker.event_id = live.id)
            or exists (select from public.event_agenda_items as item where item.event_id = live.id)
        )
        order by live.id
    loop
        perform public.agenda_generate(v_live_event);
    end loop;
end
$$;

comment on function public.agenda_generate_stage(bigint[]) is 'Stage agenda_generate: speakers changed, the agenda is laid out again unless it was entered by hand.';
