-- Outreach: a company row is validated, promoted, given three slots, its contacts found and their addresses verified.
--
-- Column names are those that existing systems use. `caused_by` on a table names the event whose stage wrote the row, so that
-- the event which the row emits knows its parent; NULL means a person or another program wrote it.

-- Identifiers have six groups: 04.04 (marketing, outreach), entity (01 company, 02 person, 05 slot), 84, five digits, three digits.
-- The number is split over the last two groups, 100,000 to a version: nothing is truncated below 99.9 million.
create sequence marketing.company_numbers as bigint maxvalue 99899999;
create sequence marketing.person_numbers as bigint maxvalue 99899999;
create sequence marketing.slot_numbers as bigint maxvalue 99899999;

comment on sequence marketing.company_numbers is 'Numbers companies; 0 to 99,899,999.';
comment on sequence marketing.person_numbers is 'Numbers people; 0 to 99,899,999.';
comment on sequence marketing.slot_numbers is 'Numbers slots; 0 to 99,899,999.';

create function marketing.unique_id(entity text, number bigint)
returns text
language sql
immutable strict
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
    '04.04.%s.84.%s.%s',
    entity,
    pg_catalog.lpad((number % 100000)::text, 5, '0'),
    pg_catalog.lpad((number / 100000 + 1)::text, 3, '0')
);

comment on function marketing.unique_id(text, bigint) is 'The six-group identifier of an entity (01 company, 02 person, 05 slot) and its number (0 to 99,899,999).';

create table intake.company_raw_intake (
    id bigint generated always as identity primary key,
    company text,
    company_name_for_emails text,
    website text,
    company_linkedin_url text,
    facebook_url text,
    twitter_url text,
    industry text,
    sic_codes text,
    num_employees integer,
    founded_year integer,
    company_phone text,
    company_email text,
    company_street text,
    company_address text,
    company_city text,
    company_state text,
    state_abbrev text,
    company_postal_code text,
    company_country text,
    annual_revenue text,
    keywords text[],
    data_source text,
    import_batch_id text,
    import_fingerprint text,
    validated boolean,
    validation_notes text,
    validation_codes text[],
    validated_at timestamptz,
    validated_by text,
    website_url text,
    domain text,
    company_unique_id text,
    caused_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_raw_intake_fingerprint_key unique (import_fingerprint),
    constraint judged_rows_have_a_time check (validated is null or validated_at is not null),
    constraint refused_rows_say_why check (validated is distinct from false or validation_notes is not null)
);

create index company_raw_intake_batch_idx on intake.company_raw_intake (import_batch_id);
create index company_raw_intake_master_idx on intake.company_raw_intake (company_unique_id);

