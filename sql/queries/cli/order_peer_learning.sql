-- cli/order_peer_learning: orders that the weights of matching be learned.
--
-- $1 text: the series, NULL: all events; $2 boolean: dry run.
-- Columns: id: the order.
-- Writes: public.event_peer_weight_fits (by public.learn_peer_weights), and by its trigger marketing.pipeline_events
-- Locks:  none beyond the inserted row
select public.learn_peer_weights($1, $2) as id
