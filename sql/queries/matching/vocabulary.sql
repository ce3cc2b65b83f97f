-- matching/vocabulary: the organiser's words.
--
-- Columns: kind: focus_area, trade (word: the alias, means: what it is) or complementary (two trades).
-- Reads:  public.focus_area_aliases, public.trade_aliases, public.complementary_trades
-- Locks:  none
select 'focus_area' as kind, alias.alias as word, alias.focus_area as means from public.focus_area_aliases as alias
union all
select 'trade', alias.alias, alias.trade from public.trade_aliases as alias
union all
select 'complementary', pair.trade1, pair.trade2 from public.complementary_trades as pair
order by kind, word, means