comment on table intake.company_raw_intake is 'Companies as they came in. INSERT starts the pipeline; UPDATE of company or website sends the row through again.';
comment on column intake.company_raw_intake.id is 'The record_id of its events.';
comment on column intake.company_raw_intake.company is 'Name as it was typed.';
comment on column intake.company_raw_intake.company_name_for_emails is 'Short name for letters; the name when company is blank.';
comment on column intake.company_raw_intake.company_linkedin_url is 'Profile; NULL: unknown.';
comment on column intake.company_raw_intake.facebook_url is 'Page; NULL: unknown.';
comment on column intake.company_raw_intake.twitter_url is 'Profile; NULL: unknown.';
comment on column intake.company_raw_intake.industry is 'In free words; NULL: unknown.';
comment on column intake.company_raw_intake.sic_codes is 'In free form; NULL: unknown.';
comment on column intake.company_raw_intake.num_employees is 'Headcount; NULL: unknown.';
comment on column intake.company_raw_intake.founded_year is 'Year; NULL: unknown.';
comment on column intake.company_raw_intake.company_phone is 'As it was typed; NULL: unknown.';
comment on column intake.company_raw_intake.company_email is 'As it was typed; never written to; NULL: unknown.';
comment on column intake.company_raw_intake.company_street is 'NULL: unknown.';
comment on column intake.company_raw_intake.company_address is 'Whole address where the parts are not known; NULL: unknown.';
comment on column intake.company_raw_intake.company_city is 'NULL: unknown.';
comment on column intake.company_raw_intake.company_state is 'NULL: unknown.';
comment on column intake.company_raw_intake.state_abbrev is 'NULL: unknown.';
comment on column intake.company_raw_intake.company_postal_code is 'NULL: unknown.';
comment on column intake.company_raw_intake.company_country is 'NULL: unknown.';
comment on column intake.company_raw_intake.annual_revenue is 'In free form; NULL: unknown.';
comment on column intake.company_raw_intake.keywords is 'NULL: none.';
comment on column intake.company_raw_intake.data_source is 'Where the row was obtained; NULL: not said.';
comment on column intake.company_raw_intake.import_batch_id is 'Groups rows for reports and retries, free text; NULL: none.';
comment on column intake.company_raw_intake.validation_notes is 'What to change before it is accepted; NULL: nothing.';
comment on column intake.company_raw_intake.validated_at is 'When the verdict was given; NULL: none yet.';
comment on column intake.company_raw_intake.validated_by is 'Who gave the verdict: pgcascade, or a person; NULL: nobody yet.';
comment on column intake.company_raw_intake.created_at is 'When it came in.';
comment on column intake.company_raw_intake.updated_at is 'When it was last changed.';
comment on column intake.company_raw_intake.validated is 'NULL: not judged yet; false: refused, validation_notes says what to change; true: accepted.';
comment on column intake.company_raw_intake.validation_codes is 'The rules that refused it, for reports by reason; NULL: none did.';
comment on column intake.company_raw_intake.website is 'As it was typed; correct it here.';
comment on column intake.company_raw_intake.website_url is 'The website in one form; NULL: not accepted.';
comment on column intake.company_raw_intake.domain is 'Registrable domain of the website, lowercase ASCII: the identity of the company; NULL: not accepted.';
comment on column intake.company_raw_intake.company_unique_id is 'The master row that this row went into; NULL: not promoted.';
comment on column intake.company_raw_intake.import_fingerprint is 'Digest of an imported line, so that the same file twice is a no-op; NULL: not imported from a file.';
comment on column intake.company_raw_intake.caused_by is 'The event whose stage last wrote this row; NULL: none did.';

create table marketing.company_master (
    company_unique_id text primary key default marketing.unique_id('01', nextval('marketing.company_numbers')),
    company_name text not null,
    website_url text not null,
    domain text not null,
    industry text,
    employee_count integer,
    company_phone text,
    address_street text,
    address_city text,
    address_state text,
    address_zip text,
    address_country text,
    linkedin_url text,
    facebook_url text,
    twitter_url text,
    sic_codes text,
    founded_year integer,
    keywords text[],
    description text,
    source_system text not null default 'intake_promotion',
    source_record_id text,
    promoted_from_intake_at timestamptz not null default now(),
    promotion_audit_log_id integer,
    state_abbrev text,
    import_batch_id text,
    validated_at timestamptz,
    validated_by text,
    data_quality_score numeric(5, 2),
    withdrawn_at timestamptz,
    caused_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint company_master_domain_key unique (domain),
    constraint company_unique_id_must_be_well_formed
        check (company_unique_id ~ '^04\.04\.01\.[0-9]{2}\.[0-9]{5}\.[0-9]{3}$'),
    constraint domain_must_be_lowercase_and_dotted check (domain = lower(domain) and domain like '%_.__%'),
    constraint employee_count_must_not_be_negative check (employee_count >= 0),
    constraint founded_year_must_be_plausible check (founded_year between 1700 and 2100)
);

create index company_master_batch_idx on marketing.company_master (import_batch_id);

