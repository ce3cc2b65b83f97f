-- cli/stage_set: changes a stage's bounds.
--
-- $1 text[]: its name, alone; $2 integer: batch size; $3 integer: concurrency; $4 integer: attempts; $5 float8: time-out in seconds; $6 and
-- $7 float8: first and longest wait after a failed attempt in seconds; $8 text: limiter, empty: none from now on. NULL from $2: as it is.
-- Returns: name, if it is there.
-- Writes: pipeline.stages; by its triggers pipeline.ready, pipeline.parked
-- Locks:  the stage's row
update pipeline.stages as stage
set batch_size = coalesce($2::integer, stage.batch_size),
    concurrency = coalesce($3::integer, stage.concurrency),
    max_attempts = coalesce($4::integer::smallint, stage.max_attempts),
    timeout = coalesce(make_interval(secs => $5::double precision), stage.timeout),
    backoff = coalesce(make_interval(secs => $6::double precision), stage.backoff),
    backoff_max = coalesce(make_interval(secs => $7::double precision), stage.backoff_max),
    limiter = case when $8::text is null then stage.limiter else nullif($8::text, '') end
where stage.name = any ($1::text[])
returning stage.name
