-- Texts: event_messages is the queue. A row with status scheduled is a text that will be sent; what becomes of it is written back to it.
--
-- Beside it: what kinds of texts there are and how each behaves, templates, the accounts that send, the hours in which nobody is
-- texted, who wants texts (by number, with the record of how it came to that), how many texts a person gets, and one row for each
-- attempt to send, which is written before the call. Names are those that existing systems use where they have one.

create table public.sending_accounts (
    name text primary key,
    provider text not null,
    is_default boolean not null default false,
    rate integer not null default 20,
    period interval not null default interval '1 minute',
    concurrency integer not null default 10,
    max_attempts smallint not null default 3,
    first_wait interval not null default interval '5 seconds',
    paused boolean not null default false,
    test_number text,
    from_number text,
    default_region text not null default 'US',
    sample_numbers boolean not null default false,
    next_call_at timestamptz not null default '-infinity',
    description text not null default '',
    created_at timestamptz not null default now(),
    constraint account_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,40}$'),
    constraint provider_must_be_a_word check (provider ~ '^[a-z][a-z0-9_-]{0,40}$'),
    constraint account_rate_must_be_1_to_6000 check (rate between 1 and 6000),
    constraint account_period_must_be_10_milliseconds_to_1_day check (period between interval '10 milliseconds' and interval '1 day'),
    constraint account_concurrency_must_be_1_to_64 check (concurrency between 1 and 64),
    constraint account_max_attempts_must_be_1_to_10 check (max_attempts between 1 and 10),
    constraint first_wait_must_be_10_milliseconds_to_1_hour check (first_wait between interval '10 milliseconds' and interval '1 hour'),
    constraint test_number_must_be_international check (test_number ~ '^\+[1-9][0-9]{6,14}$'),
    constraint from_number_must_be_international check (from_number ~ '^\+[1-9][0-9]{6,14}$'),
    constraint default_region_must_be_a_country_code check (default_region ~ '^[A-Z]{2}$')
);

create unique index sending_accounts_one_default on public.sending_accounts (is_default) where is_default;

comment on table public.sending_accounts is
    'Accounts that texts leave through. UPDATE public.sending_accounts SET paused = true stops all sending at once; an edit takes effect within a second.';
comment on column public.sending_accounts.name is 'Its stage is send_text_<name>, its limit texts_<name>.';
comment on column public.sending_accounts.provider is 'Which gateway: ghl, twilio, webhook, or sandbox, which sends nothing.';
comment on column public.sending_accounts.is_default is 'True: texts of events that name no account leave here; one account at most.';
comment on column public.sending_accounts.rate is 'So many texts begin in a period, over all daemons.';
comment on column public.sending_accounts.period is 'The period of rate.';
comment on column public.sending_accounts.concurrency is 'So many calls run at once, over all daemons.';
comment on column public.sending_accounts.max_attempts is 'After so many failed attempts a text is failed.';
comment on column public.sending_accounts.first_wait is 'Wait after the first failed attempt; doubles with each.';
comment on column public.sending_accounts.paused is 'True: nothing is sent. What is due waits, and what has become pointless by then is cancelled. Set it back to resume.';
comment on column public.sending_accounts.test_number is 'Test mode: every text goes to this number (E.164) instead of its recipient''s; NULL: to the recipient.';
comment on column public.sending_accounts.from_number is 'Sender (E.164), where the account has several; NULL: the account''s own.';
comment on column public.sending_accounts.default_region is 'Country of numbers that are written without one, two letters.';
comment on column public.sending_accounts.sample_numbers is 'True: numbers that belong to nobody (555-01xx) are texted, too: for an account that leads to a test server. A sandbox always takes them.';
comment on column public.sending_accounts.next_call_at is 'No call begins before; kept by the stage, so that calls are spaced exactly over all daemons.';
comment on column public.sending_accounts.description is 'For people.';
comment on column public.sending_accounts.created_at is 'When it was made.';

create table public.event_messaging (
    event_id bigint primary key references public.events (id) on delete cascade,
    account text references public.sending_accounts (name) on update cascade,
    paused boolean not null default false,
    event_day_exempt boolean not null default false
);

create index event_messaging_account_idx on public.event_messaging (account);

comment on table public.event_messaging is 'How the texts of one event are sent, where it differs from the default; most events have no row.';
comment on column public.event_messaging.event_id is 'The event.';
comment on column public.event_messaging.account is 'The account that its texts leave through; NULL: the default one.';
comment on column public.event_messaging.paused is 'True: texts of this event are held until it is set back.';
comment on column public.event_messaging.event_day_exempt is
    'True: on its days quiet hours do not hold back texts to attendees who are checked in, for types that allow it.';