comment on table marketing.company_master is 'One row per company, found by its registrable domain. What a person wrote here is never overwritten by a later intake row.';
comment on column marketing.company_master.company_unique_id is '04.04.01.84.<number>.';
comment on column marketing.company_master.company_name is 'From the first intake row; edit it here.';
comment on column marketing.company_master.website_url is 'The website in one form.';
comment on column marketing.company_master.domain is 'Registrable domain, lowercase ASCII: what makes two rows one company.';
comment on column marketing.company_master.industry is 'NULL: unknown.';
comment on column marketing.company_master.employee_count is 'NULL: unknown.';
comment on column marketing.company_master.company_phone is 'NULL: unknown.';
comment on column marketing.company_master.address_street is 'NULL: unknown.';
comment on column marketing.company_master.address_city is 'NULL: unknown.';
comment on column marketing.company_master.address_state is 'NULL: unknown.';
comment on column marketing.company_master.address_zip is 'NULL: unknown.';
comment on column marketing.company_master.address_country is 'NULL: unknown.';
comment on column marketing.company_master.linkedin_url is 'NULL: unknown.';
comment on column marketing.company_master.facebook_url is 'NULL: unknown.';
comment on column marketing.company_master.twitter_url is 'NULL: unknown.';
comment on column marketing.company_master.sic_codes is 'NULL: unknown.';
comment on column marketing.company_master.founded_year is 'NULL: unknown.';
comment on column marketing.company_master.keywords is 'NULL: none.';
comment on column marketing.company_master.description is 'For people; the pipeline never writes it.';
comment on column marketing.company_master.source_system is 'intake_promotion, or whatever wrote the row.';
comment on column marketing.company_master.promoted_from_intake_at is 'When it was promoted.';
comment on column marketing.company_master.promotion_audit_log_id is 'For programs that keep such a log; the pipeline never writes it.';
comment on column marketing.company_master.state_abbrev is 'NULL: unknown.';
comment on column marketing.company_master.import_batch_id is 'Batch of the first intake row; NULL: none.';
comment on column marketing.company_master.validated_at is 'When the first intake row was accepted.';
comment on column marketing.company_master.validated_by is 'Who accepted it.';
comment on column marketing.company_master.caused_by is 'The event whose stage wrote the row; NULL: a person or another program did.';
comment on column marketing.company_master.created_at is 'When the row was made.';
comment on column marketing.company_master.updated_at is 'When it was last changed.';
comment on column marketing.company_master.source_record_id is 'Id of the first intake row; the others carry this company_unique_id.';
comment on column marketing.company_master.data_quality_score is '0 to 100: 30 website, 30 LinkedIn, 20 phone, 20 industry.';
comment on column marketing.company_master.withdrawn_at is 'Since when no accepted intake row stands behind it; NULL: one does. A withdrawn company is not outreach ready.';

alter table intake.company_raw_intake
    add constraint company_raw_intake_master_fkey
    foreign key (company_unique_id) references marketing.company_master (company_unique_id);

create table marketing.company_slots (
    company_slot_unique_id text primary key default marketing.unique_id('05', nextval('marketing.slot_numbers')),
    company_unique_id text not null references marketing.company_master (company_unique_id),
    slot_type text not null,
    slot_label text not null,
    is_filled boolean not null default false,
    person_unique_id text,
    filled_at timestamptz,
    confidence_score numeric(3, 2),
    not_ready_reason text,
    caused_by bigint,
    created_at timestamptz not null default now(),
    constraint company_slots_one_of_each_type unique (company_unique_id, slot_type),
    constraint slot_type_must_be_ceo_cfo_or_hr check (slot_type in ('CEO', 'CFO', 'HR')),
    constraint slot_id_must_be_well_formed
        check (company_slot_unique_id ~ '^04\.04\.05\.[0-9]{2}\.[0-9]{5}\.[0-9]{3}$'),
    constraint confidence_must_be_0_to_1 check (confidence_score between 0 and 1),
    constraint filled_slots_name_a_person
        check (is_filled = (person_unique_id is not null) and is_filled = (filled_at is not null))
);

