-- cli/stuck: what should have moved by now, or is handled by no stage.
--
-- Returns: text columns for a table.
-- Reads:  marketing.vw_stuck_events, marketing.vw_unrouted_events
-- Locks:  none
(
    select stuck.event_type, count(*)::text as events, date_trunc('second', max(stuck.since))::text as since, stuck.what_to_do
    from marketing.vw_stuck_events as stuck
    group by stuck.event_type, stuck.what_to_do
    order by count(*) desc
    limit 20
)
union all
(
    select
        unrouted.event_type,
        unrouted.events::text,
        date_trunc('second', clock_timestamp() - unrouted.first_created_at)::text,
        unrouted.what_to_do
    from marketing.vw_unrouted_events as unrouted
    limit 20
)
