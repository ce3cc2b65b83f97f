-- When a person is asked about what is to be done, which session a note was taken in, what is told of an event afterwards, and partners who
-- were not there.
--
-- followup_settings hold for every event, event_followup_settings for one. Everything that costs a text is off until an organiser wants it,
-- but for the answer to who asks for a summary.

alter table public.followup_settings
    alter column check_in_after_days drop not null,
    alter column check_in_after_days drop default,
    add column ask_which_session boolean not null default false,
    add column recommend_partners boolean not null default false,
    add column partners_need_approval boolean not null default true;

-- Three days were the default, and are what the goal begins with.
update public.followup_settings set check_in_after_days = null where check_in_after_days = 3;

comment on column public.followup_settings.check_in_after_days is
    'An item without a date is asked about so many days after its event, or after it was made; NULL: 2 or 3, by its priority and how fast the person answers, see check_in_days.';
comment on column public.followup_settings.ask_which_session is
    'True: who takes a note while several sessions are on is asked once which one it is about; each question is a text.';
comment on column public.followup_settings.recommend_partners is
    'True: two to three weeks after an event each attendee may be told of one strategic partner who was not there.';
comment on column public.followup_settings.partners_need_approval is
    'True: such a recommendation is sent once somebody sets its row in partner_recommendations to approved; false: unless somebody cancels it.';

create table public.event_followup_settings (
    event_id bigint primary key references public.events (id) on delete cascade,
    check_in_after_days integer,
    ask_which_session boolean,
    recommend_partners boolean,
    partners_need_approval boolean,
    constraint event_check_in_after_days_must_be_0_to_90 check (check_in_after_days between 0 and 90)
);

comment on table public.event_followup_settings is
    'What one event does otherwise than followup_settings say: INSERT its row; NULL: as there. It holds for what is planned from then on.';
comment on column public.event_followup_settings.event_id is 'The event.';
comment on column public.event_followup_settings.check_in_after_days is 'As in followup_settings; NULL: as there.';
comment on column public.event_followup_settings.ask_which_session is 'As in followup_settings; NULL: as there.';
comment on column public.event_followup_settings.recommend_partners is 'As in followup_settings; NULL: as there.';
comment on column public.event_followup_settings.partners_need_approval is 'As in followup_settings; NULL: as there.';

-- Which session was that?

insert into public.message_types (
    message_type, category, priority, expires_after, when_quiet, event_day_exempt, max_segments, variables, description
)
values
    ('session_question', 'event_day', 4, '20 minutes', 'drop', true, 4, '{choices,agenda_items,slot_from,slot_until,chosen}',
     'Which session a note was taken in, where several are on: once for a person and time slot.');

insert into public.message_templates (name, body)
values
    ('session_question',
     'Noted. Which session are you in?{% for session in choices %} {{ loop.index }}. {{ session }}{% endfor %}. Reply with its number or name.')
on conflict (name, event_id) do nothing;

insert into public.reply_windows (message_type, route_to, answer_within, description)
values ('session_question', 'choice', '4 hours', 'Which session is a note from?');