create table public.message_types (
    message_type text primary key,
    category text not null,
    priority smallint not null default 10,
    expires_after interval not null default interval '1 day',
    when_quiet text not null default 'later',
    event_day_exempt boolean not null default false,
    needs_consent boolean not null default true,
    overrides_opt_out boolean not null default false,
    needs_registration boolean not null default true,
    needs_check_in boolean not null default false,
    skip_when_checked_in boolean not null default false,
    skip_when_profile_complete boolean not null default false,
    once_per_event boolean not null default false,
    once_per_number boolean not null default false,
    counts boolean not null default true,
    max_segments smallint not null default 3,
    variables text[] not null default '{}',
    description text not null default '',
    constraint message_type_must_be_snake_case check (message_type ~ '^[a-z][a-z0-9_]{0,49}$'),
    constraint message_type_priority_must_be_1_to_10 check (priority between 1 and 10),
    constraint expires_after_must_be_positive check (expires_after > interval '0'),
    constraint when_quiet_must_be_known check (when_quiet in ('earlier', 'later', 'drop', 'ignore')),
    constraint category_must_be_known check (
        category in ('pre_event', 'event_day', 'pcr', 'post_event', 'peer_matching', 'follow_up', 'reply', 'admin')
    ),
    constraint max_segments_must_be_1_to_10 check (max_segments between 1 and 10)
);

comment on table public.message_types is
    'How texts of a type behave. A type that is not here behaves like the row other. Edits hold for texts that are scheduled from then on, and the rules of sending at once.';
comment on column public.message_types.message_type is 'As in event_messages.';
comment on column public.message_types.category is 'For reports: pre_event, event_day, pcr, post_event, peer_matching, follow_up, reply, admin.';
comment on column public.message_types.priority is '1 goes first, 10 last.';
comment on column public.message_types.expires_after is 'So long after scheduled_time a text is pointless and is dropped, unless it says expires_at itself.';
comment on column public.message_types.when_quiet is
    'In the recipient''s quiet hours: later: at the next allowed minute; earlier: at the last allowed minute before; drop: not at all; ignore: sent all the same, for answers.';
comment on column public.message_types.event_day_exempt is 'True: events may exempt it from quiet hours on their days (event_messaging.event_day_exempt).';
comment on column public.message_types.needs_consent is 'True: only to people who have opted in. False: answers to a text of theirs.';
comment on column public.message_types.overrides_opt_out is 'True: also to numbers that have opted out. Only for the confirmation of an opt-out and for HELP.';
comment on column public.message_types.needs_registration is 'True: only to attendees of the event.';
comment on column public.message_types.needs_check_in is 'True: only to attendees who are checked in when it is sent.';
comment on column public.message_types.skip_when_checked_in is 'True: not to attendees who are checked in by then.';
comment on column public.message_types.skip_when_profile_complete is 'True: not to attendees whose profile is complete by then.';
comment on column public.message_types.once_per_event is 'True: a person gets one for an event, agenda item and day; the key is made when a row brings none.';
comment on column public.message_types.once_per_number is 'True: of several people with one number only one gets it.';
comment on column public.message_types.counts is 'True: it counts for the caps on texts to a person, and waits when one is reached.';
comment on column public.message_types.max_segments is 'A longer text is not sent.';
comment on column public.message_types.variables is
    'What its templates may name beside first_name, last_name, name, company_name, event_name, event_location and event_date: keys of personalization_data.';
comment on column public.message_types.description is 'For people.';

create table public.message_caps (
    period interval primary key,
    most integer not null,
    description text not null default '',
    constraint cap_period_must_be_1_minute_to_31_days check (period between interval '1 minute' and interval '31 days'),
    constraint cap_must_be_positive check (most > 0)
);

comment on table public.message_caps is 'How many texts one number gets in any period of that length. What is more waits, and is dropped when it has become pointless.';
comment on column public.message_caps.period is 'Length of the period.';
comment on column public.message_caps.most is 'So many texts in it.';
comment on column public.message_caps.description is 'For people.';

create table public.message_templates (
    id bigint generated always as identity primary key,
    name text not null,
    event_id bigint references public.events (id) on delete cascade,
    body text not null,
    keeps_emoji boolean not null default false,
    description text not null default '',
    updated_by text not null default current_user,
    updated_at timestamptz not null default now(),
    constraint message_templates_name_event_id_key unique nulls not distinct (name, event_id),
    constraint template_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint template_must_have_a_body check (btrim(body) <> '' and length(body) <= 5000)
);

create index message_templates_event_idx on public.message_templates (event_id) where event_id is not null;

comment on table public.message_templates is
    'What texts of a type say when their row brings no message_content. {{ first_name }} and the like are filled in; a placeholder without a value is an error, never a hole.';
comment on column public.message_templates.id is 'Number of the row.';
comment on column public.message_templates.name is 'A message_type, or a name that personalization_data gives under template.';
comment on column public.message_templates.event_id is 'For this event only; NULL: for all that have none of their own.';
comment on column public.message_templates.body is 'The template, in minijinja.';
comment on column public.message_templates.keeps_emoji is 'True: emoji are sent, at twice the price; false: they are left out.';
comment on column public.message_templates.description is 'For people.';
comment on column public.message_templates.updated_by is 'Who wrote it last.';
comment on column public.message_templates.updated_at is 'When.';

