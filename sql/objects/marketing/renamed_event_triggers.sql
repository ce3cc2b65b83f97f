-- renamed_event_triggers: drops triggers that an earlier version made under other names, before their successors are made.
--
-- In the same transaction, so no row goes unheard in between.
--
-- Reads:  pg_catalog.pg_trigger
-- Writes: nothing
-- Locks:  tables that still have one, exclusively

do $$
declare
    v_old record;
begin
    for v_old in
        select trigger.tgname as name, trigger.tgrelid::regclass as relation
        from pg_catalog.pg_trigger as trigger
        where trigger.tgfoid = 'marketing.notify_pipeline_event()'::regprocedure
        and (trigger.tgrelid::regclass::text, trigger.tgname) in (
            ('intake.company_raw_intake', 'trigger_company_validated_insert_event'),
            ('marketing.enrichment_runs', 'trigger_enrichment_planned_again_event'),
            ('marketing.email_verification', 'trigger_email_verdict_event')
        )
    loop
        execute format('drop trigger %I on %s', v_old.name, v_old.relation);
    end loop;
end
$$;
