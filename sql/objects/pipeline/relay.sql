-- pipeline.relay(after_id): announces what writers left in pipeline.unannounced.
--
-- A few events are told one by one, more by a summary for each type, as those of one statement would be.
--
-- What comes back lets the caller skip what is over (src/engine/mark.rs): every id up to last_id was given out before this took its own
-- transaction id, next_xid, and to transactions that had theirs; once oldest_xid of a later look reaches that, all of them are over.
--
-- Arguments: after_id: announcements up to this id are known to be settled; 0: look at all.
-- Returns: statements: how many announcements there were, at most 10,000 at once; last_id, oldest_xid, next_xid: see above; last_id is after_id
--          when more may be waiting.
-- Reads:  marketing.pipeline_events
-- Writes: pipeline.unannounced
-- Locks:  announcements that nobody else holds, in the order of their ids

create or replace function pipeline.relay(
    after_id bigint, out statements bigint, out last_id bigint, out oldest_xid bigint, out next_xid bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    c_most constant integer := 10000;
    c_announced_singly constant integer := 20;
begin
    -- In this order: the ids, who is under way, an id of our own, what is there.
    last_id := (select sequence.last_value from pipeline.unannounced_id_seq as sequence);
    oldest_xid := pg_snapshot_xmin(pg_current_snapshot())::text;
    next_xid := pg_current_xact_id()::text;

    with
    taken as materialized (
        delete from pipeline.unannounced
        where unannounced.ctid = any (
            array(
                select waiting.ctid
                from pipeline.unannounced as waiting
                where waiting.id > relay.after_id
                order by waiting.id
                limit c_most
                for update skip locked
            )
        )
        returning unannounced.event_type, unannounced.first_id, unannounced.last_id, unannounced.events
    ),
    judged as materialized (
        select
            taken.*,
            -- Ids with a gap are shared with other statements: who told them one by one might tell some twice.
            sum(taken.events) over () <= c_announced_singly and taken.events = taken.last_id - taken.first_id + 1 as is_told_singly
        from taken
        where taken.events > 0
    ),
    said as (
        select 'pipeline_wake' as channel, taken.event_type as body
        from taken
        where taken.events = 0
        group by taken.event_type
        union all
        select 'pipeline_event', pipeline.event_notification(event.id, event.event_type, event.payload)
        from judged
        join marketing.pipeline_events as event on event.id between judged.first_id and judged.last_id
        where judged.is_told_singly
        union all
        select
            'pipeline_event',
            pipeline.summary_notification(judged.event_type, sum(judged.events), min(judged.first_id), max(judged.last_id))
        from judged
        where not judged.is_told_singly
        group by judged.event_type
    )
    select (select count(*) from taken), count(pg_notify(said.channel, said.body))
    into statements
    from said;

    if statements = c_most then
        last_id := relay.after_id;
    end if;
end
$$;

comment on function pipeline.relay(bigint) is
    'Announces what writers left to be announced, and tells up to where none can come any more.';
