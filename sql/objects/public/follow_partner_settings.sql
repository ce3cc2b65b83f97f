-- public.follow_partner_settings(): partners are looked for once an hour while any event is to have them recommended.
--
-- What was approved for an event that is not to have it any more is a decision of its own: cancel its row.
--
-- Returns: nothing (statement trigger).
-- Reads:  public.followup_settings, public.event_followup_settings
-- Writes: by public.keep_schedule pipeline.schedules
-- Locks:  the schedule

create or replace function public.follow_partner_settings()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform public.keep_schedule(
        'recommend_partners',
        exists (select from public.followup_settings as setting where setting.recommend_partners)
        or exists (select from public.event_followup_settings as own where own.recommend_partners),
        '30 * * * *', 'partners_to_recommend',
        'Proposes partners after events; edit followup_settings or event_followup_settings.'
    );

    return null;
end
$$;

comment on function public.follow_partner_settings() is
    'Trigger function of followup_settings and event_followup_settings: partners are looked for while they are to be recommended.';

create or replace trigger follow_partner_settings
    after insert or update on public.followup_settings
    for each statement
    execute function public.follow_partner_settings();

create or replace trigger follow_event_partner_settings
    after insert or update or delete on public.event_followup_settings
    for each statement
    execute function public.follow_partner_settings();
