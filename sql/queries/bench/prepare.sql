-- bench/prepare: tables, functions and stages of the measurements, in a database made for them.
--
-- Returns: nothing.
-- Writes: pipeline.stages, pipeline.alert_rules
-- Locks:  none that matter
delete from pipeline.stages;

update pipeline.alert_rules set enabled = false;

create schema bench;

create function bench.nothing(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$ select null::bigint, null::text where false $$;

-- When the handler of a single event began.
create table bench.begun (event_id bigint primary key, at timestamptz not null);

create function bench.note_time(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The first thing it does.
    c_began constant timestamptz := clock_timestamp();
begin
    insert into bench.begun (event_id, at)
    select chosen.id, c_began
    from unnest(event_ids) as chosen (id);
end
$$;

-- A cascade of three tables.
create table bench.first_step (id bigint generated always as identity primary key, caused_by bigint);
create table bench.second_step (id bigint generated always as identity primary key, caused_by bigint);
create table bench.third_step (id bigint generated always as identity primary key, caused_by bigint);

create function bench.first_to_second(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into bench.second_step (caused_by) select unnest(event_ids);
    select null::bigint, null::text where false;
$$;

create function bench.second_to_third(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into bench.third_step (caused_by) select unnest(event_ids);
    select null::bigint, null::text where false;
$$;

select pipeline.publish('bench.first_step', 'bench_first', payload_columns => '{id}');
select pipeline.publish('bench.second_step', 'bench_second', payload_columns => '{id}');
select pipeline.publish('bench.third_step', 'bench_third', payload_columns => '{id}');

-- Clients insert single rows here.
create table bench.orders (id bigint generated always as identity primary key, note text);
select pipeline.publish('bench.orders', 'bench_sql', payload_columns => '{id}');

insert into pipeline.stages (name, event_type, kind, target)
values
    ('bench_sql', 'bench_sql', 'sql', 'bench.nothing'),
    ('bench_sql_alone', 'bench_sql_alone', 'sql', 'bench.nothing'),
    ('bench_outside', 'bench_outside', 'builtin', 'bench.noop'),
    ('bench_latency', 'bench_latency', 'sql', 'bench.note_time'),
    ('bench_latency_builtin', 'bench_latency_builtin', 'builtin', 'bench.starts'),
    ('bench_latency_outside', 'bench_latency_outside', 'builtin', 'bench.starts_outside'),
    ('bench_first', 'bench_first', 'sql', 'bench.first_to_second'),
    ('bench_second', 'bench_second', 'sql', 'bench.second_to_third'),
    ('bench_third', 'bench_third', 'sql', 'bench.nothing');

update pipeline.stages set concurrency = 32, batch_size = 2000 where name = 'bench_outside';
-- One runner works while the other commits. The same batches for a single runner and for the loop by hand.
update pipeline.stages set concurrency = 2, batch_size = 2000 where name = 'bench_sql';
update pipeline.stages set concurrency = 1, batch_size = 2000 where name = 'bench_sql_alone';

-- The same SQL as the engine's, looped by hand: claim, work, commit. Nobody else writes meanwhile: what one claim saw need not be
-- looked at by the next, and dead rows are not read again, as with the daemon's low-water marks.
create procedure bench.by_hand(stage_name text)
language plpgsql
as $$
declare
    v_stage_id constant smallint := (select stage.id from pipeline.stages as stage where stage.name = stage_name);
    v_event_ids bigint[];
    v_after_ids bigint[];
begin
    loop
        select batch.event_ids, batch.reached_ids into v_event_ids, v_after_ids
        from pipeline.begin_batch(v_stage_id, v_after_ids, null, false) as batch;
        exit when v_event_ids is null;
        perform from bench.nothing(pipeline.plan_afresh(v_event_ids));
        commit;
    end loop;
end
$$;