comment on table marketing.company_slots is 'The three people wanted at each company: CEO, CFO and HR.';
comment on column marketing.company_slots.company_slot_unique_id is '04.04.05.84.<number>.';
comment on column marketing.company_slots.company_unique_id is 'The company.';
comment on column marketing.company_slots.slot_type is 'CEO, CFO or HR.';
comment on column marketing.company_slots.slot_label is 'CEO, CFO or HR Director.';
comment on column marketing.company_slots.is_filled is 'True: person_unique_id can be written to.';
comment on column marketing.company_slots.filled_at is 'When it was filled; NULL: it is not.';
comment on column marketing.company_slots.caused_by is 'The event whose stage wrote the row; NULL: a person or another program did.';
comment on column marketing.company_slots.created_at is 'When the row was made.';
comment on column marketing.company_slots.person_unique_id is 'Who fills it; NULL: nobody with a verified address yet.';
comment on column marketing.company_slots.confidence_score is '0 to 1: how well the person''s title fits; NULL: not filled.';
comment on column marketing.company_slots.not_ready_reason is 'Why the slot is not outreach ready; NULL: it is, or nothing is known yet.';

create table marketing.outreach_settings (
    only_row boolean primary key default true check (only_row),
    accept_risky boolean not null default false,
    verify_again_after interval not null default '30 days',
    look_again_after interval not null default '90 days',
    companies_per_run integer not null default 25 check (companies_per_run between 1 and 50),
    leads_per_run_max integer not null default 250 check (leads_per_run_max between 1 and 500),
    usd_per_run_max numeric(8, 2) not null default 1.50 check (usd_per_run_max > 0),
    runs_per_day_max integer not null default 20 check (runs_per_day_max >= 0),
    usd_per_month_max numeric(10, 2) not null default 25.00 check (usd_per_month_max >= 0)
);

comment on table marketing.outreach_settings is 'One row that an operator edits: what counts as ready, when to look again, what enrichment may cost.';
comment on column marketing.outreach_settings.only_row is 'Keeps the table at one row.';
comment on column marketing.outreach_settings.companies_per_run is 'Most companies of one run.';
comment on column marketing.outreach_settings.leads_per_run_max is 'Most people that one run may return.';
comment on column marketing.outreach_settings.accept_risky is 'True: a contact whose address is risky (a domain that accepts everything) is outreach ready too.';
comment on column marketing.outreach_settings.verify_again_after is 'A verdict younger than this is used again instead of paid for again.';
comment on column marketing.outreach_settings.look_again_after is 'When to look again for a slot for which nobody was found.';
comment on column marketing.outreach_settings.usd_per_run_max is 'The most that one run may cost, in US dollars; the source enforces it.';
comment on column marketing.outreach_settings.runs_per_day_max is 'Paid runs begun per day (UTC); sandbox runs do not count.';
comment on column marketing.outreach_settings.usd_per_month_max is 'When the month''s paid runs have cost this much (UTC, running ones at their maximum), enrichment pauses.';

insert into marketing.outreach_settings default values;

create table marketing.enrichment_runs (
    id bigint generated always as identity primary key,
    status text not null default 'planned',
    domains text[] not null,
    source text,
    source_run_id text,
    start_attempted_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    cost_max_usd numeric(8, 2) not null,
    cost_usd numeric(8, 4),
    people_found integer,
    failed_runs smallint not null default 0,
    failure text,
    caused_by bigint,
    created_at timestamptz not null default now(),
    constraint run_status_must_be_known check (status in ('planned', 'started', 'finished', 'failed')),
    constraint started_runs_have_an_id check (status not in ('started', 'finished') or source_run_id is not null),
    constraint runs_ask_for_1_to_50_domains check (cardinality(domains) between 1 and 50)
);

