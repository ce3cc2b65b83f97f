-- Whether an account's texts keep their emoji, what becomes of texts whose event has failed, and a reminder that says when instead of
-- "in an hour" where quiet hours have it sent the evening before.

alter table public.sending_accounts add column keeps_emoji boolean not null default true;

comment on column public.sending_accounts.keeps_emoji is
    'True: texts with words of their own keep their emoji; false: they lose them where the text would cost more with them.';
comment on column public.message_templates.keeps_emoji is
    'True: emoji are sent, even at twice the price; false: they are left out where the text would cost more with them.';

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('close_abandoned_texts', 'text_abandoned', 'sql', 'public.close_abandoned_texts', 200, 1, 8, '1 second', '1 minute', '60 seconds',
     'Ends texts whose event has failed, so that somebody sees them.');

comment on column public.message_types.variables is
    'What its templates may name beside first_name, last_name, name, company_name, event_name, event_location, event_date and is_early (it goes before its time, because of quiet hours): keys of personalization_data.';

-- An organiser's own words stay.
update public.message_templates
set body = '{{ event_name }} starts {% if is_early and event_time %}on {{ event_date }} at {{ event_time }}{% else %}in an hour{% endif %}{% if event_location %}, {{ event_location }}{% endif %}. Have your QR code ready, {{ first_name|default(''see you soon'') }}.'
where name = 'check_in_reminder_1_hour'
and event_id is null
and body = '{{ event_name }} starts in an hour{% if event_location %} at {{ event_location }}{% endif %}. Have your QR code ready, {{ first_name|default(''see you soon'') }}.';
