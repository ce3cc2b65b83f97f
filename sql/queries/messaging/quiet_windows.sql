-- messaging/quiet_windows: when people may be texted, by region.
--
-- Columns: region, days (1 Monday to 7 Sunday), opens, closes.
-- Reads:  public.quiet_windows
-- Locks:  none
select quiet.region, quiet.days, quiet.opens, quiet.closes
from public.quiet_windows as quiet
