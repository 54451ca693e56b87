-- Limits what a member can do with their own SQL: lengths, times, locks, claims, and the apps' limits on calls.

-- Far longer than anything the program writes. Existing rows stay. The error message shows a constraint's name, so it is a sentence.
DO $$
DECLARE
    bound record;
BEGIN
    FOR bound IN
        SELECT * FROM (VALUES
            ('ledger', 'client', 1000), ('ledger', 'software', 1000), ('ledger', 'organisation_id', 1000),
            ('people', 'name', 1000), ('people', 'email', 1000),
            ('claims', 'client', 1000),
            ('jobs', 'id', 100), ('jobs', 'kind', 1000), ('jobs', 'software', 1000), ('jobs', 'sign_in', 10000), ('jobs', 'paused', 100000),
            ('items', 'client', 1000), ('items', 'name', 10000), ('items', 'software', 1000), ('items', 'organisation_id', 1000),
            ('items', 'reason', 1000), ('items', 'says', 100000), ('items', 'facts', 1000000), ('items', 'organisation_name', 10000),
            ('items', 'sign_in', 10000), ('items', 'key', 1000), ('items', 'leased_by', 100),
            ('workers', 'id', 100), ('workers', 'job', 100), ('workers', 'host', 1000), ('workers', 'place', 1000)
        ) AS bounds (relation, field, most)
    LOOP
        EXECUTE format('ALTER TABLE clientsync.%I ADD CONSTRAINT %I CHECK (length(%I) <= %s) NOT VALID',
            bound.relation, format('%s has at most %s characters', bound.field, bound.most), bound.field, bound.most);
    END LOOP;
END
$$;

-- Limits how long a session may hold the head's lock, because nobody else can change the practice meanwhile. A session can lift the limits,
-- but not by accident.
CREATE FUNCTION clientsync.hurry() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('idle_in_transaction_session_timeout')::interval NOT BETWEEN '1 ms' AND '30 s' THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '30s', true);
    END IF;
    -- Only PostgreSQL 17 and later have this one. It also stops a running statement.
    IF current_setting('transaction_timeout', true)::interval NOT BETWEEN '1 ms' AND '5 min' THEN
        PERFORM set_config('transaction_timeout', '5min', true);
    END IF;
END
$$;

-- A change gets the time when its transaction began, so a transaction kept open for long could backdate one. Every function that takes the
-- lock calls this, except `put_work`.
CREATE OR REPLACE FUNCTION clientsync.stamp(last text) RETURNS text LANGUAGE plpgsql SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    IF clock_timestamp() - now() > '10 minutes' THEN
        RAISE EXCEPTION 'the transaction began too long ago' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM hurry();
    RETURN greatest(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') COLLATE "C", last COLLATE "C");
END
$$;

-- Whether this is a client of the practice: added, and not removed since.
CREATE INDEX ledger_clients ON clientsync.ledger (client, seq) WHERE kind IN ('client_added', 'client_removed', 'client_restored');
CREATE FUNCTION clientsync.is_client(id text) RETURNS boolean LANGUAGE sql STABLE SET search_path = clientsync, pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT kind <> 'client_removed' FROM ledger WHERE client = id AND kind IN ('client_added', 'client_removed', 'client_restored')
            ORDER BY seq DESC LIMIT 1
    ), false)
$$;

