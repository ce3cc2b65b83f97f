-- public.followup_time(followup): when a follow-up goes whose time is not given.
--
-- About an action item as many days from now as check_in_days says; about nothing in particular tomorrow. At the hour of followup_settings
-- on the person's clock, on a day that is none off.
--
-- Arguments: followup.
-- Returns: the moment.
-- Reads:  public.followup_settings, public.contractor_action_items; by public.check_in_days and public.local_hour_after what they read
-- Writes: nothing
-- Locks:  none

create or replace function public.followup_time(followup public.contractor_followup_schedules)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select public.local_hour_after(
        followup.contractor_id, followup.event_id,
        (clock_timestamp() at time zone public.zone_of(followup.contractor_id, followup.event_id))::date + coalesce(
            (
                select public.check_in_days(followup.contractor_id, followup.event_id, item.priority)
                from public.contractor_action_items as item
                where item.id = followup.action_item_id
            ),
            1
        ),
        settings.local_hour, settings.skip_weekends
    )
    from public.followup_settings as settings;
end;

comment on function public.followup_time(public.contractor_followup_schedules) is 'When a follow-up goes whose time is not given.';

revoke execute on function public.followup_time(public.contractor_followup_schedules) from public;
