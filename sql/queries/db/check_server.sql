-- db/check_server: what the server is, before anything is asked of it
--
-- Parameters: none (simple protocol)
-- Columns:    version         text  the version in the server's words
--             version_number  text  such as 150004
--             product         text  the whole of version(), in which other products name themselves
--             in_recovery     text  t on a replica
--             read_only       text  on where transactions cannot write
-- Reads:      no table
-- Locks:      none
select
    pg_catalog.current_setting('server_version') as version,
    pg_catalog.current_setting('server_version_num') as version_number,
    pg_catalog.version() as product,
    pg_catalog.pg_is_in_recovery() as in_recovery,
    pg_catalog.current_setting('transaction_read_only') as read_only;
