-- Received texts whose notification was lost, and what peers are asked after their event.
--
-- A row of inbound_readings is a provider whose list of received texts is read now and then; what the doors missed is stored as they would
-- have stored it. Peers who were put in touch are asked whether they met, and those who met once a month how it goes: both only where
-- followup_settings says so.

create table public.inbound_readings (
    provider text primary key,
    read_to timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    listed bigint not null default 0,
    missed bigint not null default 0,
    problem text,
    created_at timestamptz not null default now(),
    constraint reading_provider_must_be_a_word check (provider ~ '^[a-z][a-z0-9_]{0,40}$')
);

comment on table public.inbound_readings is
    'How far each provider''s own list of received texts was read, for those whose notification was lost. How often is in pipeline.schedules; set read_to back to have it read again.';
comment on column public.inbound_readings.provider is 'ghl or twilio; its schedule and its stage are called catch_up_<provider>.';
comment on column public.inbound_readings.read_to is 'All that came in before is known. When the row was made: nothing older is acted on.';
comment on column public.inbound_readings.read_at is 'When it was read to its end last; NULL: never.';
comment on column public.inbound_readings.listed is 'So many texts were listed, some of them more than once.';
comment on column public.inbound_readings.missed is 'So many of them no notification had brought.';
comment on column public.inbound_readings.problem is 'Why the last reading came to no end, and what to do; NULL: it did.';
comment on column public.inbound_readings.created_at is 'When the provider was first used here.';

alter table public.inbound_messages
    add column listed_at timestamptz,
    add column same_words_until timestamptz;

create index inbound_messages_provider_message_for_duplicates on public.inbound_messages (provider_message_id)
    where provider_message_id is not null;
create index inbound_messages_contact_for_duplicates on public.inbound_messages (provider_contact_id, stored_at)
    where provider_contact_id is not null;

comment on column public.inbound_messages.listed_at is 'When it was found in the provider''s list; NULL: it was not looked for, or a notification brought its id.';
comment on column public.inbound_messages.same_words_until is
    'Until then a notification without an id that brings the same words of the same person is about this text; NULL: it has none of its own to wait for.';

alter table public.event_peer_matches
    add column contractor1_met boolean,
    add column contractor2_met boolean;

comment on column public.event_peer_matches.contractor1_met is 'Whether contractor1 says that they met; NULL: not asked, or not answered.';
comment on column public.event_peer_matches.contractor2_met is 'The same of contractor2.';

alter table public.followup_settings
    add column peer_check_ins_most smallint not null default 6,
    add constraint peer_check_ins_must_be_1_to_24 check (peer_check_ins_most between 1 and 24);

comment on column public.followup_settings.peer_check_ins_most is 'So many monthly check-ins at most for each pair: no chain is for ever.';

insert into public.message_types (message_type, category, priority, expires_after, when_quiet, max_segments, variables, description)
select
    asked.message_type, 'post_event', 10, interval '2 days', 'later', 3,
    '{match_id,peer_contractor_id,peer_name,peer_first_name,peer_company,peer_location,match_reason,match_score}', asked.description
from (
    values
        ('peer_meeting_check', 'After the event, to two who were put in touch: did you meet?'),
        ('peer_check_in', 'Once a month, to two who met: how does it go?')
) as asked (message_type, description);

insert into public.message_templates (name, body)
values
    ('peer_meeting_check',
     'Did you and {{ peer_name|default(''your peer'') }}{% if peer_company %} from {{ peer_company }}{% endif %} get to meet at {{ event_name }}? Reply YES or NO.'),
    ('peer_check_in',
     'Are you still in touch with {{ peer_name|default(''your peer'') }} from {{ event_name }}? Tell us how it goes, with a number from 1 to 10 or a few words. Reply NO if you are not.')
on conflict (name, event_id) do nothing;

insert into public.reply_windows (message_type, route_to, answer_within, description)
values
    ('peer_meeting_check', 'attendance', '5 days', 'Did you two meet?'),
    ('peer_check_in', 'rating', '5 days', 'How does it go with a peer?');

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('ask_peers', 'peers_to_ask', 'sql', 'public.ask_peers', 1, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Asks peers after their event whether they met, and once a month how it goes, where followup_settings has them asked.');

-- Outreach people who were erased are not collected again.
create table marketing.suppressed_addresses (
    address_hash text primary key,
    suppressed_at timestamptz not null default now(),
    reason text not null default 'erased'
);

comment on table marketing.suppressed_addresses is
    'Addresses of people who were erased, as salted SHA-256: whoever brings one in again has it left out. DELETE a row to allow it.';
comment on column marketing.suppressed_addresses.address_hash is 'Of the address in lower case; public.number_hash makes it.';
comment on column marketing.suppressed_addresses.suppressed_at is 'Since when.';
comment on column marketing.suppressed_addresses.reason is 'Why.';
