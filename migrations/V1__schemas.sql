-- The rooms of the database.
--
-- intake is what people insert, marketing is the public face they query, pipeline is the engine's own. `if not exists`, because the
-- first two may be there already: they are the names that existing systems use.

create schema if not exists intake;
create schema if not exists marketing;
create schema if not exists pipeline;

comment on schema intake is 'What people insert: an INSERT here starts the pipeline.';
comment on schema marketing is 'The outreach tables, the event ledger, the error log and the views that people read.';
comment on schema pipeline is 'The engine: stages, queues, workers and their functions. Edit pipeline.stages; leave the rest to the engine.';
