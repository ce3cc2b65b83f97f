-- The tables of the n8n workflows, as their own scripts made them, with rows good and bad.
create schema intake;
create schema marketing;
create table intake.company_raw_intake (
    id bigserial primary key, company text not null, website text, industry text, company_city text, import_batch_id text,
    validated boolean default false, validation_notes text, validated_at timestamptz, validated_by text,
    reviewer_mood text, created_at timestamptz default now()
);
create table marketing.company_master (
    company_unique_id text primary key, company_name text not null, website_url text not null, employee_count integer,
    source_system text not null, source_record_id text, import_batch_id text,
    created_at timestamptz default now(), updated_at timestamptz default now()
);
create table marketing.company_slots (
    company_slot_unique_id text primary key, company_unique_id text not null references marketing.company_master,
    slot_type text default 'default', slot_label text default 'Primary Slot', created_at timestamptz default now()
);
create table marketing.contact_enrichment (
    id serial primary key, company_slot_unique_id text not null references marketing.company_slots, linkedin_url text, full_name text,
    email text, phone text, enrichment_status text default 'pending', enrichment_source text, enrichment_data jsonb,
    created_at timestamp default now(), enriched_at timestamp
);
create table marketing.email_verification (
    id serial primary key, enrichment_id integer not null references marketing.contact_enrichment, email text not null,
    verification_status text default 'pending', verification_service text, verification_result jsonb, verified_at timestamp,
    created_at timestamp default now()
);
create table marketing.pipeline_events (
    id serial primary key, event_type text not null, payload jsonb not null, status text default 'pending', error_message text,
    retry_count integer default 0, created_at timestamp default now(), processed_at timestamp
);
create table marketing.pipeline_errors (
    id serial primary key, event_type text not null, record_id text not null, error_message text not null, error_details jsonb,
    severity text default 'error', resolved boolean default false, resolved_at timestamp, resolved_by text, resolution_notes text,
    created_at timestamp default now()
);
create view marketing.vw_unresolved_errors as
select event_type, severity, count(*) as error_count from marketing.pipeline_errors where not resolved group by 1, 2;
create function marketing.notify_pipeline_event() returns trigger language plpgsql as $$
begin
    insert into marketing.pipeline_events (event_type, payload) values ('company_created', jsonb_build_object('record_id', new.id));
    return new;
end $$;
create trigger trigger_company_intake_event after insert on intake.company_raw_intake
    for each row execute function marketing.notify_pipeline_event();
create function marketing.mark_event_processed(event_id integer) returns void language sql as
    $$ update marketing.pipeline_events set status = 'processed', processed_at = now() where id = event_id $$;

insert into intake.company_raw_intake (id, company, website, import_batch_id, validated, validation_notes, created_at, reviewer_mood) values
    (101, 'Siemens AG', 'www.siemens.com', 'OLD-1', true, null, '2025-05-19 10:00+00', 'good'),
    (102, 'Bosch', 'bosch.com', 'OLD-1', true, null, '2025-05-19 10:01+00', null),
    (103, 'Nobody', null, 'OLD-1', false, 'no website', '2025-05-19 10:02+00', null),
    (104, 'Unseen GmbH', 'unseen.de', 'OLD-2', false, null, '2025-05-20 10:00+00', null);
insert into marketing.company_master (company_unique_id, company_name, website_url, source_system, source_record_id, created_at) values
    ('04.04.01.84.00007.001', 'Siemens AG', 'https://www.siemens.com', 'intake-promotion', '101', '2025-05-19 11:00+00'),
    ('04.04.01.84.00008.001', 'Siemens again', 'siemens.com', 'intake-promotion', '101', '2025-05-19 11:00+00'),
    ('04.04.01.84.00009.001', 'No website', 'n/a', 'intake-promotion', '102', '2025-05-19 11:00+00');
insert into marketing.company_slots (company_slot_unique_id, company_unique_id, slot_type, slot_label) values
    ('04.04.01.84.00007.001', '04.04.01.84.00007.001', 'executive', 'CEO'),
    ('04.04.02.84.00007.001', '04.04.01.84.00007.001', 'executive', 'CFO'),
    ('04.04.03.84.00007.001', '04.04.01.84.00007.001', 'executive', 'HR Director'),
    ('04.04.09.84.00007.001', '04.04.01.84.00007.001', 'janitor', 'Janitor');
insert into marketing.contact_enrichment (id, company_slot_unique_id, full_name, email, enrichment_status, enriched_at) values
    (11, '04.04.01.84.00007.001', 'Old Person', 'old@siemens.com', 'completed', now()),
    (12, '04.04.01.84.00007.001', 'New Person', 'new@siemens.com', 'completed', now()),
    (13, '04.04.02.84.00007.001', null, null, 'processing', null);
insert into marketing.email_verification (id, enrichment_id, email, verification_status, verified_at) values
    (21, 12, 'new@siemens.com', 'valid', null), (22, 11, 'old@siemens.com', 'invalid', now());
update marketing.pipeline_events set status = 'processed', processed_at = now() where id < 3;
update marketing.pipeline_events set status = 'failed', retry_count = 3 where id = 3;
insert into marketing.pipeline_errors (id, event_type, record_id, error_message, resolved) values
    (31, 'company_created', '103', 'It broke.', false), (32, 'company_created', '103', 'It broke before.', true);