create table public.quiet_windows (
    region text not null,
    days smallint[] not null default '{1,2,3,4,5,6,7}',
    opens time not null,
    closes time not null,
    source text not null,
    source_date date not null,
    constraint quiet_windows_pkey primary key (region, days),
    constraint region_must_be_a_country_a_state_or_a_star check (region ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|\*)$'),
    constraint days_must_be_1_monday_to_7_sunday check (cardinality(days) > 0 and days <@ '{1,2,3,4,5,6,7}'::smallint[]),
    constraint a_window_must_open_before_it_closes check (opens < closes and closes < '24:00' or closes = '00:00')
);

comment on table public.quiet_windows is
    'When people may be texted, by their own clock. The rows of a state hold before those of its country, and those before the star''s. Outside is quiet.';
comment on column public.quiet_windows.region is 'Where the recipient may be: US-TX, US, or * for everywhere else.';
comment on column public.quiet_windows.days is 'Days of the week on which it holds, 1 Monday to 7 Sunday.';
comment on column public.quiet_windows.opens is 'From then on.';
comment on column public.quiet_windows.closes is 'Until then; 00:00 is the end of the day.';
comment on column public.quiet_windows.source is 'Where the rule is written.';
comment on column public.quiet_windows.source_date is 'When it was looked up.';

create table public.sms_subscriptions (
    phone_number text primary key,
    contractor_id bigint references public.contractors (id) on delete set null,
    opted_in boolean,
    peer_matching boolean not null default true,
    subscription_source text not null,
    opted_in_at timestamptz,
    opted_out_at timestamptz,
    undeliverable_at timestamptz,
    undeliverable_reason text,
    updated_at timestamptz not null default now(),
    constraint phone_number_must_be_international check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    constraint an_opt_out_has_a_time check (opted_in is distinct from false or opted_out_at is not null),
    constraint an_undeliverable_number_says_why check ((undeliverable_at is null) = (undeliverable_reason is null))
);

create index sms_subscriptions_contractor_idx on public.sms_subscriptions (contractor_id) where contractor_id is not null;

comment on table public.sms_subscriptions is
    'Whether a number may be texted, across events and senders. A number without a row has neither opted out nor in: then the attendee''s sms_opt_in decides.';
comment on column public.sms_subscriptions.phone_number is 'E.164.';
comment on column public.sms_subscriptions.contractor_id is 'Whose number it was when this was written; NULL: not known, or more than one person''s.';
comment on column public.sms_subscriptions.opted_in is 'False: nothing is sent to it. True: the person agreed to texts by the number itself. NULL: it said neither.';
comment on column public.sms_subscriptions.peer_matching is 'False: no introductions to this number; other texts go on.';
comment on column public.sms_subscriptions.subscription_source is 'How it came to that: form, keyword, provider, operator …';
comment on column public.sms_subscriptions.opted_in_at is 'When it last opted in; NULL: never.';
comment on column public.sms_subscriptions.opted_out_at is 'When it last opted out; NULL: never.';
comment on column public.sms_subscriptions.undeliverable_at is 'When the carrier said that texts cannot reach it; NULL: it did not.';
comment on column public.sms_subscriptions.undeliverable_reason is 'What the carrier said; set both to NULL to try again.';
comment on column public.sms_subscriptions.updated_at is 'When the row was last changed.';

create table public.sms_consents (
    id bigint generated always as identity primary key,
    phone_number text not null,
    contractor_id bigint,
    granted boolean not null,
    scope text not null default 'all',
    source text not null,
    wording text,
    recorded_by text not null default current_user,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint consent_scope_must_be_all_or_peer_matching check (scope in ('all', 'peer_matching'))
);

create index sms_consents_phone_number_idx on public.sms_consents (phone_number, recorded_at);

comment on table public.sms_consents is 'Every yes and no to texts as it came, for proof. Rows are written by changes of sms_subscriptions and are never changed.';
comment on column public.sms_consents.id is 'Number of the row.';
comment on column public.sms_consents.phone_number is 'E.164.';
comment on column public.sms_consents.contractor_id is 'Who it was, as far as known; NULL: not known.';
comment on column public.sms_consents.granted is 'True: yes; false: no.';
comment on column public.sms_consents.scope is 'all, or peer_matching only.';
comment on column public.sms_consents.source is 'The channel: form, keyword, provider, operator …';
comment on column public.sms_consents.wording is 'What was agreed to, or what the person wrote; NULL: not known.';
comment on column public.sms_consents.recorded_by is 'The database user who wrote it.';
comment on column public.sms_consents.recorded_at is 'When.';

