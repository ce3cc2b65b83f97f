-- marketing.export_person(person, called): everything that outreach keeps about a person, as JSON.
--
-- Arguments: person: a unique_id of marketing.people_master, or an e-mail address; called: the name of the one who is meant of several with
--            that address, NULL: there is one.
-- Returns: an object with a list of rows for each table, and when it was made.
-- Raises: PC001 nobody is found; cardinality_violation: several people have the address, and none is named.
-- Reads:  marketing.people_master, marketing.company_slots, marketing.contact_enrichment, marketing.email_verification,
--         marketing.do_not_contact, marketing.pipeline_events, marketing.pipeline_errors
-- Writes: nothing
-- Locks:  none

drop function if exists marketing.export_person(text);

create or replace function marketing.export_person(person text, called text default null)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_known record;
begin
    select known.* into v_known from marketing.rows_of_person(person, called) as known;

    return jsonb_build_object(
        'exported_at', now(),
        'people_master',
        (select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.people_master as row where row.unique_id = any (v_known.people)),
        'company_slots',
        (select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.company_slots as row where row.person_unique_id = any (v_known.people)),
        'contact_enrichment',
        (select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.contact_enrichment as row where row.id = any (v_known.contacts)),
        'email_verification',
        (select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.email_verification as row where row.id = any (v_known.verifications)),
        'do_not_contact',
        (select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.do_not_contact as row where row.entry = any (v_known.addresses)),
        'pipeline_events',
        (
            select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.pipeline_events as row
            where concat_ws(' ', public.json_words(row.payload::jsonb), row.error_message) ~* v_known.pattern
            and (v_known.marks is null or public.json_words(to_jsonb(row)) ~* v_known.marks)
        ),
        'pipeline_errors',
        (
            select coalesce(jsonb_agg(to_jsonb(row)), '[]') from marketing.pipeline_errors as row
            where concat_ws(' ', row.error_message, public.json_words(row.error_details::jsonb)) ~* v_known.pattern
            and (v_known.marks is null or public.json_words(to_jsonb(row)) ~* v_known.marks)
        )
    );
end
$$;

comment on function marketing.export_person(text, text) is
    'Everything that outreach keeps about a person, as JSON: SELECT jsonb_pretty(marketing.export_person(''jane@example.com'')).';

revoke execute on function marketing.export_person(text, text) from public;
