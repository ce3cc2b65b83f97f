-- cli/order_peer_matching: orders a matching run.
--
-- $1 bigint: event; $2 boolean: dry run; $3 smallint: introductions of one person at most; $4 double precision: least score; $5 double
-- precision: least distance in miles; NULL: as event_peer_matching says; $6 boolean: introduce now.
-- Columns: id: the run.
-- Writes: public.event_peer_matching_runs, and by its trigger marketing.pipeline_events
-- Locks:  none beyond the inserted row
insert into public.event_peer_matching_runs (event_id, origin, dry_run, max_matches, min_score, min_distance_miles, send_immediately)
values ($1, 'cli', $2, $3, $4::double precision, $5, $6)
returning id