create table public.event_messages (
    id bigint generated by default as identity primary key,
    event_id bigint references public.events (id) on delete cascade,
    contractor_id bigint references public.contractors (id) on delete cascade,
    message_type varchar(50) not null,
    message_category varchar(50),
    scheduled_time timestamptz default now(),
    actual_send_time timestamptz,
    message_content text not null default '',
    personalization_data jsonb,
    response_received text,
    response_time timestamptz,
    sentiment_score numeric(3, 2),
    pcr_score numeric(5, 2),
    action_taken varchar(100),
    delay_minutes integer,
    status varchar(50) not null default 'scheduled',
    error_message text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ghl_contact_id text,
    ghl_message_id text,
    phone text,
    direction varchar(10) not null default 'outbound',
    ghl_location_id text,
    channel varchar(20) not null default 'sms',
    from_email text,
    to_email text,
    subject text,
    priority smallint,
    expires_at timestamptz,
    send_at timestamptz,
    dedupe_key text,
    agenda_item_id bigint references public.event_agenda_items (id) on delete set null,
    planned_by text,
    skip_reason text,
    account text,
    attempts smallint not null default 0,
    attempt_id bigint,
    delivery_status text,
    delivery_code text,
    delivered_at timestamptz,
    segments smallint,
    reply_to_id bigint,
    queued_at timestamptz,
    pipeline_event_id bigint,
    caused_by bigint,
    constraint event_messages_dedupe_key_key unique (dedupe_key),
    constraint message_status_must_be_known check (
        status in ('draft', 'scheduled', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'uncertain', 'received')
    ),
    constraint direction_must_be_inbound_or_outbound check (direction in ('inbound', 'outbound')),
    constraint channel_must_be_sms_or_email check (channel in ('sms', 'email')),
    constraint inbound_and_received_belong_together check ((direction = 'inbound') = (status = 'received')),
    constraint a_scheduled_text_has_a_time check (status <> 'scheduled' or scheduled_time is not null),
    constraint message_times_must_be_finite check (
        isfinite(scheduled_time) and isfinite(actual_send_time) and isfinite(expires_at) and isfinite(send_at)
    ),
    constraint a_text_has_a_recipient check (contractor_id is not null or phone is not null or to_email is not null),
    constraint a_scheduled_text_has_no_open_attempt check (status <> 'scheduled' or attempt_id is null),
    constraint a_text_under_way_names_its_attempt check (status not in ('sending', 'uncertain') or attempt_id is not null),
    constraint message_priority_must_be_1_to_10 check (priority between 1 and 10),
    constraint personalization_data_must_be_an_object check (jsonb_typeof(personalization_data) = 'object'),
    constraint message_pcr_score_must_be_0_to_100 check (pcr_score between 0 and 100),
    constraint message_sentiment_score_must_be_minus_1_to_1 check (sentiment_score between -1 and 1),
    constraint message_content_must_be_at_most_20000_characters check (length(message_content) <= 20000),
    constraint dedupe_key_must_be_1_to_300_characters check (length(dedupe_key) between 1 and 300)
) with (fillfactor = 80);

create index event_messages_scheduled_time_idx on public.event_messages (scheduled_time);
create index event_messages_status_idx on public.event_messages (status, scheduled_time);
create index event_messages_event_contractor_type_idx on public.event_messages (event_id, contractor_id, message_type);
create index event_messages_contractor_idx on public.event_messages (contractor_id, created_at);
create index event_messages_agenda_item_idx on public.event_messages (agenda_item_id) where agenda_item_id is not null;
create index event_messages_ghl_message_id_idx on public.event_messages (ghl_message_id) where ghl_message_id is not null;
create unique index event_messages_inbound_once on public.event_messages (ghl_message_id) where direction = 'inbound' and ghl_message_id is not null;
create index event_messages_phone_idx on public.event_messages (phone, created_at) where contractor_id is null or direction = 'inbound';
create index event_messages_open_idx on public.event_messages (status) where status in ('sending', 'uncertain');
create index event_messages_held_idx on public.event_messages (event_id) where status = 'scheduled' and pipeline_event_id is null;

comment on table public.event_messages is
    'Texts, out and in. INSERT schedules; UPDATE of scheduled_time moves, of status to cancelled cancels, to scheduled schedules again; DELETE cancels. What becomes of a text is written back here.';
comment on column public.event_messages.id is 'Number of the text; in the payload of its events as record_id.';
comment on column public.event_messages.event_id is 'The event it belongs to; NULL: to none.';
comment on column public.event_messages.contractor_id is 'Who gets it, or wrote it; NULL: somebody who is known by phone only.';
comment on column public.event_messages.message_type is 'What it is about; message_types says how it behaves.';
comment on column public.event_messages.message_category is 'For reports; NULL on insert: that of its type.';
comment on column public.event_messages.scheduled_time is 'When it should be sent; NULL: not planned (inbound, drafts).';
comment on column public.event_messages.actual_send_time is 'When the provider accepted it; NULL: it was not sent.';
comment on column public.event_messages.message_content is 'What it says. Empty: made from the template of its type when it is sent, and then written here.';
comment on column public.event_messages.personalization_data is 'Values for its template, a JSON object; NULL: none.';
comment on column public.event_messages.response_received is 'What the contractor answered; NULL: nothing yet.';
comment on column public.event_messages.response_time is 'When; NULL: not yet.';
comment on column public.event_messages.sentiment_score is 'Of the answer, -1 to 1; NULL: not judged.';
comment on column public.event_messages.pcr_score is 'Rating in the answer; NULL: none.';
comment on column public.event_messages.action_taken is 'What the answer set off; NULL: nothing.';
comment on column public.event_messages.delay_minutes is 'Minutes from scheduled_time to actual_send_time, below zero when it was sent early for quiet hours; NULL: not sent.';
comment on column public.event_messages.status is
    'draft; scheduled; sending: a call is being made; sent; delivered; failed; cancelled; uncertain: nobody knows whether it was sent, see resolve_message; received: inbound.';
