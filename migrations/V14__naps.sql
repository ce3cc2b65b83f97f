-- Daemons that sleep while nothing is to be done, so that a database that costs by the hour may sleep, too.

alter table pipeline.workers add column naps_until timestamptz;

comment on column pipeline.workers.naps_until is 'When a frugal daemon looks again, which has closed its sessions meanwhile; NULL: it is awake.';
