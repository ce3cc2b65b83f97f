-- Introductions that nobody answers, and what an introduction tells before both have said yes.

alter table public.event_peer_matching
    add column unanswered text,
    add column remind_after interval,
    add column release_after interval,
    add column introductions_show text[],
    add constraint unanswered_must_be_known check (unanswered in ('remind', 'release', 'keep')),
    add constraint remind_after_must_be_1_minute_to_30_days check (remind_after between interval '1 minute' and interval '30 days'),
    add constraint release_after_must_be_1_minute_to_30_days check (release_after between interval '1 minute' and interval '30 days'),
    add constraint introductions_show_must_be_known check (
        introductions_show <@ array['name', 'first_name', 'company', 'location'] and array_position(introductions_show, null) is null
    );

update public.event_peer_matching
set unanswered = 'remind',
    remind_after = '2 hours',
    release_after = '2 hours',
    introductions_show = '{name,first_name,company,location}'
where event_id is null;

alter table public.event_peer_matching
    add constraint what_holds_for_every_event_must_be_said_of_answers check (
        event_id is not null or num_nulls(unanswered, remind_after, release_after, introductions_show) = 0
    );

comment on column public.event_peer_matching.unanswered is
    'Who does not answer an introduction: remind: once, and the pair is released when that does not help; release: without a reminder; keep: the introduction stays open.';
comment on column public.event_peer_matching.remind_after is
    'So long after the introduction, or halfway to the end of the event where that is sooner.';
comment on column public.event_peer_matching.release_after is 'So long after the reminder.';
comment on column public.event_peer_matching.introductions_show is
    'What introductions that are planned from now on tell of the other before both have said yes: name (the whole), first_name, company, location. Phone and e-mail never.';

alter table public.event_peer_matches
    add column release_reason text,
    add constraint release_reason_must_be_known check (release_reason in ('left', 'unanswered')),
    add constraint only_what_is_released_has_a_reason check (release_reason is null or status = 'released');

comment on column public.event_peer_matches.release_reason is
    'left: one of the two has left; unanswered: not both have answered in time, two yes connect them still; NULL: a person did it, or it is not released.';

insert into public.message_types (
    message_type, category, priority, expires_after, when_quiet, event_day_exempt, needs_check_in, max_segments, variables, description
)
values
    ('peer_match_unanswered', 'peer_matching', 6, '2 hours', 'later', true, true, 3,
     '{match_id,peer_contractor_id,peer_name,peer_first_name,peer_company,peer_location,match_reason,match_score}',
     'Once, to who has not answered an introduction.');

insert into public.message_templates (name, body)
values
    ('peer_match_unanswered',
     'Would you still like to meet {{ peer_name|default(''your peer'') }}{% if peer_company %} from {{ peer_company }}{% endif %}? Reply YES, LATER or NO.')
on conflict (name, event_id) do nothing;

insert into public.reply_windows (message_type, route_to, answer_within, description)
values ('peer_match_unanswered', 'introduction', '24 hours', 'The reminder of an introduction.');

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('remind_peers', 'introduction_unanswered', 'sql', 'public.remind_peers', 100, 1, 5, '5 seconds', '10 minutes', '60 seconds',
     'Reminds people of an introduction that they have not answered, once, and releases the pair when that does not help.');
