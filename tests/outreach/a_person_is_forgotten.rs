//! Somebody whom outreach found is exported, then erased everywhere; counts stay true, and nobody
//! collects the address again.

use serde_json::Value;

use crate::support::daemon::Rig;
use crate::support::outreach::sandboxes;

/// Every row of every table of ours that still holds a pattern.
const FOUND: &str = "do $$
    declare v_table regclass; v_count bigint;
    begin
        drop table if exists found;
        create temp table found (relation text, rows bigint);
        for v_table in
            select oid::regclass from pg_class
            where relkind in ('r', 'p') and not relispartition
            and relnamespace in ('public'::regnamespace, 'marketing'::regnamespace, 'pipeline'::regnamespace, 'intake'::regnamespace)
        loop
            execute format('select count(*) from %s as row where row::text ~* %L', v_table, 'Quill|Quimby|5550101|q\\.quimby')
            into v_count;
            if v_count > 0 then insert into found values (v_table::text, v_count); end if;
        end loop;
    end $$";

const COUNTS: &str = "select concat_ws(' ', (select count(*) from marketing.people_master), (select count(*) from marketing.contact_enrichment),
    (select count(*) from marketing.email_verification), (select count(*) from marketing.company_slots),
    (select count(*) from marketing.pipeline_events), (select count(*) from marketing.pipeline_errors))";