comment on column public.event_messages.error_message is 'What went wrong last and what to do; NULL: nothing.';
comment on column public.event_messages.created_at is 'When the row was made.';
comment on column public.event_messages.updated_at is 'When the row was last changed.';
comment on column public.event_messages.ghl_contact_id is 'The provider''s id of the person; NULL: not known yet.';
comment on column public.event_messages.ghl_message_id is 'The provider''s id of the text; NULL: not sent, or unknown.';
comment on column public.event_messages.phone is 'Number as planned; the contractor''s present one is used. After sending: the number texted, E.164. NULL: the contractor''s.';
comment on column public.event_messages.direction is 'outbound or inbound.';
comment on column public.event_messages.ghl_location_id is 'The provider''s sub-account; NULL: that of the account.';
comment on column public.event_messages.channel is 'sms, or email: then its event is email_due, for a stage or webhook of yours.';
comment on column public.event_messages.from_email is 'Sender of an e-mail; NULL: none.';
comment on column public.event_messages.to_email is 'Recipient of an e-mail; NULL: the contractor''s.';
comment on column public.event_messages.subject is 'Of an e-mail; NULL: none.';
comment on column public.event_messages.priority is '1 goes first, 10 last; NULL on insert: that of its type.';
comment on column public.event_messages.expires_at is 'After this moment it is pointless and is cancelled; NULL on insert: from its type.';
comment on column public.event_messages.send_at is 'When it will be looked at next: scheduled_time, unless quiet hours, a cap or a failed attempt moved it.';
comment on column public.event_messages.dedupe_key is 'What makes it once: a second row with the same key is refused; NULL: it may be sent beside others like it.';
comment on column public.event_messages.agenda_item_id is 'The agenda item it is about; NULL: none.';
comment on column public.event_messages.planned_by is 'The rule that planned it; NULL: a person did.';
comment on column public.event_messages.skip_reason is 'Why it was cancelled without being sent, or put off; NULL: it was not.';
comment on column public.event_messages.account is 'The account it left through, or is queued for; NULL: not decided yet.';
comment on column public.event_messages.attempts is 'How many calls were made for it.';
comment on column public.event_messages.attempt_id is 'The attempt that is under way or was the last, in message_attempts; NULL: none.';
comment on column public.event_messages.delivery_status is 'How far the provider says it has come: queued, sent, delivered, undelivered, failed; NULL: nothing said.';
comment on column public.event_messages.delivery_code is 'The carrier''s code when it was not delivered; NULL: none.';
comment on column public.event_messages.delivered_at is 'When it arrived, as reported; NULL: not known.';
comment on column public.event_messages.segments is 'How many segments it was billed as; NULL: not sent.';
comment on column public.event_messages.reply_to_id is 'The text that this one answers; NULL: none.';
comment on column public.event_messages.queued_at is 'Since when it is due and waits for its account''s turn; NULL: it is not due.';
comment on column public.event_messages.pipeline_event_id is 'Its event in marketing.pipeline_events; NULL: none waits (a held or a settled text).';
comment on column public.event_messages.caused_by is 'The event whose stage last wrote the row; NULL: none did.';

create table public.message_attempts (
    id bigint generated always as identity primary key,
    message_id bigint references public.event_messages (id) on delete set null,
    reference text not null,
    account text not null,
    provider text not null,
    phone_number text not null,
    body text not null,
    segments smallint not null,
    outcome text not null default 'prepared',
    prepared_at timestamptz not null default clock_timestamp(),
    not_before timestamptz not null default clock_timestamp(),
    called_at timestamptz,
    answered_at timestamptz,
    provider_contact_id text,
    provider_message_id text,
    reason text,
    settled_by text,
    pipeline_event_id bigint,
    message_type text not null,
    event_id bigint,
    counts boolean not null default true,
    constraint message_attempts_reference_key unique (reference),
    constraint attempt_outcome_must_be_known check (
        outcome in ('prepared', 'called', 'accepted', 'rejected', 'not_sent', 'unknown', 'void')
    ),
    constraint a_called_attempt_has_a_time check (outcome in ('prepared', 'void', 'not_sent') or called_at is not null)
) with (fillfactor = 70);

