-- grants: three roles for people, and nothing of the engine for everybody else.
--
-- pgcascade_reader sees the tables and views; pgcascade_operator also inserts companies, pauses and retunes stages, and requeues and cancels
-- events; neither can drop or alter anything. Grant them: GRANT pgcascade_operator TO anna. Where the deploying user may not
-- create roles (some hosted databases) they are left out, and the owner does everything.
--
-- Reads:  pg_roles
-- Writes: nothing
-- Locks:  none

-- Functions are everybody's unless they are taken away; trigger functions need nobody's right to fire.
revoke execute on all functions in schema pipeline, marketing, intake from public;

do $$
declare
    v_may_create_roles constant boolean := (
        select role.rolsuper or role.rolcreaterole from pg_catalog.pg_roles as role where role.rolname = current_user
    );
    v_role text;
    v_function regprocedure;
begin
    foreach v_role in array array['pgcascade_reader', 'pgcascade_operator'] loop
        if not exists (select from pg_catalog.pg_roles as role where role.rolname = v_role) then
            if not v_may_create_roles then
                raise notice 'Role % is left out: % may not create roles.', v_role, current_user;
                continue;
            end if;
            begin
                execute format('create role %I nologin', v_role);
            exception
                -- Another database of this cluster is being deployed at the same moment.
                when duplicate_object or unique_violation then null;
            end;
        end if;

        execute format('grant usage on schema intake, marketing, pipeline to %I', v_role);
        execute format('grant select on all tables in schema intake, marketing, pipeline to %I', v_role);
        execute format('grant select on all sequences in schema intake, marketing, pipeline to %I', v_role);
        -- The view of depths asks it.
        execute format('grant execute on function pipeline.is_crowded() to %I', v_role);
        -- By it the program tells whether it and the database fit.
        if to_regclass('public.refinery_schema_history') is not null then
            execute format('grant select on public.refinery_schema_history to %I', v_role);
        end if;
    end loop;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant insert, update, delete on intake.company_raw_intake, marketing.do_not_contact to pgcascade_operator;
        -- Not the id: one that the sequence has not reached would break the insert that is given it later.
        revoke insert on marketing.pipeline_events from pgcascade_operator;
        grant insert (event_type, payload, status, priority, run_at, parent_id, root_id, stage_id)
            on marketing.pipeline_events to pgcascade_operator;
        grant update on marketing.pipeline_events to pgcascade_operator;
        grant insert, update on
            marketing.pipeline_errors, marketing.company_master, marketing.company_slots,
            marketing.contact_enrichment, marketing.email_verification, marketing.people_master to pgcascade_operator;
        grant update on marketing.outreach_settings to pgcascade_operator;
        grant insert, update, delete on pipeline.alert_rules, pipeline.limits, pipeline.schedules to pgcascade_operator;
        grant update on pipeline.retention to pgcascade_operator;
        -- Not what a stage runs: the daemon runs it with its own rights.
        grant update (
            batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, paused, paused_reason, description,
            limiter
        ) on pipeline.stages to pgcascade_operator;
        -- Not where a webhook leads, nor what goes with it: the daemon's network and variables are not the operator's.
        grant update (timeout, concurrency, description, enabled) on pipeline.webhooks to pgcascade_operator;
        grant usage on all sequences in schema intake, marketing to pgcascade_operator;
        grant execute on function pipeline.record_of(bigint, jsonb) to pgcascade_operator;
        -- Those that are there: this is applied before all of them are made, and again after.
        for v_function in
            select function.oid::regprocedure
            from pg_catalog.pg_proc as function
            where function.pronamespace = 'marketing'::regnamespace
            and function.proname in (
                'mark_event_processed', 'mark_event_failed', 'log_pipeline_error', 'resolve_pipeline_error', 'unique_id'
            )
        loop
            execute format('grant execute on function %s to pgcascade_operator', v_function);
        end loop;
        grant execute on function
            pipeline.emit(text, jsonb, timestamptz, integer, text, interval),
            pipeline.emit_batch(text, jsonb[], timestamptz, integer, text[], interval) to pgcascade_operator;
    end if;
end
$$;
