-- marketing.vw_unrouted_events: event types that no stage handles, and how many of their events wait.
--
-- Of each type no more than ten thousand are counted: 10001 says that there are more.
--
-- Reads:  pipeline.unrouted, marketing.pipeline_events (by id)

create or replace view marketing.vw_unrouted_events as
with recursive
-- From type to type by the index.
types as (
    (select unrouted.event_type from pipeline.unrouted order by unrouted.event_type limit 1)
    union all
    select (
        select unrouted.event_type
        from pipeline.unrouted
        where unrouted.event_type > types.event_type
        order by unrouted.event_type
        limit 1
    )
    from types
    where types.event_type is not null
)
select
    waiting.event_type,
    waiting.events,
    waiting.first_id,
    first.created_at as first_created_at,
    format(
        'INSERT a row with event_type %L into pipeline.stages, or cancel: UPDATE marketing.pipeline_events SET status = ''cancelled'' WHERE event_type = %L AND status = ''pending'';',
        waiting.event_type, waiting.event_type
    ) as what_to_do
from (
    select types.event_type, heads.events, heads.first_id
    from types
    cross join lateral (
        select count(*) as events, min(head.event_id) as first_id
        from (
            select unrouted.event_id
            from pipeline.unrouted
            where unrouted.event_type = types.event_type
            order by unrouted.event_id
            limit 10001
        ) as head
    ) as heads
    where types.event_type is not null
) as waiting
left join marketing.pipeline_events as first on first.id = waiting.first_id
order by waiting.events desc;

comment on view marketing.vw_unrouted_events is 'Pending events of types that no stage handles, with what to do about them; at most 10,001 of each type are counted.';