comment on table marketing.enrichment_runs is 'Runs of the contact source: one looks up many companies, is started once, and resumed by its id after a crash.';
comment on column marketing.enrichment_runs.id is 'The run_id of its events.';
comment on column marketing.enrichment_runs.status is 'planned, started (the source works), finished, or failed.';
comment on column marketing.enrichment_runs.domains is 'The companies looked up.';
comment on column marketing.enrichment_runs.source is 'Which source; one that ends in -sandbox invents its people; NULL: not begun.';
comment on column marketing.enrichment_runs.started_at is 'When the source accepted it; NULL: it has not.';
comment on column marketing.enrichment_runs.finished_at is 'When its result was written; NULL: not yet.';
comment on column marketing.enrichment_runs.people_found is 'How many people it returned; NULL: not finished.';
comment on column marketing.enrichment_runs.caused_by is 'The event whose stage last wrote the row.';
comment on column marketing.enrichment_runs.created_at is 'When it was planned.';
comment on column marketing.enrichment_runs.start_attempted_at is 'When a start was last begun; with no source_run_id its outcome is unknown and is looked for. NULL: never begun.';
comment on column marketing.enrichment_runs.source_run_id is 'The source''s own id of the run; NULL: not started.';
comment on column marketing.enrichment_runs.cost_max_usd is 'The most it may cost, in US dollars.';
comment on column marketing.enrichment_runs.cost_usd is 'What it cost, in US dollars; NULL: not finished, or the source did not say.';
comment on column marketing.enrichment_runs.failed_runs is 'Runs that failed at the source before this one was tried.';
comment on column marketing.enrichment_runs.failure is 'Why it failed, in the source''s words; NULL: it did not.';

create index enrichment_runs_started_for_budgets on marketing.enrichment_runs (start_attempted_at);

create table marketing.contact_enrichment (
    id bigint generated always as identity primary key,
    company_slot_unique_id text not null references marketing.company_slots (company_slot_unique_id),
    run_id bigint references marketing.enrichment_runs (id),
    enrichment_status text not null default 'pending',
    not_found boolean not null default false,
    linkedin_url text,
    first_name text,
    last_name text,
    full_name text,
    title text,
    seniority text,
    email text,
    phone text,
    confidence_score numeric(3, 2),
    enrichment_source text,
    enrichment_data jsonb,
    caused_by bigint,
    created_at timestamptz not null default now(),
    enriched_at timestamptz,
    constraint contact_enrichment_one_per_slot unique (company_slot_unique_id),
    constraint enrichment_status_must_be_known
        check (enrichment_status in ('pending', 'processing', 'completed', 'failed')),
    constraint completed_enrichment_has_a_time
        check (enrichment_status <> 'completed' or enriched_at is not null),
    constraint nobody_found_means_nobody
        check (not not_found or (full_name is null and email is null))
);

create index contact_enrichment_run_idx on marketing.contact_enrichment (run_id);

comment on table marketing.contact_enrichment is 'Who was found for a slot. completed with not_found is a normal result: the source knows nobody.';
comment on column marketing.contact_enrichment.id is 'The enrichment_id of its events.';
comment on column marketing.contact_enrichment.company_slot_unique_id is 'The slot; one row for each.';
comment on column marketing.contact_enrichment.enrichment_status is 'pending, processing (a run looks), completed, or failed.';
comment on column marketing.contact_enrichment.not_found is 'True: completed, and the source knows nobody.';
comment on column marketing.contact_enrichment.linkedin_url is 'NULL: unknown.';
comment on column marketing.contact_enrichment.first_name is 'NULL: unknown.';
comment on column marketing.contact_enrichment.last_name is 'NULL: unknown.';
comment on column marketing.contact_enrichment.full_name is 'NULL: nobody found.';
comment on column marketing.contact_enrichment.title is 'As the source gave it; NULL: unknown.';
comment on column marketing.contact_enrichment.seniority is 'The source''s word for the level; NULL: unknown.';
comment on column marketing.contact_enrichment.phone is 'As the source gave it; NULL: unknown.';
comment on column marketing.contact_enrichment.confidence_score is '0 to 1: how well the title fits the slot; NULL: nobody found.';
comment on column marketing.contact_enrichment.enrichment_data is 'The person as the source gave it; NULL: nobody found.';
comment on column marketing.contact_enrichment.caused_by is 'The event that asked for it; NULL: a person or another program wrote it.';
comment on column marketing.contact_enrichment.created_at is 'When the row was made.';
comment on column marketing.contact_enrichment.run_id is 'The run that looks, or looked; NULL: written by a person or another program.';
comment on column marketing.contact_enrichment.enrichment_source is 'Which source said so; one that ends in -sandbox invents its people.';
comment on column marketing.contact_enrichment.email is 'As the source gave it; NULL: it knew none.';
comment on column marketing.contact_enrichment.enriched_at is 'When it was completed; NULL: not yet.';

