-- Jobs, their items, and who works on them. Every host has a copy, which it updates by version: each row has the head's version from its
-- last change. The head's lock protects versions as it does the numbers of entries.

ALTER TABLE clientsync.head ADD COLUMN version bigint NOT NULL DEFAULT 0;

-- As before, but also returns the version, so that one round trip is enough.
DROP FUNCTION clientsync.lock_head();
CREATE FUNCTION clientsync.lock_head(
    OUT seq bigint, OUT hash bytea, OUT at text, OUT actor text, OUT moved text, OUT version bigint
) LANGUAGE sql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
    SELECT h.seq, h.hash, stamp(h.at), session_user::text, a.moved, h.version FROM head h, about a FOR UPDATE OF h
$$;

CREATE TABLE clientsync.jobs (
    id text PRIMARY KEY, kind text NOT NULL, software text, sign_in text, state text NOT NULL, by text NOT NULL,
    started_at text NOT NULL, ended_at text, paused text, needs_sign_in integer NOT NULL DEFAULT 0, owner name NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX jobs_version ON clientsync.jobs (version);

CREATE TABLE clientsync.items (
    job text NOT NULL REFERENCES clientsync.jobs, n integer NOT NULL, client text NOT NULL, name text NOT NULL, software text NOT NULL,
    organisation_id text NOT NULL, state text NOT NULL, reason text, says text, ended_at text, facts text NOT NULL,
    organisation_name text, sign_in text, cannot integer NOT NULL DEFAULT 0, key text, leased_by text, version bigint NOT NULL,
    PRIMARY KEY (job, n)
);
CREATE INDEX items_version ON clientsync.items (version);
CREATE INDEX items_left ON clientsync.items (job) WHERE state IN ('waiting', 'doing');

CREATE TABLE clientsync.workers (
    id text PRIMARY KEY, job text NOT NULL, host text NOT NULL, place text NOT NULL, person name NOT NULL, since text NOT NULL,
    until text NOT NULL, version bigint NOT NULL
);
CREATE INDEX workers_version ON clientsync.workers (version);

CREATE FUNCTION clientsync.clock(later interval) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char((now() + later) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION clientsync.refuse(what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'insufficient_privilege';
END
$$;

-- The only way to change jobs. The person who made a job, and an admin, may change anything in it. Others may work on it: take items that
-- wait or that a dead worker left, end the items that they took, and end the job when nothing is left.
CREATE FUNCTION clientsync.put_work(new_jobs jsonb, new_items jsonb, new_workers jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    v bigint;
    is_admin boolean;
    given record;
    had record;
    mine boolean;
BEGIN
    UPDATE head SET version = version + 1 RETURNING version INTO v;
    is_admin := EXISTS (SELECT FROM people WHERE role = session_user AND level = 'admin');

    FOR given IN SELECT * FROM jsonb_populate_recordset(NULL::workers, new_workers) LOOP
        INSERT INTO workers AS w
            VALUES (given.id, given.job, given.host, given.place, session_user, given.since,
                least(given.until COLLATE "C", clock('5 minutes') COLLATE "C"), v)
            ON CONFLICT (id) DO UPDATE SET until = excluded.until, version = v WHERE w.person = session_user;
        IF NOT FOUND THEN
            PERFORM refuse('another person''s worker');
        END IF;
    END LOOP;

    INSERT INTO jobs SELECT id, kind, software, sign_in, state, by, started_at, ended_at, paused, needs_sign_in, session_user, v
        FROM jsonb_populate_recordset(NULL::jobs, new_jobs) ON CONFLICT (id) DO NOTHING;

    INSERT INTO items SELECT g.job, g.n, g.client, g.name, g.software, g.organisation_id, g.state, g.reason, g.says, g.ended_at, g.facts,
            g.organisation_name, g.sign_in, g.cannot, g.key, NULL, v
        FROM jsonb_populate_recordset(NULL::items, new_items) g JOIN jobs j ON j.id = g.job
        WHERE j.version = v AND j.owner = session_user ON CONFLICT (job, n) DO NOTHING;

    FOR given IN
        SELECT g.* FROM jsonb_populate_recordset(NULL::items, new_items) g
            LEFT JOIN items i ON i.job = g.job AND i.n = g.n WHERE i.version IS DISTINCT FROM v
    LOOP
        SELECT i.state, i.leased_by, i.key, j.owner, w.person, coalesce(w.until > clock('0') AND w.until <> w.since, false) AS is_alive
            INTO had FROM items i JOIN jobs j ON j.id = i.job LEFT JOIN workers w ON w.id = i.leased_by
            WHERE i.job = given.job AND i.n = given.n;
        IF NOT FOUND THEN
            PERFORM refuse('an item of another person''s job');
        END IF;
        IF had.owner <> session_user AND NOT is_admin THEN
            mine := EXISTS (SELECT FROM workers WHERE id = given.leased_by AND person = session_user AND job = given.job);
            IF NOT coalesce(
                (had.state = 'waiting' AND given.state = 'doing' AND mine)
                OR (had.state = 'doing' AND coalesce(had.person = session_user, false))
                OR (had.state = 'doing' AND NOT had.is_alive AND had.key IS NULL AND given.state = 'waiting')
                OR (had.state = 'doing' AND NOT had.is_alive AND had.key IS NOT NULL AND given.state = 'failed'),
                false
            ) THEN
                PERFORM refuse('an item that another person has');
            END IF;
        END IF;
        UPDATE items SET state = given.state, reason = given.reason, says = given.says, ended_at = given.ended_at, key = given.key,
            leased_by = given.leased_by, version = v WHERE job = given.job AND n = given.n;
    END LOOP;

    FOR given IN
        SELECT g.*, j.owner AS had_owner FROM jsonb_populate_recordset(NULL::jobs, new_jobs) g JOIN jobs j ON j.id = g.id
            WHERE j.version <> v
    LOOP
        IF given.had_owner <> session_user AND NOT is_admin THEN
            IF NOT EXISTS (SELECT FROM workers WHERE job = given.id AND person = session_user)
                OR (given.state IN ('done', 'cancelled')
                    AND EXISTS (SELECT FROM items WHERE job = given.id AND state IN ('waiting', 'doing')))
                OR (given.state = 'paused' AND EXISTS (SELECT FROM workers
                    WHERE job = given.id AND person <> session_user AND until > clock('0') AND until <> since))
                OR given.state NOT IN ('running', 'paused', 'done', 'cancelled') THEN
                PERFORM refuse('another person''s job');
            END IF;
        END IF;
        UPDATE jobs SET state = given.state, ended_at = given.ended_at, paused = given.paused, needs_sign_in = given.needs_sign_in,
            version = v WHERE id = given.id;
    END LOOP;
    PERFORM pg_notify('clientsync', 'work');
    RETURN v;
END
$$;
