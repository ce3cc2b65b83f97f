-- What writers leave to be announced is not logged: it was a fifth of the log of a row inserted by itself.
--
-- A crash of the server empties the table, and ends the session of everybody who listens. What a daemon would have been told it finds when
-- it is back, for whoever connects looks for what waits; the events themselves and their places in the queue are logged as ever.

alter table pipeline.unannounced set unlogged;

-- Of its ids daemons remember up to where they have looked: they never go back.
alter sequence pipeline.unannounced_id_seq set logged;

comment on table pipeline.unannounced is
    'What writers left to be announced while a daemon announces for them. Unlogged: a crash of the server ends whoever listens, too.';
