-- Who is working on which clients. Claims block nothing, and they are not part of the ledger.

CREATE TABLE clientsync.claims (
    client text PRIMARY KEY, person text NOT NULL, name text NOT NULL, since text NOT NULL, until text NOT NULL,
    minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 1440)
);

CREATE TABLE clientsync.claims_version (version bigint NOT NULL, once boolean PRIMARY KEY DEFAULT true CHECK (once));
COMMENT ON TABLE clientsync.claims_version IS 'Goes up with each change of the claims, so that a host reads them only then.';
INSERT INTO clientsync.claims_version VALUES (0);

CREATE FUNCTION clientsync.claims_changed() RETURNS void LANGUAGE sql SET search_path = clientsync, pg_catalog, pg_temp AS $$
    UPDATE claims_version SET version = version + 1;
    SELECT pg_notify('clientsync', 'claims');
$$;

CREATE FUNCTION clientsync.later(moment text, minutes integer) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char((moment::timestamptz + make_interval(mins => minutes)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Claims these clients for the caller, even from colleagues. The head's lock keeps claims in order with the ledger.
CREATE FUNCTION clientsync.claim(wanted text[], for_minutes integer, OUT called text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
BEGIN
    SELECT stamp(h.at) INTO moment FROM head h FOR UPDATE;
    SELECT coalesce(nullif(p.name, ''), p.role::text) INTO called FROM people p WHERE p.role = session_user;
    DELETE FROM claims WHERE until <= moment;
    INSERT INTO claims AS c
        SELECT DISTINCT client, session_user::text, called, moment, later(moment, for_minutes), for_minutes FROM unnest(wanted) AS client
        ON CONFLICT (client) DO UPDATE SET since = CASE WHEN c.person = excluded.person THEN c.since ELSE excluded.since END,
            person = excluded.person, name = excluded.name, until = excluded.until, minutes = excluded.minutes;
    PERFORM claims_changed();
END
$$;

CREATE FUNCTION clientsync.release(wanted text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM claims WHERE person = session_user AND client = ANY (wanted);
    PERFORM claims_changed();
END
$$;

CREATE FUNCTION clientsync.renew_claims() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
BEGIN
    SELECT stamp(h.at) INTO moment FROM head h FOR UPDATE;
    UPDATE claims SET until = later(moment, minutes) WHERE person = session_user AND until > moment;
    PERFORM claims_changed();
END
$$;
