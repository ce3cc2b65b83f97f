-- db/listen_settings: makes the server notice within a minute that a listener is gone
--
-- By default a server notices a cut line after two hours, and until then the dead session would
-- keep the worker's lock. Over a Unix socket the settings have no effect.
--
-- Parameters: none (simple protocol)
-- Columns:    none
-- Writes:     settings of this session only
-- Locks:      none
set tcp_keepalives_idle = '30s';
set tcp_keepalives_interval = '5s';
set tcp_keepalives_count = 3;
set tcp_user_timeout = '15s';
set idle_session_timeout = 0;
