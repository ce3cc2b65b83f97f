-- What writers leave to be announced is not logged: it was nearly a quarter of the log of a row inserted by itself.
--
-- A crash of the server empties the table, and ends the session of everybody who listens. What a daemon would have been told it finds when
-- it is back, for whoever connects looks for what waits; the events themselves and their places in the queue are logged as ever.

-- First, and its ids at once after it: who announces has the ids first, and would wait for the table while this waits for him.
lock table pipeline.unannounced in access exclusive mode;
alter sequence pipeline.unannounced_id_seq rename to unannounced_id_seq_until_now;

-- The ids are logged, for daemons remember up to where they have looked. So they are not the table's own: pg_upgrade before PostgreSQL 15.9,
-- 16.5 and 17 fails where a table and its own ids differ in this.
create sequence pipeline.unannounced_id_seq;
comment on sequence pipeline.unannounced_id_seq is 'Ids of pipeline.unannounced. Logged, unlike the table: none is given out again after a crash.';

select setval('pipeline.unannounced_id_seq', nextval('pipeline.unannounced_id_seq_until_now'));

alter table pipeline.unannounced alter column id drop identity;
alter table pipeline.unannounced alter column id set default nextval('pipeline.unannounced_id_seq');
alter table pipeline.unannounced set unlogged;

comment on table pipeline.unannounced is
    'What writers left to be announced while a daemon announces for them. Unlogged: a crash of the server ends whoever listens, too.';