create table marketing.email_verification (
    id bigint generated always as identity primary key,
    enrichment_id bigint not null references marketing.contact_enrichment (id),
    email text not null,
    verification_status text not null default 'pending',
    verification_service text,
    verification_result jsonb,
    checks smallint not null default 0,
    verified_at timestamptz,
    caused_by bigint,
    created_at timestamptz not null default now(),
    constraint email_verification_one_per_enrichment unique (enrichment_id),
    constraint verification_status_must_be_known
        check (verification_status in ('pending', 'valid', 'invalid', 'risky', 'unknown')),
    constraint verdicts_have_a_time check ((verification_status = 'pending') = (verified_at is null))
);

create index email_verification_email_for_reuse on marketing.email_verification (email, verified_at);

comment on table marketing.email_verification is 'The verdict on the address of an enriched contact. Only valid ones become outreach ready.';
comment on column marketing.email_verification.id is 'The verification_id of its events.';
comment on column marketing.email_verification.enrichment_id is 'The contact; one row for each.';
comment on column marketing.email_verification.email is 'The address that was judged.';
comment on column marketing.email_verification.verification_status is 'pending, valid, invalid, risky or unknown.';
comment on column marketing.email_verification.caused_by is 'The event whose stage last wrote the row.';
comment on column marketing.email_verification.created_at is 'When the row was made.';
comment on column marketing.email_verification.verification_service is 'Who judged; ends in -sandbox when invented, ''syntax'' when the address cannot exist; NULL: nobody yet.';
comment on column marketing.email_verification.verification_result is 'The service''s answer without the address; NULL: none yet.';
comment on column marketing.email_verification.checks is 'How often the service was asked about this row''s address.';
comment on column marketing.email_verification.verified_at is 'When the verdict was given; NULL: pending.';

create table marketing.people_master (
    unique_id text primary key default marketing.unique_id('02', nextval('marketing.person_numbers')),
    company_unique_id text not null references marketing.company_master (company_unique_id),
    company_slot_unique_id text not null references marketing.company_slots (company_slot_unique_id),
    first_name text not null,
    last_name text not null,
    full_name text not null generated always as (btrim(first_name || ' ' || last_name)) stored,
    title text,
    seniority text,
    department text,
    email text,
    email_verified boolean not null default false,
    email_verified_at timestamptz,
    email_verification_source text,
    work_phone_e164 text,
    personal_phone_e164 text,
    linkedin_url text,
    twitter_url text,
    facebook_url text,
    bio text,
    skills text[],
    education text,
    certifications text[],
    source_system text not null,
    source_record_id text,
    promoted_from_intake_at timestamptz not null default now(),
    promotion_audit_log_id integer,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint people_master_one_per_slot unique (company_slot_unique_id),
    constraint person_id_must_be_well_formed
        check (unique_id ~ '^04\.04\.02\.[0-9]{2}\.[0-9]{5}\.[0-9]{3}$'),
    constraint verified_addresses_exist_and_have_a_time
        check (not email_verified or (email is not null and email_verified_at is not null))
);

create index people_master_verified_for_exports on marketing.people_master (company_unique_id) where email_verified;

