-- Whether an account's texts keep their emoji, and what becomes of texts whose event has failed.

alter table public.sending_accounts add column keeps_emoji boolean not null default true;

comment on column public.sending_accounts.keeps_emoji is
    'True: texts with words of their own keep their emoji; false: they lose them where the text would cost more with them.';
comment on column public.message_templates.keeps_emoji is
    'True: emoji are sent, even at twice the price; false: they are left out where the text would cost more with them.';

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('close_abandoned_texts', 'text_abandoned', 'sql', 'public.close_abandoned_texts', 200, 1, 8, '1 second', '1 minute', '60 seconds',
     'Ends texts whose event has failed, so that somebody sees them.');
