-- engine/fire_schedule: emits a schedule's events and moves it on, unless another daemon has.
--
-- Waits for no disk at its commit: what a crash takes back is due again, and whoever has worked on its event has waited for both.
--
-- $1 text: name; $2 timestamptz: the next_at that was reckoned from, or NULL; $3 timestamptz[]: times to emit for; $4 timestamptz: the next time,
-- NULL: never again.
-- Returns: fired boolean.
-- Writes: pipeline.schedules, marketing.pipeline_events
-- Locks:  the schedule's row
select pipeline.fire_schedule($1, $2, $3, $4) as fired
from set_config('synchronous_commit', 'off', true) as unsynchronous
where unsynchronous = 'off'
