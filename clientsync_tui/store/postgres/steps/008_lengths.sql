-- More limits to what members can do with SQL of their own: how long a text is, how long a transaction may rest, and which clients are claimed.

-- The program writes nothing that is longer. What is there already stays.
DO $$
DECLARE
    text_column record;
BEGIN
    FOR text_column IN
        SELECT c.relname AS relation, a.attname AS field FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'clientsync'::regnamespace AND a.atttypid = 'text'::regtype AND a.attnum > 0 AND NOT a.attisdropped
            AND c.relname IN ('ledger', 'jobs', 'items', 'workers') AND NOT (c.relname = 'ledger' AND a.attname = 'body')
    LOOP
        EXECUTE format('ALTER TABLE clientsync.%I ADD CONSTRAINT %I CHECK (octet_length(%I) <= %s) NOT VALID',
            text_column.relation, text_column.field || '_is_too_long', text_column.field,
            CASE WHEN text_column.field IN ('facts', 'says', 'paused', 'name', 'organisation_name', 'sign_in') THEN 1048576 ELSE 4096 END);
    END LOOP;
END
$$;

-- Who has the head's lock may not rest for long, whatever their session says: nobody else can change the practice meanwhile.
CREATE FUNCTION clientsync.hurry() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF current_setting('idle_in_transaction_session_timeout')::interval NOT BETWEEN '1 ms' AND '30 s' THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '30s', true);
    END IF;
END
$$;
-- Every function that takes the lock asks for the time, but for `put_work`, which changes the head.
CREATE OR REPLACE FUNCTION clientsync.stamp(last text) RETURNS text LANGUAGE plpgsql SET search_path = clientsync, pg_catalog AS $$
BEGIN
    PERFORM hurry();
    RETURN greatest(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') COLLATE "C", last COLLATE "C");
END
$$;
CREATE FUNCTION clientsync.head_changes() RETURNS trigger LANGUAGE plpgsql SET search_path = clientsync, pg_catalog AS $$
BEGIN
    PERFORM hurry();
    RETURN NULL;
END
$$;
CREATE TRIGGER hurry AFTER UPDATE ON clientsync.head EXECUTE FUNCTION clientsync.head_changes();

-- A client of the practice: added, and not removed since.
CREATE INDEX ledger_clients ON clientsync.ledger (client, seq) WHERE kind IN ('client_added', 'client_removed', 'client_restored');
CREATE FUNCTION clientsync.is_client(id text) RETURNS boolean LANGUAGE sql STABLE SET search_path = clientsync, pg_catalog AS $$
    SELECT coalesce((
        SELECT kind <> 'client_removed' FROM ledger WHERE client = id AND kind IN ('client_added', 'client_removed', 'client_restored')
            ORDER BY seq DESC LIMIT 1
    ), false)
$$;

-- As before, but of those wanted only the practice's clients.
ALTER FUNCTION clientsync.take_claims(text[], integer) RENAME TO claim_clients;
CREATE FUNCTION clientsync.take_claims(wanted text[], for_minutes integer, OUT called text, OUT taken jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    SELECT c.called, c.taken INTO called, taken
        FROM claim_clients(ARRAY(SELECT DISTINCT id FROM unnest(wanted) AS id WHERE is_client(id)), for_minutes) c;
END
$$;