create index message_attempts_message_idx on public.message_attempts (message_id);
create index message_attempts_number_idx on public.message_attempts (phone_number, called_at) where called_at is not null;
create index message_attempts_account_idx on public.message_attempts (account, called_at) where called_at is not null;
create index message_attempts_provider_message_id_idx on public.message_attempts (provider_message_id) where provider_message_id is not null;

comment on table public.message_attempts is
    'One row for each attempt to send a text, written before its call. What was called and not answered is the only thing that can be uncertain.';
comment on column public.message_attempts.id is 'Number of the attempt.';
comment on column public.message_attempts.message_id is 'The text; NULL: it was deleted.';
comment on column public.message_attempts.reference is 'Our word for it at the provider, where one takes it.';
comment on column public.message_attempts.account is 'The account.';
comment on column public.message_attempts.provider is 'The gateway; a name that ends in -sandbox sends nothing.';
comment on column public.message_attempts.phone_number is 'The number, E.164.';
comment on column public.message_attempts.body is 'What was sent, to the letter.';
comment on column public.message_attempts.segments is 'How many segments it has.';
comment on column public.message_attempts.outcome is
    'prepared: no call yet; called: no answer yet; accepted: the provider has it; rejected: it refused; not_sent: certainly not processed; unknown: it may have been; void: never called.';
comment on column public.message_attempts.prepared_at is 'When it was written down.';
comment on column public.message_attempts.not_before is 'The moment of the account''s rate that is this call''s.';
comment on column public.message_attempts.called_at is 'When the call began; NULL: it has not.';
comment on column public.message_attempts.answered_at is 'When the answer was written down; NULL: none was.';
comment on column public.message_attempts.provider_contact_id is 'The provider''s id of the person; NULL: unknown.';
comment on column public.message_attempts.provider_message_id is 'The provider''s id of the text; NULL: unknown.';
comment on column public.message_attempts.reason is 'What the provider said; NULL: nothing went wrong.';
comment on column public.message_attempts.settled_by is 'Who settled an uncertain one: evidence, or a person; NULL: it was never uncertain, or still is.';
comment on column public.message_attempts.pipeline_event_id is 'The event in marketing.pipeline_events whose claim made it; NULL: unknown.';
comment on column public.message_attempts.message_type is 'That of the text, for doubles.';
comment on column public.message_attempts.event_id is 'The text''s event, for doubles; NULL: none.';
comment on column public.message_attempts.counts is 'Whether it counts for the caps on texts to a person.';

-- What an organiser would set up anyway. Edits of these rows survive every deploy.
insert into public.sending_accounts (name, provider, is_default, description)
values ('main', 'ghl', true, 'The account that texts leave through unless their event names another.');

insert into pipeline.limits (name, rate, period, burst, concurrency, description)
values ('texts_main', 20, interval '60.25 seconds', 1, 10, 'Texts of the sending account main; edit public.sending_accounts.');

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, limiter, description)
values
    ('admit_texts', 'message_due', 'builtin', 'messaging.admit', 500, 1, 5, '5 seconds', '10 minutes', '60 seconds', null,
     'Decides whether a text that is due is still wanted, and by which account it leaves.'),
    ('send_text_main', 'text_ready_main', 'builtin', 'messaging.send_text', 500, 10, 3, '5 seconds', '20 seconds', '60 seconds', 'texts_main',
     'Sends texts of the account main.'),
    ('settle_text', 'text_uncertain', 'builtin', 'messaging.settle_text', 100, 4, 8, '30 seconds', '10 minutes', '60 seconds', null,
     'Asks the provider what became of a text whose outcome is unknown.');

insert into public.message_caps (period, most, description)
values
    ('1 hour', 12, 'More within an hour is felt as noise.'),
    ('1 day', 40, 'Two days'' worth of a full agenda.');

