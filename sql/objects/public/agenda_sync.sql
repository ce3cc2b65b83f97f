-- public.agenda_sync(event_id, contractor_ids, since): brings the texts of an event in step with its agenda.
--
-- Compares all that is due with all that is planned, whatever has changed: what agenda_sync_texts says. Doing it twice changes nothing.
--
-- Arguments: event_id; contractor_ids: only these people; NULL: all, and the events of the agenda as well;
--            since: when the change was made: a text that was due before then is not made up for; NULL: now.
-- Returns: planned, moved, cancelled: texts and, where contractor_ids is NULL, events.
-- Reads:  what agenda_sync_texts, agenda_sync_timers and agenda_digests read
-- Writes: what agenda_sync_texts and agenda_sync_timers write; public.agenda_plans
-- Locks:  the event's sync, by an advisory lock; then as agenda_sync_texts

create or replace function public.agenda_sync(
    event_id bigint,
    contractor_ids bigint[] default null,
    since timestamptz default null,
    out planned integer,
    out moved integer,
    out cancelled integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_since constant timestamptz := least(coalesce(since, now()), now());
    v_plan jsonb;
    v_timers record;
begin
    -- Two at once would each miss what the other has planned. A statement of its own: what follows sees what the first one wrote.
    perform pg_advisory_xact_lock(hashtextextended('public.agenda_sync', agenda_sync.event_id));

    -- Taken before the texts are: a change in between is found by its own event.
    if agenda_sync.contractor_ids is null then
        select jsonb_object_agg(plan.moment, plan.digest) into v_plan from public.agenda_digests(agenda_sync.event_id) as plan;
    end if;

    select texts.* into planned, moved, cancelled
    from public.agenda_sync_texts(agenda_sync.event_id, agenda_sync.contractor_ids, null, v_since) as texts;

    if agenda_sync.contractor_ids is null then
        perform public.keep_agenda_plan(agenda_sync.event_id, v_plan);
        v_timers := public.agenda_sync_timers(agenda_sync.event_id);
        planned := planned + v_timers.planned;
        moved := moved + v_timers.moved;
        cancelled := cancelled + v_timers.cancelled;
    end if;
end
$$;

comment on function public.agenda_sync(bigint, bigint[], timestamptz) is
    'Brings the texts of an event in step with its agenda; runs by itself after every change: SELECT * FROM agenda_sync(41).';
