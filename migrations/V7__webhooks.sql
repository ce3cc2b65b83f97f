-- Webhooks: addresses that events are posted to. A stage of kind webhook names one of them as its target.
--
-- A row holds no secret: the signing secret and secret headers stand in environment variables of the daemon, which the row names.
-- Only variables that begin with PGCASCADE_WEBHOOK_ can be named, so that whoever may edit rows cannot have the daemon send
-- the password of its database somewhere. The checks below hold for every way in: psql, import, another program.

create table pipeline.webhooks (
    name text primary key,
    url text not null,
    method text not null default 'POST',
    headers jsonb not null default '{}',
    body text not null default 'standard',
    secret_env text,
    timeout interval not null default '20 seconds',
    concurrency integer not null default 8,
    allow_private boolean not null default false,
    description text not null default '',
    enabled boolean not null default true,
    registry_key text,
    registry jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    constraint webhook_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint url_must_be_http_or_https_without_user_or_fragment
        check (url ~ '^https?://[^\s/?#@\\]+([/?][^\s#\\]*)?$' and length(url) <= 2000),
    constraint method_must_be_post_put_or_patch check (method in ('POST', 'PUT', 'PATCH')),
    constraint body_must_be_standard_or_event check (body in ('standard', 'event')),
    constraint secret_env_must_be_a_pgcascade_webhook_variable check (secret_env ~ '^PGCASCADE_WEBHOOK_[A-Z0-9_]{1,100}$'),
    constraint webhook_timeout_must_be_1_second_to_5_minutes
        check (timeout between interval '1 second' and interval '5 minutes'),
    constraint webhook_concurrency_must_be_1_to_64 check (concurrency between 1 and 64),
    constraint registry_must_be_an_object check (jsonb_typeof(registry) = 'object'),
    -- The paths below are silent: what is no object at all is refused here only.
    constraint headers_must_be_an_object_of_texts
        check (jsonb_typeof(headers) = 'object' and not jsonb_path_exists(headers, '$.* ? (@.type() != "string")')),
    constraint header_names_must_be_http_tokens
        check (not jsonb_path_exists(headers, '$.keyvalue() ? (!(@.key like_regex "^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,100}$"))', '{}', true)),
    constraint headers_must_be_short check (length(headers::text) <= 8000),
    constraint header_values_must_be_printable_ascii
        check (not jsonb_path_exists(headers, '$.keyvalue() ? (!(@.value like_regex "^[ -~]*$"))', '{}', true)),
    constraint headers_must_not_replace_those_of_the_delivery
        check (not jsonb_path_exists(
            headers,
            '$.keyvalue() ? (@.key like_regex
            "^(host|content-length|content-type|transfer-encoding|connection|te|trailer|upgrade|expect|keep-alive|webhook-.*)$" flag "i")',
            '{}', true
        )),
    constraint headers_must_reference_only_pgcascade_webhook_variables
        check (not jsonb_path_exists(
            headers,
            '$.keyvalue() ? (!(@.value like_regex "^([^$]|[$][{]PGCASCADE_WEBHOOK_[A-Z0-9_]{1,100}[}])*$"))',
            '{}', true
        )),
    -- What such a header carries is a secret, so its value must be a reference, perhaps after a word such as Bearer.
    constraint secret_headers_must_reference_a_variable
        check (not jsonb_path_exists(
            headers,
            '$.keyvalue() ? (@.key like_regex "auth|cookie|token|secret|passw|credential|signature|session|api.?key|-key$" flag "i")
            ? (!(@.value like_regex "^([A-Za-z]{1,20} )?[$][{]PGCASCADE_WEBHOOK_[A-Z0-9_]{1,100}[}]$"))',
            '{}', true
        )),
    constraint header_values_must_not_look_like_secrets
        check (not jsonb_path_exists(
            headers,
            '$.keyvalue() ? (@.value like_regex "(^|[^A-Za-z0-9])(whsec_|whsk_|sk-|sk_|pk_live|gh[a-z]_|xox[a-z]-|eyJ|AKIA)[A-Za-z0-9_+/=-]{6}"
            || @.value like_regex "^(basic|bearer|digest) +[^$]" flag "i")',
            '{}', true
        ))
);

comment on table pipeline.webhooks is 'Addresses that events are posted to; a row of pipeline.stages with kind webhook and target = name sends to one. Holds no secret.';
comment on column pipeline.webhooks.name is 'What a stage names as its target.';
comment on column pipeline.webhooks.url is 'Where to; http or https, no user or password in it.';
comment on column pipeline.webhooks.method is 'POST, PUT or PATCH.';
comment on column pipeline.webhooks.headers is 'Further headers, name to value. ${PGCASCADE_WEBHOOK_…} in a value stands for that variable of the daemon; secrets must stand so.';
comment on column pipeline.webhooks.body is 'standard: {type, timestamp, data, id} as Standard Webhooks has it; event: {event_id, event_type, payload}.';
comment on column pipeline.webhooks.secret_env is 'The daemon''s variable that holds the signing secret (whsec_…; two, parted by a blank, while one replaces the other). NULL: unsigned.';
comment on column pipeline.webhooks.timeout is 'Longest wait for one answer.';
comment on column pipeline.webhooks.concurrency is 'Most calls at once to the host and port of url in one daemon, whatever the stage.';
comment on column pipeline.webhooks.allow_private is 'True: url may lead to this machine or a private network. Link-local and metadata addresses are refused always.';
comment on column pipeline.webhooks.description is 'What it is for, for people.';
comment on column pipeline.webhooks.enabled is 'False: its stages are paused; they resume when it is true again.';
comment on column pipeline.webhooks.registry_key is 'The key of its entry in the imported registry file; NULL: it was not imported.';
comment on column pipeline.webhooks.registry is 'Its entry in the registry file as it was imported, for the export.';
comment on column pipeline.webhooks.created_at is 'When the row was made.';

create table pipeline.webhook_registry (
    only_row boolean primary key default true,
    document jsonb not null,
    imported_at timestamptz not null default clock_timestamp(),
    constraint there_must_be_one_row check (only_row),
    constraint document_must_be_an_object check (jsonb_typeof(document) = 'object')
);

comment on table pipeline.webhook_registry is 'What a registry file says beside its webhooks: title, configuration, notes, test data. One row at most.';
comment on column pipeline.webhook_registry.only_row is 'Always true: there is one registry.';
comment on column pipeline.webhook_registry.document is 'The file without its entries.';
comment on column pipeline.webhook_registry.imported_at is 'When it was imported last.';

alter table pipeline.stages
    drop constraint if exists kind_must_be_builtin_or_sql,
    add constraint kind_must_be_builtin_sql_or_webhook check (kind in ('builtin', 'sql', 'webhook')),
    add column revision integer not null default 0;

comment on column pipeline.stages.revision is 'Raised when what target names was edited: daemons start the stage anew.';

comment on column pipeline.stages.kind is 'builtin: a stage of the daemon, named by target; sql: the function target(event_ids bigint[]) returns table (event_id bigint, error text); webhook: the row of pipeline.webhooks named by target.';
comment on column pipeline.stages.target is 'builtin: its registered name; sql: the function, schema-qualified; webhook: its name in pipeline.webhooks.';
comment on column pipeline.stages.concurrency is 'builtin outside stages and webhooks: most calls at once in one daemon; others: batches at once.';