insert into public.message_types (
    message_type, category, priority, expires_after, when_quiet, event_day_exempt, needs_check_in, skip_when_checked_in,
    skip_when_profile_complete, once_per_event, once_per_number, max_segments, description
)
values
    ('other', 'admin', 10, '1 day', 'later', false, false, false, false, false, false, 10, 'Whatever has no row of its own.'),
    ('registration_confirmation', 'pre_event', 10, '1 day', 'later', false, false, false, false, true, false, 3, 'At registration.'),
    ('profile_completion_reminder', 'pre_event', 10, '1 day', 'later', false, false, false, true, false, false, 3, 'While the profile is not complete.'),
    ('personalized_agenda', 'pre_event', 10, '1 day', 'later', false, false, false, false, true, false, 3, 'When the profile is complete.'),
    ('check_in_reminder_night_before', 'pre_event', 8, '3 hours', 'earlier', false, false, true, false, true, true, 3, '8 PM the evening before.'),
    ('check_in_reminder_1_hour', 'event_day', 3, '1 hour', 'earlier', true, false, true, false, true, true, 3, 'One hour before the start.'),
    ('check_in_reminder_event_start', 'event_day', 1, '30 minutes', 'drop', true, false, true, false, true, true, 3, 'At the start.'),
    ('speaker_alert', 'event_day', 2, '15 minutes', 'drop', true, false, false, false, true, true, 3, '15 minutes before a session.'),
    ('sponsor_recommendation', 'event_day', 5, '20 minutes', 'drop', true, true, false, false, true, true, 4, 'During breaks.'),
    ('peer_match_introduction', 'peer_matching', 4, '1 hour', 'drop', true, true, false, false, false, false, 4, 'Two people who should meet.'),
    ('peer_match_info', 'peer_matching', 1, '2 hours', 'later', true, false, false, false, false, false, 4, 'More about a match, on request.'),
    ('peer_match_contact', 'peer_matching', 1, '1 day', 'later', true, false, false, false, false, false, 4, 'Contact details, after both said yes.'),
    ('peer_match_reminder', 'peer_matching', 4, '20 minutes', 'drop', true, true, false, false, false, false, 4, 'Break-time coordination.'),
    ('peer_match_rating', 'peer_matching', 7, '1 day', 'later', true, false, false, false, false, false, 3, 'How was the chat?'),
    ('attendance_check', 'pcr', 7, '12 hours', 'later', true, true, false, false, true, true, 3, '7 minutes after a session.'),
    ('pcr_request', 'pcr', 7, '1 day', 'later', true, false, false, false, false, false, 3, 'Asks for the rating.'),
    ('sponsor_batch_check', 'pcr', 7, '12 hours', 'later', true, true, false, false, true, true, 4, 'At the end of the day.'),
    ('post_event_wrap_up', 'post_event', 10, '2 days', 'later', false, true, false, false, true, true, 4, '2 hours after the end.'),
    ('event_notice', 'admin', 1, '6 hours', 'later', true, false, false, false, false, true, 3, 'A change that attendees must know.'),
    ('admin_custom', 'admin', 5, '6 hours', 'later', true, false, false, false, false, false, 5, 'An organiser''s own words.');

insert into public.message_types (
    message_type, category, priority, expires_after, when_quiet, needs_consent, overrides_opt_out, needs_registration, counts, max_segments, description
)
values
    ('reply', 'reply', 1, '1 hour', 'ignore', false, false, false, false, 5, 'An answer to a text that the person sent.'),
    ('opt_out_confirmation', 'reply', 1, '5 minutes', 'ignore', false, true, false, false, 1, 'The one text that follows an opt-out.'),
    ('help_reply', 'reply', 1, '1 hour', 'ignore', false, true, false, false, 2, 'The answer to HELP.'),
    ('opt_in_confirmation', 'reply', 1, '1 hour', 'ignore', false, false, false, false, 2, 'The answer to START.'),
    ('follow_up', 'follow_up', 10, '2 days', 'later', true, false, false, true, 4, 'After an event, as agreed.');

insert into public.quiet_windows (region, days, opens, closes, source, source_date)
select rules.region, rules.days, rules.opens, rules.closes, rules.source, '2026-11-21'::date
from (
    values
        ('*', '{1,2,3,4,5,6,7}'::smallint[], '08:00'::time, '21:00'::time, 'as 47 CFR 64.1200(c)(1), for want of a rule of its own'),
        ('US', '{1,2,3,4,5,6,7}', '08:00', '21:00', '47 CFR 64.1200(c)(1)'),
        ('US-CT', '{1,2,3,4,5,6,7}', '09:00', '20:00', 'Conn. Gen. Stat. 42-288a'),
        ('US-TX', '{1,2,3,4,5,6}', '09:00', '21:00', 'Texas SB 140 (2025)'),
        ('US-TX', '{7}', '12:00', '21:00', 'Texas SB 140 (2025)'),
        ('US-RI', '{1,2,3,4,5}', '09:00', '18:00', 'vendors'' state tables'),
        ('US-RI', '{6,7}', '10:00', '17:00', 'vendors'' state tables'),
        ('US-KY', '{1,2,3,4,5,6,7}', '10:00', '21:00', 'vendors'' state tables'),
        ('US-CA', '{1,2,3,4,5,6,7}', '09:00', '21:00', 'one vendor''s state table'),
        ('US-IL', '{1,2,3,4,5,6,7}', '09:00', '21:00', 'one vendor''s state table'),
        ('US-MI', '{1,2,3,4,5,6,7}', '09:00', '21:00', 'one vendor''s state table'),
        ('US-MN', '{1,2,3,4,5,6,7}', '09:00', '21:00', 'one vendor''s state table'),
        ('US-WA', '{1,2,3,4,5,6,7}', '08:00', '20:00', 'RCW 80.36.390')
) as rules (region, days, opens, closes, source)
union all
select states.region, '{1,2,3,4,5,6,7}', '08:00', '20:00', 'state telephone solicitation acts, by vendors'' state tables', '2026-11-21'::date
from unnest('{US-AL,US-FL,US-LA,US-MA,US-MD,US-MS,US-NJ,US-OK}'::text[]) as states (region);

