-- public.erase_contractor(contractor_id): a person's names, numbers and words leave every table, the ledger and the error log.
--
-- Rows stay, so counts stay true: who was there, what was sent and when, that an item was completed. The record of changes stays sealed.
-- Of the number only a hash is kept, so that nobody texts it again, unless somebody else has the number, too. Where others' words name the
-- person, the name is blacked out; where somebody else has the same name, only beside what tells the two apart.
--
-- Arguments: contractor_id.
-- Returns: how many rows of each table were changed.
-- Reads:  pg_catalog.pg_class; by public.contractor_pattern, public.contractor_marks and
--         public.is_number_of_others what they read
-- Writes: public.contractors, public.event_attendees, and what public.erase_words and public.redact_table write; public.suppressed_numbers,
--         public.sms_subscriptions, public.sms_consents; public.action_item_updates; by public.opt_out what it writes
-- Locks:  the person's rows, table by table

create or replace function public.erase_contractor(contractor_id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- People and places that are public, or others' own rows; and the record of changes, which has a way of its own.
    c_untouched constant text[] := array[
        'contractors', 'events', 'event_speakers', 'event_sponsors', 'event_agenda_items', 'strategic_partners', 'action_item_updates',
        'refinery_schema_history'
    ];
    v_pattern text;
    v_marks text;
    v_writer text := coalesce(current_setting('pgcascade.writer', true), '');
    v_number text;
    v_numbers text[];
    v_relation regclass;
    v_rows bigint;
    v_done jsonb;
begin
    perform from public.contractors as contractor where contractor.id = erase_contractor.contractor_id for update;
    if not found then
        raise exception using
            errcode = 'PC001',
            message = format('There is no contractor %s.', erase_contractor.contractor_id),
            hint = 'Look the number up: SELECT id, name FROM contractors WHERE phone = …';
    end if;

    v_pattern := public.contractor_pattern(contractor_id);
    v_marks := public.contractor_marks(contractor_id);
    perform public.say_who_changes('system', 'erasure');

    select array_agg(distinct known.phone) into v_numbers
    from (
        select contractor.phone from public.contractors as contractor where contractor.id = erase_contractor.contractor_id
        union all
        select attendee.real_phone from public.event_attendees as attendee where attendee.contractor_id = erase_contractor.contractor_id
    ) as known
    where known.phone is not null
    and not public.is_number_of_others(known.phone, erase_contractor.contractor_id);

    foreach v_number in array coalesce(v_numbers, '{}') loop
        perform public.opt_out(v_number, 'erased', null, contractor_id);

        insert into public.suppressed_numbers (number_hash)
        values (public.number_hash(v_number))
        on conflict (number_hash) do nothing;
    end loop;

    v_done := public.erase_words(contractor_id, coalesce(v_numbers, '{}'));

    perform set_config('pgcascade.writer', 'erase_contractor', true);

    update public.event_attendees as attendee
    set real_email = null, real_phone = null, pre_filled_data = null, custom_responses = null, qr_code_data = null, sms_opt_in = false,
        sms_opt_in_source = null
    where attendee.contractor_id = erase_contractor.contractor_id;

    update public.contractors as contractor
    set name = format('Erased %s', contractor.id), first_name = 'Erased', last_name = contractor.id::text, email = null, phone = null,
        company_name = null, company_website = null, service_area = null, address_city = null, address_state = null,
        address_postal_code = null, address_country = null, services_offered = null, focus_areas = null, primary_focus_area = null,
        revenue_tier = null, annual_revenue = null, team_size = null, job_title = null, sms_opt_in = false, sms_opt_in_source = null,
        ai_coach_opt_in = false, onboarding_source = null, business_goals = null, current_challenges = null, ghl_contact_id = null
    where contractor.id = erase_contractor.contractor_id;

    perform set_config('pgcascade.writer', v_writer, true);

    if v_pattern is not null then
        for v_relation in
            select class.oid::regclass
            from pg_catalog.pg_class as class
            where class.relkind in ('r', 'p')
            and not class.relispartition
            and (
                class.relnamespace = 'public'::regnamespace and class.relname <> all (c_untouched)
                or class.oid in (
                    'marketing.pipeline_events'::regclass, 'marketing.pipeline_errors'::regclass, 'marketing.pipeline_alerts'::regclass
                )
            )
            order by class.relname
        loop
            v_rows := public.redact_table(v_relation, v_pattern, v_marks);
            if v_rows > 0 then
                v_done := v_done || jsonb_build_object(v_relation::text || ' naming the person', v_rows);
            end if;
        end loop;
    end if;

    -- Last, because all of the above was recorded, too.
    update public.action_item_updates as change
    set old_value = null, new_value = null, update_note = null, salt = null, erased_at = clock_timestamp()
    where change.erased_at is null
    and (
        change.contractor_id = erase_contractor.contractor_id
        or concat_ws(' ', change.old_value, change.new_value, change.update_note) ~* v_pattern
        and (v_marks is null or public.json_words(to_jsonb(change)) ~* v_marks)
    );
    get diagnostics v_rows = row_count;

    perform public.say_who_changes(null);
    if v_marks is not null then
        v_done := v_done || jsonb_build_object('namesakes', 'Somebody else has this name: where only the name stands, it was left.');
    end if;

    return v_done || jsonb_build_object('action_item_updates', v_rows, 'numbers_suppressed', coalesce(cardinality(v_numbers), 0));
end
$$;

comment on function public.erase_contractor(bigint) is
    'A person''s names, numbers and words leave every table, the ledger and the error log: SELECT erase_contractor(56). Counts stay true.';

revoke execute on function public.erase_contractor(bigint) from public;