comment on table marketing.people_master is 'The people who fill slots.';
comment on column marketing.people_master.unique_id is '04.04.02.84.<number>.';
comment on column marketing.people_master.company_unique_id is 'The company.';
comment on column marketing.people_master.company_slot_unique_id is 'The slot the person fills; one person for each.';
comment on column marketing.people_master.first_name is 'Given name.';
comment on column marketing.people_master.last_name is 'Family name.';
comment on column marketing.people_master.full_name is 'Both (computed).';
comment on column marketing.people_master.title is 'NULL: unknown.';
comment on column marketing.people_master.seniority is 'c-suite, vp, director …; NULL: unknown.';
comment on column marketing.people_master.department is 'Executive, Finance or HR.';
comment on column marketing.people_master.email is 'NULL: unknown.';
comment on column marketing.people_master.email_verified is 'True: judged deliverable.';
comment on column marketing.people_master.email_verification_source is 'Who judged; NULL: nobody.';
comment on column marketing.people_master.work_phone_e164 is 'NULL: unknown.';
comment on column marketing.people_master.personal_phone_e164 is 'The pipeline never writes it.';
comment on column marketing.people_master.linkedin_url is 'NULL: unknown.';
comment on column marketing.people_master.twitter_url is 'The pipeline never writes it.';
comment on column marketing.people_master.facebook_url is 'The pipeline never writes it.';
comment on column marketing.people_master.bio is 'The pipeline never writes it.';
comment on column marketing.people_master.skills is 'The pipeline never writes it.';
comment on column marketing.people_master.education is 'The pipeline never writes it.';
comment on column marketing.people_master.certifications is 'The pipeline never writes it.';
comment on column marketing.people_master.promoted_from_intake_at is 'When the person was first written here.';
comment on column marketing.people_master.promotion_audit_log_id is 'The pipeline never writes it.';
comment on column marketing.people_master.created_at is 'When the row was made.';
comment on column marketing.people_master.updated_at is 'When it was last changed.';
comment on column marketing.people_master.source_system is 'Which source found the person; one that ends in -sandbox invents its people.';
comment on column marketing.people_master.source_record_id is 'The source''s run id; NULL: not from a run.';
comment on column marketing.people_master.email_verified_at is 'When the address was judged deliverable; NULL: it was not.';

alter table marketing.company_slots
    add constraint company_slots_person_fkey
    foreign key (person_unique_id) references marketing.people_master (unique_id);

create table marketing.do_not_contact (
    entry text primary key,
    reason text not null default '',
    added_by text not null default current_user,
    added_at timestamptz not null default now(),
    constraint entry_must_be_a_lowercase_address_or_domain check (entry = lower(btrim(entry)) and entry like '%_.__%')
);

comment on table marketing.do_not_contact is 'Addresses and domains that are never outreach ready. Takes effect the moment a row is inserted.';
comment on column marketing.do_not_contact.reason is 'Why, for people.';
comment on column marketing.do_not_contact.added_by is 'Who added it.';
comment on column marketing.do_not_contact.added_at is 'When.';
comment on column marketing.do_not_contact.entry is 'An e-mail address, or a domain for everybody there; lowercase.';

-- The stages. An operator's edits of these rows survive every deploy.
insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('validate_company', 'company_created', 'builtin', 'outreach.validate', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Judges name and website; accepts the row or refuses it with what to change.'),
    ('validate_correction', 'company_updated', 'builtin', 'outreach.validate', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Judges a corrected row again.'),
    ('promote_company', 'company_validated', 'sql', 'marketing.promote_companies', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'One master row per registrable domain; every intake row of the company is linked to it.'),
    ('create_slots', 'company_promoted', 'sql', 'marketing.create_slots', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Gives the company its CEO, CFO and HR slots.'),
    ('plan_enrichment', 'slots_created', 'sql', 'marketing.plan_enrichment', 1500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Gathers slots into runs of the contact source, many companies to a run.'),
    ('start_enrichment', 'enrichment_run_planned', 'builtin', 'outreach.start_enrichment', 20, 3, 5, '1 minute', '1 hour', '90 seconds',
     'Starts a run at the contact source and stores its id; within the budget of marketing.outreach_settings.'),
    ('collect_enrichment', 'enrichment_run_started', 'builtin', 'outreach.collect_enrichment', 20, 3, 8, '30 seconds', '1 hour', '120 seconds',
     'Waits for a run and writes whom it found for each slot.'),
    ('verify_email', 'contact_enriched', 'builtin', 'outreach.verify_email', 500, 10, 5, '30 seconds', '1 hour', '40 seconds',
     'Has the address of the contact verified.'),
    ('outreach_ready', 'email_verified', 'sql', 'marketing.fill_slots', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Fills the slot with the verified person; from here marketing.vw_outreach_ready shows the contact.');