-- What texts may name, beside what is known of every person and event.
update public.message_types
set variables = '{event_time,event_website,event_timezone,session_count,speaker_count,sponsor_count,minutes_before,template}'
where message_type in (
    'registration_confirmation', 'profile_completion_reminder', 'personalized_agenda', 'check_in_reminder_night_before',
    'check_in_reminder_1_hour', 'check_in_reminder_event_start', 'post_event_wrap_up', 'sponsor_batch_check', 'sponsor_recommendation'
);

update public.message_types
set variables = variables || '{sponsors}'
where message_type in ('sponsor_recommendation', 'sponsor_batch_check');

update public.message_types
set variables = variables || '{item_type,session_title,session_time,session_end,session_location,track,speaker_name,speaker_title,speaker_company,speaker_names,minutes_before,template}'
where message_type in ('speaker_alert', 'attendance_check', 'pcr_request', 'sponsor_recommendation');

update public.message_types
set variables = '{match_id,peer_contractor_id,peer_name,peer_first_name,peer_company,peer_location,match_reason,match_score,is_non_competing,peer_phone,peer_email,meeting_location,break_time,details}'
where category = 'peer_matching';

insert into public.message_templates (name, body)
values
    ('registration_confirmation',
     'Hi {{ first_name|default(''there'') }}, you are registered for {{ event_name }}{% if event_date %} on {{ event_date }}{% endif %}. Details and your QR code come by e-mail, reminders by text. Reply STOP to opt out, HELP for help.'),
    ('profile_completion_reminder',
     'Hi {{ first_name|default(''there'') }}, your profile for {{ event_name }} still lacks your focus areas, revenue or team size. With them we can show you the right sessions and people.'),
    ('personalized_agenda',
     'Hi {{ first_name|default(''there'') }}, your agenda for {{ event_name }} is ready{% if session_count %}: {{ session_count|plural(''session'') }}{% if sponsor_count %} and {{ sponsor_count|plural(''sponsor'') }}{% endif %}{% endif %}.{% if event_website %} {{ event_website }}{% endif %}'),
    ('check_in_reminder_night_before',
     'Hi {{ first_name|default(''there'') }}, {{ event_name }} is tomorrow{% if event_time %} at {{ event_time }}{% endif %}{% if event_location %}, {{ event_location }}{% endif %}. Have your QR code ready for check-in.'),
    ('check_in_reminder_1_hour',
     '{{ event_name }} starts in an hour{% if event_location %} at {{ event_location }}{% endif %}. Have your QR code ready, {{ first_name|default(''see you soon'') }}.'),
    ('check_in_reminder_event_start',
     '{{ event_name }} is starting now. Please come to the registration desk{% if event_location %} at {{ event_location }}{% endif %}.'),
    ('speaker_alert',
     'In {{ minutes_before|default(15) }} minutes: {{ session_title|default(''the next session'') }}{% if speaker_name %} with {{ speaker_name }}{% endif %}{% if session_location %}, {{ session_location }}{% endif %}.'),
    ('sponsor_recommendation',
     'Good for a break, {{ first_name|default(''friend'') }}:{% for sponsor in sponsors %} {{ loop.index }}. {{ sponsor.name }}{% if sponsor.booth %} (booth {{ sponsor.booth }}){% endif %}{% endfor %}. Reply with a number for what to ask them.'),
    ('attendance_check',
     'Were you at {{ session_title|default(''the last session'') }}{% if speaker_name %} with {{ speaker_name }}{% endif %}? Reply YES or NO.'),
    ('pcr_request',
     'How good was {{ session_title|default(''the session'') }}{% if speaker_name %} with {{ speaker_name }}{% endif %}? Reply with a number from 1 to 10.'),
    ('sponsor_batch_check',
     'Which sponsors did you visit today?{% for sponsor in sponsors %} {{ loop.index }}. {{ sponsor.name }}{% endfor %}. Reply with the numbers.'),
    ('post_event_wrap_up',
     'Thank you for coming to {{ event_name }}, {{ first_name|default(''friend'') }}. What are your top three things to do from here? Reply with them and we will help you get them done.'),
    ('peer_match_introduction',
     'Hey {{ first_name|default(''there'') }}! I found someone for you to meet: {{ peer_name }}{% if peer_company %} from {{ peer_company }}{% endif %}{% if peer_location %} ({{ peer_location }}){% endif %}{% if match_reason %} - you''re {{ match_reason }}{% endif %}.{% if is_non_competing %} They''re in a non-competing market, so this is a great chance to share strategies.{% endif %} Reply YES to get an intro, or LATER if you want to connect during a break.'),
    ('opt_out_confirmation', 'You are unsubscribed and will get no more texts from us. Reply START to resume.'),
    ('opt_in_confirmation', 'You will get our texts again. Reply STOP to end them, HELP for help.'),
    ('help_reply', 'These texts are about the events you registered for. Reply STOP to end them. Message and data rates may apply.');
