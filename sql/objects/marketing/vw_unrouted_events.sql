-- marketing.vw_unrouted_events: event types that no stage handles, and how many of their events wait.
--
-- Reads:  pipeline.unrouted, marketing.pipeline_events (by id)

create or replace view marketing.vw_unrouted_events as
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
    select unrouted.event_type, count(*) as events, min(unrouted.event_id) as first_id
    from pipeline.unrouted
    group by unrouted.event_type
) as waiting
left join marketing.pipeline_events as first on first.id = waiting.first_id
order by waiting.events desc;

comment on view marketing.vw_unrouted_events is 'Pending events of types that no stage handles, with what to do about them.';