/// One company whose CEO is known, verified and ready.
async fn with_person() -> Rig {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Northwind Ltd", "https://www.northwind-sample.com")
        .await;
    rig.until_idle().await;
    rig.run(
        "update marketing.contact_enrichment
        set first_name = 'Quill', last_name = 'Quimby', full_name = 'Quill Quimby', email = 'q.quimby@northwind-sample.com',
            phone = '+1 (512) 555-0101', linkedin_url = 'https://www.linkedin.com/in/quill-quimby-7', enrichment_status = 'completed',
            not_found = false, enriched_at = now(), enrichment_data = '{\"first_name\": \"Quill\"}', enrichment_source = 'manual'
        where id = (select min(id) from marketing.contact_enrichment);
        insert into marketing.email_verification as verification (enrichment_id, email, verification_status, verification_service, verified_at)
        select id, email, 'valid', 'manual', now() from marketing.contact_enrichment where email = 'q.quimby@northwind-sample.com'
        on conflict (enrichment_id) do update set email = excluded.email, verification_status = 'pending', verified_at = null;
        update marketing.email_verification set verification_status = 'valid', verified_at = now() where email = 'q.quimby@northwind-sample.com';
        insert into marketing.pipeline_errors (event_type, record_id, error_message, error_details)
        values ('crm_push', '1', 'No contact for Q.Quimby@northwind-sample.com', '{\"phone\": \"512-555-0101\", \"name\": \"QUILL  QUIMBY\"}')",
    )
    .await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(
        rig.number(
            "select count(*) from marketing.vw_outreach_ready where full_name = 'Quill Quimby'"
        )
        .await,
        1
    );
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_exported_whole_and_erased_everywhere() {
    let rig = with_person().await;
    let export: Value = rig
        .rows(
            "select marketing.export_person('Q.Quimby@Northwind-Sample.com')",
            &[],
        )
        .await[0]
        .get(0);
    for table in [
        "people_master",
        "company_slots",
        "contact_enrichment",
        "email_verification",
        "pipeline_events",
        "pipeline_errors",
    ] {
        assert!(
            !export[table].as_array().expect(table).is_empty(),
            "{table}"
        );
    }
    let before = rig.text(COUNTS).await;
    rig.run("select marketing.erase_person((select unique_id from marketing.people_master where first_name = 'Quill'))")
        .await;
    assert_eq!(rig.text(COUNTS).await, before);
    rig.run(FOUND).await;
    assert_eq!(
        rig.text("select string_agg(relation || ': ' || rows, ', ') from found")
            .await,
        ""
    );
    assert_eq!(
        rig.text("select string_agg(state, ', ') from marketing.vw_company_progress where state not in ('ready', 'no_contact')")
            .await,
        ""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_address_is_not_collected_again_however_it_comes() {
    let rig = with_person().await;
    rig.run("select marketing.erase_person('q.quimby@northwind-sample.com')")
        .await;
    // The source finds the person again; a verdict that was on its way arrives; somebody types it in.
    rig.run(
        "update marketing.contact_enrichment
        set first_name = 'Quill', last_name = 'Quimby', full_name = 'Quill Quimby', email = 'Q.Quimby@northwind-sample.com', phone = '512 555 0101'
        where id = (select min(id) from marketing.contact_enrichment);
        update marketing.email_verification set email = 'q.quimby@northwind-sample.com', verification_status = 'valid', verified_at = now()
        where enrichment_id = (select min(id) from marketing.contact_enrichment);
        insert into marketing.people_master (company_unique_id, company_slot_unique_id, first_name, last_name, email, email_verified, email_verified_at, source_system)
        select company_unique_id, company_slot_unique_id, 'Quill', 'Quimby', 'q.quimby@northwind-sample.com', true, now(), 'manual'
        from marketing.company_slots order by company_slot_unique_id limit 1
        on conflict (company_slot_unique_id) do update set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email",
    )
    .await;
    let daemon = rig.outreach(&sandboxes());
    rig.until_idle().await;
    daemon.stop().await;
    rig.run(FOUND).await;
    assert_eq!(
        rig.text("select string_agg(relation || ': ' || rows, ', ') from found")
            .await,
        ""
    );
    let nobody = rig
        .client
        .batch_execute("select marketing.erase_person('q.quimby@northwind-sample.com')")
        .await
        .expect_err("nobody has it");
    assert_eq!(nobody.code().expect("a code").code(), "PC001");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namesake_at_another_company_is_neither_told_nor_erased() {
    let rig = with_person().await;
    rig.run(
        "update marketing.contact_enrichment set full_name = 'Quill Quimby', email = 'quill@elsewhere-sample.com'
        where id = (select max(id) from marketing.contact_enrichment);
        select pipeline.emit('crm_push', '{\"who\": \"Quill Quimby\", \"email\": \"quill@elsewhere-sample.com\"}');
        select pipeline.emit('crm_push', '{\"who\": \"Quill Quimby\", \"email\": \"q.quimby@northwind-sample.com\"}')",
    )
    .await;
    let export: Value = rig
        .rows(
            "select marketing.export_person('q.quimby@northwind-sample.com')",
            &[],
        )
        .await[0]
        .get(0);
    assert!(
        !export.to_string().contains("elsewhere"),
        "somebody else's data: {export}"
    );
    rig.run("select marketing.erase_person('q.quimby@northwind-sample.com')")
        .await;
    assert_eq!(
        rig.text("select string_agg(payload ->> 'who', ', ' order by id) from marketing.pipeline_events where event_type = 'crm_push'")
            .await,
        "Quill Quimby, [erased]"
    );
    assert_eq!(
        rig.text("select full_name from marketing.contact_enrichment where email = 'quill@elsewhere-sample.com'")
            .await,
        "Quill Quimby"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_longer_name_keeps_it() {
    let rig = with_person().await;
    rig.run(
        "update marketing.contact_enrichment set full_name = 'Mary Quill Quimby', email = 'mary@elsewhere-sample.com'
        where id = (select max(id) from marketing.contact_enrichment);
        select pipeline.emit('crm_push', '{\"who\": \"Mary Quill Quimby\", \"email\": \"mary@elsewhere-sample.com\"}');
        select pipeline.emit('crm_push', jsonb_build_object('who', E'Met:\\nQuill Quimby\\nq.quimby@northwind-sample.com'))",
    )
    .await;
    rig.run("select marketing.erase_person('q.quimby@northwind-sample.com')")
        .await;
    assert_eq!(
        rig.text("select string_agg(replace(payload ->> 'who', E'\\n', ' '), ', ' order by id) from marketing.pipeline_events where event_type = 'crm_push'")
            .await,
        "Mary Quill Quimby, Met: [erased] [erased]"
    );
}

/// Bob, and Jane twice, who all have the mailbox of their company.
const SHARED_MAILBOX: &str =
    "insert into marketing.company_master (company_unique_id, company_name, website_url, domain)
        values ('04.04.01.84.00001.001', 'Hale Roofing', 'https://hale-sample.com', 'hale-sample.com');
        insert into marketing.company_slots (company_slot_unique_id, company_unique_id, slot_type, slot_label)
        select format('04.04.05.84.0000%s.001', n), '04.04.01.84.00001.001', (array['CEO', 'CFO', 'HR'])[n], 'x' from generate_series(1, 3) as n;
        insert into marketing.contact_enrichment (company_slot_unique_id, first_name, last_name, full_name, email, phone, enrichment_status, enriched_at)
        select format('04.04.05.84.0000%s.001', n), name, 'Hale', name || ' Hale', 'info@hale-sample.com', '512 555 0177', 'completed', now()
        from unnest(array['Bob', 'Jane', 'Jane']) with ordinality as given (name, n);
        insert into marketing.email_verification (enrichment_id, email, verification_status, verification_service, verified_at)
        select id, email, 'valid', 'manual', now() from marketing.contact_enrichment on conflict do nothing;
        insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, email, source_system)
        select format('04.04.02.84.0000%s.001', n), '04.04.01.84.00001.001', format('04.04.05.84.0000%s.001', n), name, 'Hale', 'info@hale-sample.com', 'x'
        from unnest(array['Bob', 'Jane', 'Jane']) with ordinality as given (name, n);
        select pipeline.emit('crm_push', '{\"to\": \"info@hale-sample.com\", \"name\": \"Bob Hale\", \"phone\": \"+15125550177\"}');
        select pipeline.emit('crm_push', '{\"to\": \"info@hale-sample.com\", \"name\": \"Jane Hale\"}');";

const NAMED: &str = "select string_agg(coalesce(full_name, '-') || ' ' || coalesce(email, '-'), ', ' order by id) from marketing.contact_enrichment";

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_others_have_too_stays_theirs() {
    let rig = Rig::deployed().await;
    rig.run(SHARED_MAILBOX).await;
    let unnamed = rig
        .client
        .batch_execute("select marketing.erase_person('info@hale-sample.com')")
        .await
        .expect_err("several people have it");
    assert_eq!(unnamed.code().expect("a code").code(), "21000");
    rig.run("select marketing.erase_person('04.04.02.84.00002.001')")
        .await;
    assert_eq!(
        rig.text(NAMED).await,
        "Bob Hale info@hale-sample.com, - -, - -"
    );
    assert_eq!(
        rig.text(
            "select string_agg(full_name, ', ' order by unique_id) from marketing.people_master"
        )
        .await,
        "Bob Hale, Erased Person, Erased Person"
    );
    assert_eq!(
        rig.text("select string_agg(email, ', ' order by id) from marketing.email_verification")
            .await,
        "info@hale-sample.com, [erased], [erased]"
    );
    assert_eq!(
        rig.text("select string_agg(concat_ws(' ', payload ->> 'to', payload ->> 'name', payload ->> 'phone'), ', ' order by id) from marketing.pipeline_events where event_type = 'crm_push'")
            .await,
        "info@hale-sample.com Bob Hale +15125550177, info@hale-sample.com [erased]"
    );
    // Jane is not collected again; whoever else has the mailbox is.
    rig.run(
        "update marketing.contact_enrichment
        set full_name = name || ' Hale', first_name = name, last_name = 'Hale', email = 'INFO@hale-sample.com', not_found = false
        from (values (2, 'Jane'), (3, 'Joe')) as given (place, name)
        where company_slot_unique_id = format('04.04.05.84.0000%s.001', given.place)",
    )
    .await;
    assert_eq!(
        rig.text(NAMED).await,
        "Bob Hale info@hale-sample.com, - -, Joe Hale INFO@hale-sample.com"
    );
    let export: Value = rig
        .rows(
            "select marketing.export_person('info@hale-sample.com', 'Bob Hale')",
            &[],
        )
        .await[0]
        .get(0);
    assert!(
        export.to_string().contains("Bob Hale") && !export.to_string().contains("Joe"),
        "{export}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_spellings_of_one_name_at_one_address_are_one_person() {
    let rig = Rig::deployed().await;
    rig.run(&SHARED_MAILBOX.replace("info@", "rhale@")).await;
    rig.run("select marketing.erase_person('rhale@hale-sample.com')")
        .await;
    assert_eq!(rig.text(NAMED).await, "- -, - -, - -");
}

/// Jane Hale of the mailbox is erased, while another company has a Jane Hale; what the ledger says.
async fn with_a_namesake(before: &str) -> String {
    let rig = Rig::deployed().await;
    rig.run(SHARED_MAILBOX).await;
    rig.run(
        "insert into marketing.company_master (company_unique_id, company_name, website_url, domain)
        values ('04.04.01.84.00002.001', 'Else Ltd', 'https://else-sample.com', 'else-sample.com');
        insert into marketing.company_slots (company_slot_unique_id, company_unique_id, slot_type, slot_label)
        values ('04.04.05.84.00009.001', '04.04.01.84.00002.001', 'CEO', 'x');
        insert into marketing.contact_enrichment (company_slot_unique_id, full_name, email, enrichment_status, enriched_at)
        values ('04.04.05.84.00009.001', 'Jane Hale', 'jane@else-sample.com', 'completed', now());
        select pipeline.emit('crm_push', '{\"to\": \"jane@else-sample.com\", \"name\": \"Jane Hale\"}')",
    )
    .await;
    rig.run(before).await;
    rig.run("select marketing.erase_person('info@hale-sample.com', 'Jane Hale')")
        .await;
    rig.text(
        "select string_agg(concat_ws(' ', payload ->> 'to', payload ->> 'name'), ', ' order by id)
        from marketing.pipeline_events where event_type = 'crm_push'",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_shared_mailbox_a_name_is_erased_and_a_namesake_elsewhere_keeps_it() {
    for before in ["select 1", "delete from marketing.people_master"] {
        assert_eq!(
            with_a_namesake(before).await,
            "info@hale-sample.com Bob Hale, info@hale-sample.com [erased], jane@else-sample.com Jane Hale",
            "{before}"
        );
    }
}
