-- More limits on what members can do with their own SQL: the history records every takeover of a claim, and calls are granted in blocks,
-- by name.

-- `append` as it was. Only functions of this schema call it.
CREATE FUNCTION clientsync.add_entries(
    kinds text[], clients text[], softwares text[], organisation_ids text[], bodies text[], OUT last_seq bigint, OUT last_hash bytea
) LANGUAGE plpgsql SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
    entry record;
BEGIN
    SELECT h.seq, h.hash, stamp(h.at) INTO last_seq, last_hash, moment FROM head h FOR UPDATE;
    IF EXISTS (SELECT FROM about WHERE moved IS NOT NULL) THEN
        RAISE EXCEPTION 'the practice was moved' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR entry IN
        SELECT * FROM unnest(kinds, clients, softwares, organisation_ids, bodies) WITH ORDINALITY
            AS new (kind, client, software, organisation_id, body, n) ORDER BY n
    LOOP
        last_seq := last_seq + 1;
        last_hash := link(last_hash, last_seq, moment, session_user::text, entry.kind, entry.client, entry.software,
            entry.organisation_id, entry.body);
        INSERT INTO ledger VALUES (last_seq, moment, session_user::text, entry.kind, entry.client, entry.software,
            entry.organisation_id, entry.body, last_hash);
    END LOOP;
    UPDATE head SET seq = last_seq, hash = last_hash, at = moment;
    PERFORM pg_notify('clientsync', last_seq::text);
END
$$;

-- The only way for programs to append to the ledger. The server itself writes some entries.
CREATE OR REPLACE FUNCTION clientsync.append(
    kinds text[], clients text[], softwares text[], organisation_ids text[], bodies text[], OUT last_seq bigint, OUT last_hash bytea
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    IF 'claim_taken_over' = ANY (kinds) THEN
        PERFORM refuse('the server itself writes who took a claim over');
    END IF;
    SELECT a.last_seq, a.last_hash INTO last_seq, last_hash FROM add_entries(kinds, clients, softwares, organisation_ids, bodies) a;
END
$$;

-- Claims these clients for the caller, even from colleagues, and writes an entry for each takeover. Replaces `claim`, which wrote none.
CREATE FUNCTION clientsync.take_claims(wanted text[], for_minutes integer, OUT called text, OUT taken jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
BEGIN
    SELECT stamp(h.at) INTO moment FROM head h FOR UPDATE;
    SELECT coalesce(nullif(p.name, ''), p.role::text) INTO called FROM people p WHERE p.role = session_user;
    DELETE FROM claims WHERE until <= moment;
    SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.client), '[]') INTO taken
        FROM claims c WHERE c.client = ANY (wanted) AND c.person <> session_user;
    IF taken <> '[]' THEN
        PERFORM add_entries(
            array_agg('claim_taken_over'::text), array_agg(t ->> 'client'), array_agg(NULL::text), array_agg(NULL::text),
            array_agg(json_build_object(
                'from', json_build_object('role', t ->> 'person', 'name', t ->> 'name'), 'since', t ->> 'since')::text)
        ) FROM jsonb_array_elements(taken) t;
    END IF;
    INSERT INTO claims AS c
        SELECT DISTINCT client, session_user::text, called, moment, later(moment, for_minutes), for_minutes FROM unnest(wanted) AS client
        ON CONFLICT (client) DO UPDATE SET since = CASE WHEN c.person = excluded.person THEN c.since ELSE excluded.since END,
            person = excluded.person, name = excluded.name, until = excluded.until, minutes = excluded.minutes;
    PERFORM claims_changed();
END
$$;

-- Ends the caller's claims on these clients. Returns how many had not expired yet. Replaces `release`, which did not return that.
CREATE FUNCTION clientsync.end_claims(wanted text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    moment text;
    ended bigint;
BEGIN
    SELECT stamp(h.at) INTO moment FROM head h FOR UPDATE;
    WITH gone AS (DELETE FROM claims WHERE person = session_user AND client = ANY (wanted) RETURNING until)
        SELECT count(*) INTO ended FROM gone WHERE until > moment;
    PERFORM claims_changed();
    RETURN ended;
END
$$;

-- Shows who took which calls. Earlier grants are forgotten, because blocks last only minutes.
DROP TABLE clientsync.rates;
CREATE TABLE clientsync.rates (
    lane text, seconds integer, part bigint, person name, n integer NOT NULL, PRIMARY KEY (lane, seconds, part, person)
);

-- As before, but grants at most a twelfth at once, in the caller's name.
CREATE OR REPLACE FUNCTION clientsync.take_calls(
    of_lane text, allowed integer, in_seconds integer, wanted integer, OUT granted integer, OUT wait_s double precision
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    clock double precision;
    now_part bigint;
    first_part bigint;
BEGIN
    IF allowed NOT BETWEEN 1 AND 10000000 OR in_seconds NOT BETWEEN 1 AND 2678400 OR wanted < 1 OR length(of_lane) > 500 THEN
        PERFORM refuse('no limit of an accounting app is like this');
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(of_lane, in_seconds));
    clock := extract(epoch FROM clock_timestamp());
    now_part := floor(clock * 12 / in_seconds);
    DELETE FROM rates WHERE lane = of_lane AND seconds = in_seconds AND part NOT BETWEEN now_part - 12 AND now_part;
    SELECT least(wanted, greatest(1, allowed / 12), allowed - coalesce(sum(n), 0)), min(part) INTO granted, first_part
        FROM rates WHERE lane = of_lane AND seconds = in_seconds;
    IF granted > 0 THEN
        INSERT INTO rates AS r VALUES (of_lane, in_seconds, now_part, session_user, granted)
            ON CONFLICT (lane, seconds, part, person) DO UPDATE SET n = r.n + excluded.n;
        wait_s := 0;
    ELSE
        granted := 0;
        wait_s := greatest(0.05, (first_part + 13) * in_seconds / 12.0 - clock);
    END IF;
END
$$;
