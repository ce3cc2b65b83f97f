-- marketing.keep_erased(): an address of somebody who was erased is left out, with all that came with it, whoever brings it in again.
--
-- Arguments of the trigger: what the row gets instead, as JSON.
-- Returns: the row.
-- Reads:  marketing.suppressed_addresses, public.suppression_salt
-- Writes: nothing
-- Locks:  none

create or replace function marketing.keep_erased()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select
        from marketing.suppressed_addresses as suppressed
        where suppressed.address_hash = public.number_hash(lower(btrim(new.email)))
    ) then
        return jsonb_populate_record(new, tg_argv[0]::jsonb);
    end if;

    return new;
end
$$;

comment on function marketing.keep_erased() is 'Trigger function of tables that bring addresses in: who was erased is not collected again.';

create or replace trigger keep_erased
    before insert or update of email on marketing.contact_enrichment
    for each row
    when (new.email is not null)
    execute function marketing.keep_erased(
        '{"not_found": true, "first_name": null, "last_name": null, "full_name": null, "title": null, "seniority": null, "email": null,
        "phone": null, "linkedin_url": null, "enrichment_data": null, "confidence_score": null}'
    );

create or replace trigger keep_erased
    before insert or update of email on marketing.email_verification
    for each row
    execute function marketing.keep_erased('{"email": "[erased]", "verification_result": null}');

create or replace trigger keep_erased
    before insert or update of email on marketing.people_master
    for each row
    when (new.email is not null)
    execute function marketing.keep_erased(
        '{"first_name": "Erased", "last_name": "Person", "title": null, "email": null, "email_verified": false, "email_verified_at": null,
        "work_phone_e164": null, "personal_phone_e164": null, "linkedin_url": null, "twitter_url": null, "facebook_url": null, "bio": null}'
    );
