-- marketing.keep_erased(): an address of somebody who was erased is left out, with all that came with it, whoever brings it in again.
--
-- Of a mailbox that others have, too, only what stands beside the name of who was erased.
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
declare
    v_row constant jsonb := to_jsonb(new);
    v_address constant text := lower(btrim(new.email));
    -- full_name is not made yet where it is made of the other two.
    v_name constant text := lower(regexp_replace(
        btrim(coalesce(nullif(concat_ws(' ', v_row ->> 'first_name', v_row ->> 'last_name'), ''), v_row ->> 'full_name')), '\s+', ' ', 'g'
    ));
begin
    if exists (
        select
        from marketing.suppressed_addresses as suppressed
        where suppressed.address_hash in (public.number_hash(v_address), public.number_hash(concat_ws('|', v_address, v_name)))
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
