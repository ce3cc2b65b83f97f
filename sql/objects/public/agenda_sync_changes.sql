-- public.agenda_sync_changes(event_id, since): brings in step what a change of the agenda, the event or its rules concerns.
--
-- Which moments that are is seen by their digests: of a session that moves, its own texts are compared, not everybody's of the event.
-- Of an event whose texts were never compared as a whole, everything is.
--
-- Arguments: event_id; since: when the change was made.
-- Returns: planned, moved, cancelled: texts and events.
-- Reads:  public.agenda_plans, and what agenda_sync_texts, agenda_sync_timers and agenda_digests read
-- Writes: what agenda_sync_texts and agenda_sync_timers write; public.agenda_plans
-- Locks:  as agenda_sync

create or replace function public.agenda_sync_changes(
    event_id bigint, since timestamptz, out planned integer, out moved integer, out cancelled integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_plan jsonb;
    v_moments text[];
    v_timers record;
begin
    perform pg_advisory_xact_lock(hashtextextended('public.agenda_sync', agenda_sync_changes.event_id));

    -- Taken before the texts are: a change in between is found by its own event.
    select coalesce(jsonb_object_agg(plan.moment, plan.digest), '{}') into v_plan
    from public.agenda_digests(agenda_sync_changes.event_id) as plan;

    if exists (select from public.agenda_plans as kept where kept.event_id = agenda_sync_changes.event_id) then
        v_moments := array(
            select coalesce(present.moment, kept.moment)
            from jsonb_each_text(v_plan) as present (moment, digest)
            full join (
                select kept.moment, kept.digest from public.agenda_plans as kept where kept.event_id = agenda_sync_changes.event_id
            ) as kept on kept.moment = present.moment
            where kept.digest is distinct from present.digest
        );
    end if;

    planned := 0;
    moved := 0;
    cancelled := 0;

    if v_moments is null or cardinality(v_moments) > 0 then
        select texts.* into planned, moved, cancelled
        from public.agenda_sync_texts(agenda_sync_changes.event_id, null, v_moments, least(agenda_sync_changes.since, now())) as texts;
        perform public.keep_agenda_plan(agenda_sync_changes.event_id, v_plan);
    end if;

    v_timers := public.agenda_sync_timers(agenda_sync_changes.event_id);
    planned := planned + v_timers.planned;
    moved := moved + v_timers.moved;
    cancelled := cancelled + v_timers.cancelled;
end
$$;

comment on function public.agenda_sync_changes(bigint, timestamptz) is
    'Brings in step what a change of the agenda, the event or its rules concerns; the stage agenda_sync calls it.';

revoke execute on function public.agenda_sync_changes(bigint, timestamptz) from public;
