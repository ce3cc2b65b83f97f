-- cli/adopt_rows: copies the originals' rows, table by table, in the order of their references.
--
-- No event is emitted. What was waiting in the old queue is cancelled, so that no step is done twice: an UPDATE brings it back.
--
-- Returns: nothing; see originals.adopted and originals.not_adopted.
-- Reads:  originals, adopted_domains (temporary)
-- Writes: intake.company_raw_intake, marketing.company_master, marketing.company_slots, marketing.contact_enrichment,
--         marketing.email_verification, marketing.people_master, marketing.pipeline_events, marketing.pipeline_errors,
--         originals.not_adopted, originals.slot_ids
-- Locks:  the tables, against writers
do $adopt$
declare
    v_now constant jsonb := jsonb_build_object('created_at', now(), 'updated_at', now());
    c_slot constant text := $$coalesce(
        (select ids.new_id from originals.slot_ids as ids where ids.old_id = old ->> 'company_slot_unique_id'), old ->> 'company_slot_unique_id'
    )$$;
begin
    perform pg_temp.adopt('intake.company_raw_intake', v_now, $$
        -- Their default was false, so false without a note means that nobody has judged the row.
        case
            when old ->> 'validated' = 'true' or old ->> 'validation_notes' is not null then
                jsonb_build_object('validated_at', coalesce(old ->> 'validated_at', old ->> 'created_at', now()::text))
            else jsonb_build_object('validated', null, 'validated_at', null, 'validated_by', null)
        end
        || jsonb_build_object('company_unique_id', null, 'domain', null, 'caused_by', null)
    $$);

    if to_regclass('originals.company_master') is not null then
        perform pg_temp.adopt(
            'marketing.company_master',
            v_now || jsonb_build_object('source_system', 'intake_promotion', 'promoted_from_intake_at', now()),
            $$jsonb_build_object(
                'caused_by', null,
                'domain', (
                    select known.domain from adopted_domains as known where known.company_unique_id = old ->> 'company_unique_id'
                )
            )$$
        );

        update originals.not_adopted as misfit
        set reason = coalesce(known.problem, 'Another company has the domain ' || known.domain || '.')
        from adopted_domains as known
        where misfit.table_name = 'marketing.company_master'
        and known.company_unique_id = misfit."row" ->> 'company_unique_id'
        and (known.problem is not null or misfit.reason = 'Another row has the same key.');

        alter table intake.company_raw_intake disable trigger user;
        update intake.company_raw_intake as company
        set company_unique_id = master.company_unique_id, domain = master.domain, website_url = master.website_url
        from marketing.company_master as master
        where master.source_record_id = company.id::text
        and company.validated;
        alter table intake.company_raw_intake enable trigger user;
    end if;

    if to_regclass('originals.company_slots') is not null then
        insert into originals.slot_ids (old_id, new_id)
        select slot.company_slot_unique_id, marketing.unique_id('05', nextval('marketing.slot_numbers'))
        from originals.company_slots as slot
        where slot.company_slot_unique_id !~ '^04\.04\.05\.[0-9]{2}\.[0-9]{5}\.[0-9]{3}$'
        on conflict do nothing;
    end if;

    perform pg_temp.adopt('marketing.company_slots', v_now, format($$jsonb_build_object(
        'company_slot_unique_id', %s,
        'slot_type', case
            when old ->> 'slot_label' in ('CEO', 'CFO') then old ->> 'slot_label'
            when old ->> 'slot_label' like 'HR%%' then 'HR'
            else old ->> 'slot_type'
        end,
        'slot_label', coalesce(old ->> 'slot_label', old ->> 'slot_type'),
        'is_filled', false, 'person_unique_id', null, 'filled_at', null, 'caused_by', null
    )$$, c_slot));

    perform pg_temp.adopt('marketing.contact_enrichment', v_now || '{"enrichment_status": "pending", "not_found": false}', format($$jsonb_build_object(
        'company_slot_unique_id', %s,
        'enrichment_status', case old ->> 'enrichment_status' when 'processing' then 'pending' else coalesce(old ->> 'enrichment_status', 'pending') end,
        'enriched_at', case old ->> 'enrichment_status' when 'completed' then coalesce(old ->> 'enriched_at', old ->> 'created_at', now()::text) end,
        'first_name', coalesce(old ->> 'first_name', split_part(old ->> 'full_name', ' ', 1)),
        'last_name', coalesce(old ->> 'last_name', nullif(substring(old ->> 'full_name' from ' (.*)$'), '')),
        'run_id', null, 'caused_by', null
    )$$, c_slot));

    perform pg_temp.adopt('marketing.email_verification', v_now || '{"verification_status": "pending", "checks": 0}', $$jsonb_build_object(
        'verified_at', case
            when coalesce(old ->> 'verification_status', 'pending') <> 'pending' then coalesce(old ->> 'verified_at', old ->> 'created_at', now()::text)
        end,
        'caused_by', null
    )$$);

    perform pg_temp.adopt(
        'marketing.people_master',
        v_now || jsonb_build_object('source_system', 'adopted', 'promoted_from_intake_at', now(), 'email_verified', false),
        format($$jsonb_build_object(
            'company_slot_unique_id', %s,
            'email_verified_at', case
                when old ->> 'email_verified' = 'true' then coalesce(old ->> 'email_verified_at', old ->> 'updated_at', now()::text)
            end
        )$$, c_slot)
    );

    update marketing.company_slots as slot
    set is_filled = true, person_unique_id = person.unique_id, filled_at = person.created_at
    from marketing.people_master as person
    where person.company_slot_unique_id = slot.company_slot_unique_id
    and not slot.is_filled
    and person.email_verified
    and to_regclass('originals.people_master') is not null;

    perform pg_temp.adopt('marketing.pipeline_events', v_now || '{"priority": 10, "crashes": 0, "retry_count": 0, "payload": {}}', $$jsonb_build_object(
        'status', case when old ->> 'status' in ('processed', 'failed', 'cancelled') then old ->> 'status' else 'cancelled' end,
        'payload', case jsonb_typeof(old -> 'payload') when 'object' then old -> 'payload' else jsonb_build_object('value', old -> 'payload') end,
        'run_at', coalesce(old ->> 'created_at', now()::text),
        'processed_at', coalesce(old ->> 'processed_at', old ->> 'created_at', now()::text),
        'attempts', coalesce((old ->> 'retry_count')::integer, 0) + (old ->> 'status' = 'processed')::integer,
        'error_message', case
            when old ->> 'status' = 'processed' then old ->> 'error_message'
            when old ->> 'status' in ('failed', 'cancelled') then coalesce(old ->> 'error_message', 'No reason was kept.')
            else format(
                'It waited when its queue was adopted, and was left alone. To do it now: UPDATE marketing.pipeline_events SET status = ''pending'' WHERE id = %s;',
                old ->> 'id'
            )
        end
    )$$);

    perform pg_temp.adopt('marketing.pipeline_errors', v_now || '{"severity": "error", "resolved": false, "record_id": "unknown"}', $$jsonb_build_object(
        'resolved_at', case when old ->> 'resolved' = 'true' then coalesce(old ->> 'resolved_at', old ->> 'created_at', now()::text) end
    )$$);

    -- New ids are made after the adopted ones: five digits, and the version counts hundred thousands.
    perform setval('marketing.company_numbers', greatest(max(ids.number), (select last_value from marketing.company_numbers)))
    from (
        select split_part(master.company_unique_id, '.', 5)::bigint + 100000 * (split_part(master.company_unique_id, '.', 6)::bigint - 1) as number
        from marketing.company_master as master
    ) as ids
    having max(ids.number) > 0;

    perform setval('marketing.person_numbers', greatest(max(ids.number), (select last_value from marketing.person_numbers)))
    from (
        select split_part(person.unique_id, '.', 5)::bigint + 100000 * (split_part(person.unique_id, '.', 6)::bigint - 1) as number
        from marketing.people_master as person
    ) as ids
    having max(ids.number) > 0;

    perform setval('marketing.slot_numbers', greatest(max(ids.number), (select last_value from marketing.slot_numbers)))
    from (
        select split_part(slot.company_slot_unique_id, '.', 5)::bigint + 100000 * (split_part(slot.company_slot_unique_id, '.', 6)::bigint - 1) as number
        from marketing.company_slots as slot
    ) as ids
    having max(ids.number) > 0;
end
$adopt$