-- As before, but leaves out ids that are not clients of the practice.
ALTER FUNCTION clientsync.take_claims(text[], integer) RENAME TO claim_clients;
CREATE FUNCTION clientsync.take_claims(wanted text[], for_minutes integer, OUT called text, OUT taken jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    SELECT c.called, c.taken INTO called, taken
        FROM claim_clients(ARRAY(SELECT DISTINCT id FROM unnest(wanted) AS id WHERE is_client(id)), for_minutes) c;
END
$$;

-- For programs older than step 7, which would write the entry about a takeover themselves: claims only clients that no colleague has claimed.
CREATE OR REPLACE FUNCTION clientsync.claim(wanted text[], for_minutes integer, OUT called text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
BEGIN
    SELECT stamp(h.at) INTO moment FROM head h FOR UPDATE;
    IF EXISTS (SELECT FROM claims WHERE client = ANY (wanted) AND person <> session_user AND until > moment) THEN
        RAISE EXCEPTION 'a colleague has claimed one of these clients, and to take it over you have to update Client Sync on this host'
            USING ERRCODE = 'feature_not_supported';
    END IF;
    SELECT t.called INTO called FROM take_claims(wanted, for_minutes) t;
END
$$;

CREATE OR REPLACE FUNCTION clientsync.append(
    kinds text[], clients text[], softwares text[], organisation_ids text[], bodies text[], OUT last_seq bigint, OUT last_hash bytea
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    IF 'claim_taken_over' = ANY (kinds) THEN
        RAISE EXCEPTION 'the server itself writes who took a claim over, and to take one over you have to update Client Sync on this host'
            USING ERRCODE = 'feature_not_supported';
    END IF;
    SELECT a.last_seq, a.last_hash INTO last_seq, last_hash FROM add_entries(kinds, clients, softwares, organisation_ids, bodies) a;
END
$$;

-- As before, but refuses rows of jobs, items and workers that no program could read.
CREATE FUNCTION clientsync.is_time(t text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(t ~ '^[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$', true)
$$;
ALTER FUNCTION clientsync.put_work(jsonb, jsonb, jsonb) RENAME TO save_work;
CREATE FUNCTION clientsync.put_work(new_jobs jsonb, new_items jsonb, new_workers jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    v bigint;
BEGIN
    PERFORM FROM head FOR UPDATE;
    PERFORM hurry();
    IF EXISTS (SELECT FROM about WHERE moved IS NOT NULL) THEN
        RAISE EXCEPTION 'the practice was moved' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF EXISTS (
        SELECT FROM jsonb_populate_recordset(NULL::jobs, new_jobs) g LEFT JOIN jobs j ON j.id = g.id
        WHERE coalesce(g.state, '') NOT IN ('waiting', 'running', 'paused', 'cancelled', 'done') OR NOT is_time(g.ended_at)
            OR (j.id IS NULL AND NOT (is_time(g.started_at) AND g.id ~ '^[0-9A-Za-z_-]+$'))
    ) OR EXISTS (
        SELECT FROM jsonb_populate_recordset(NULL::items, new_items) g
        WHERE coalesce(g.state, '') NOT IN ('waiting', 'doing', 'done', 'failed', 'skipped') OR NOT is_time(g.ended_at) OR g.n < 0
    ) OR EXISTS (
        SELECT FROM jsonb_populate_recordset(NULL::workers, new_workers) g WHERE NOT is_time(g.since) OR NOT is_time(g.until)
    ) THEN
        RAISE EXCEPTION 'no program writes a state or a time like this' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v := save_work(new_jobs, new_items, new_workers);
    IF EXISTS (SELECT FROM workers w WHERE w.version = v AND NOT EXISTS (SELECT FROM jobs j WHERE j.id = w.job)) THEN
        RAISE EXCEPTION 'a worker without a job' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN v;
END
$$;

-- In a file, people without a sign-in act under the name that they log in with on the host.
ALTER TABLE clientsync.people ADD COLUMN login text NOT NULL DEFAULT '' CONSTRAINT "login has at most 200 characters" CHECK (length(login) <= 200);
CREATE FUNCTION clientsync.grant_person(person text, kind text, called text, mail text, logs_in_as text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM grant_person(person, kind, called, mail);
    UPDATE people SET login = logs_in_as WHERE role = person;
END
$$;

-- How many calls the apps allow, from the program that created or last upgraded the practice. `per`: organisation, person or app.
CREATE TABLE clientsync.call_limits (software text, per text, seconds integer, calls integer NOT NULL, PRIMARY KEY (software, per, seconds));

-- `waits`: this person asked for calls and got none. Others who took more must leave them their share.
ALTER TABLE clientsync.rates ADD COLUMN waits boolean NOT NULL DEFAULT false;

-- Rows to lock. Anyone could take an advisory lock.
CREATE TABLE clientsync.rate_locks (n integer PRIMARY KEY);
INSERT INTO clientsync.rate_locks SELECT generate_series(0, 63);

-- Grants up to `wanted` calls, at most a twelfth of what the app allows. `allowed` is the limit that the caller's program knows. The smaller of
-- it and the one in `call_limits` counts. If others wait, nobody gets more than an equal share.
CREATE OR REPLACE FUNCTION clientsync.take_calls(
    of_lane text, allowed integer, in_seconds integer, wanted integer, OUT granted integer, OUT wait_s double precision
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    clock double precision;
    now_part bigint;
    first_part bigint;
    agreed integer;
    taken bigint;
    own bigint;
    others integer;
BEGIN
    IF allowed NOT BETWEEN 1 AND 10000000 OR in_seconds NOT BETWEEN 1 AND 2678400 OR wanted < 1 OR length(of_lane) > 500 THEN
        PERFORM refuse('no limit of an accounting app is like this');
    END IF;
    PERFORM FROM rate_locks WHERE n = abs(hashtext(of_lane) % 64) FOR UPDATE;
    PERFORM hurry();
    SELECT least(allowed, max(l.calls)) INTO agreed FROM call_limits l
        WHERE l.software = split_part(of_lane, E'\n', 1) AND l.seconds = in_seconds AND l.per = CASE
            WHEN split_part(of_lane, E'\n', 3) <> '' THEN 'organisation' WHEN split_part(of_lane, E'\n', 4) <> '' THEN 'person' ELSE 'app' END;
    clock := extract(epoch FROM clock_timestamp());
    now_part := floor(clock * 12 / in_seconds);
    DELETE FROM rates WHERE lane = of_lane AND seconds = in_seconds AND part NOT BETWEEN now_part - 12 AND now_part;
    IF random() < 0.01 THEN
        -- Delete old rows of lanes that nobody uses any more.
        DELETE FROM rates WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM rates WHERE part < floor(clock * 12 / seconds) - 12 FOR UPDATE SKIP LOCKED));
    END IF;
    SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE person = session_user), 0), min(part) FILTER (WHERE n > 0),
            count(DISTINCT person) FILTER (WHERE waits AND part >= now_part - 1 AND person <> session_user)
        INTO taken, own, first_part, others FROM rates WHERE lane = of_lane AND seconds = in_seconds;
    granted := least(wanted, greatest(1, agreed / 12), agreed - taken,
        CASE WHEN others > 0 THEN greatest(1, agreed / (others + 1)) - own ELSE agreed END);
    granted := greatest(0, granted);
    INSERT INTO rates AS r VALUES (of_lane, in_seconds, now_part, session_user, granted, granted = 0)
        ON CONFLICT (lane, seconds, part, person) DO UPDATE SET n = r.n + excluded.n, waits = excluded.waits;
    wait_s := CASE
        WHEN granted > 0 THEN 0
        WHEN agreed - taken > 0 THEN in_seconds / 12.0
        ELSE greatest(0.05, (first_part + 13) * in_seconds / 12.0 - clock)
    END;
END
$$;
