-- What of an agenda has reached the texts already, and which texts people have taken out of it.
--
-- A change of an agenda concerns a few of its moments; to tell which, the plan that was carried out last is kept. Who deletes a text that
-- an agenda has planned does not want it back at the agenda's next change.

create table public.agenda_plans (
    event_id bigint not null references public.events (id) on delete cascade,
    moment text not null,
    digest text not null,
    constraint agenda_plans_pkey primary key (event_id, moment)
);

comment on table public.agenda_plans is
    'What the rules made of an event''s agenda when its texts were last brought in step. Without rows the next change compares everything.';
comment on column public.agenda_plans.event_id is 'The event.';
comment on column public.agenda_plans.moment is 'Rule and what it is about: <rule>:<subject>, as at the end of dedupe_key in event_messages.';
comment on column public.agenda_plans.digest is 'Of all that its texts depend on, but for the people.';

create table public.agenda_withdrawals (
    dedupe_key text primary key,
    event_id bigint not null references public.events (id) on delete cascade,
    contractor_id bigint not null references public.contractors (id) on delete cascade,
    withdrawn_at timestamptz not null default clock_timestamp(),
    withdrawn_by text not null default session_user
);

create index agenda_withdrawals_event_for_changes on public.agenda_withdrawals (event_id);
create index agenda_withdrawals_contractor_for_changes on public.agenda_withdrawals (contractor_id);

comment on table public.agenda_withdrawals is
    'Texts of an agenda that somebody deleted: they are not planned again. DELETE a row here to have its text planned at the next change, or SELECT schedule_all_event_messages(…) for all.';
comment on column public.agenda_withdrawals.dedupe_key is 'As it stood in event_messages.';
comment on column public.agenda_withdrawals.event_id is 'The event.';
comment on column public.agenda_withdrawals.contractor_id is 'Whose text it was.';
comment on column public.agenda_withdrawals.withdrawn_at is 'When it was deleted.';
comment on column public.agenda_withdrawals.withdrawn_by is 'The database user who deleted it.';

create index event_attendees_real_phone_for_wishes on public.event_attendees (real_phone) where real_phone is not null;

-- It stands after each statement now, under other names.
drop trigger if exists guard_override on public.event_messages;

-- It has a third argument now.
drop function if exists public.agenda_texts(bigint, bigint[]);

comment on column public.contractors.sms_opt_in is
    'True: agreed to be texted outside events. Set back to false it revokes the consent to texts of every event. Nobody agrees by silence.';
comment on column public.event_attendees.sms_opt_in is
    'True: agreed to be texted about this event; without it nothing of the event is texted. Nobody agrees by silence.';

-- Their trigger says what follows from the rest: a text that comes before its moment is pointless after it.
alter table public.agenda_rules
alter column expires_from drop default,
alter column expires_after drop default;

comment on column public.agenda_rules.expires_from is
    'From when the deadline is counted: scheduled: the due time; anchor; anchor_end: the end of the item, day or event; day_end: midnight after the due time. Left out: anchor for what comes before it, else scheduled.';
comment on column public.agenda_rules.expires_after is
    'How long after that it is pointless to send it. Left out: an hour after the due time, or nothing after anything else.';

-- One text to those who have registered when an event is cancelled or moved at short notice.
alter table public.event_messaging
add column notice_within interval not null default interval '24 hours',
add constraint notice_must_be_within_a_month check (notice_within between interval '0' and interval '31 days');

comment on column public.event_messaging.notice_within is
    'Who has registered is told when the event is cancelled or moved to another day so shortly before it begins; 0: nobody is.';

update public.message_types
set variables = variables || '{is_cancelled,former_date}'
where message_type = 'event_notice'
and not variables @> '{is_cancelled}';

insert into public.message_templates (name, body)
values
    ('event_notice',
     '{{ event_name }}{% if former_date %} on {{ former_date }}{% endif %} {% if is_cancelled %}has been cancelled. We are sorry{% else %}has been moved to {{ event_date }}{% endif %}{% if first_name %}, {{ first_name }}{% endif %}.')
on conflict do nothing;

comment on table public.event_agenda_items is
    'The agenda. Texts hang on its items: moving one moves them, status cancelled or DELETE cancels them. A laid out item that is deleted is laid out again at the next change of speakers; one whose status is set to cancelled stays so.';
