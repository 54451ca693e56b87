-- The ledger, its head, and the people who may read or change it. The schema's owner owns everything, and no one else can write to a
-- table. Everyone else calls functions, which check session_user, because a caller can't change that.

CREATE SCHEMA clientsync;
REVOKE ALL ON SCHEMA clientsync FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA clientsync REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE clientsync.about (
    practice text NOT NULL, name text NOT NULL, version integer NOT NULL, moved text,
    once boolean PRIMARY KEY DEFAULT true CHECK (once)
);

CREATE TABLE clientsync.kinds (kind text PRIMARY KEY, since text NOT NULL);
COMMENT ON TABLE clientsync.kinds IS 'The kinds of entries there are, and the version of the program that has them.';

CREATE TABLE clientsync.ledger (
    seq bigint PRIMARY KEY, at text NOT NULL, actor text NOT NULL, kind text NOT NULL REFERENCES clientsync.kinds,
    client text, software text, organisation_id text, body text NOT NULL CHECK (json_typeof(body::json) = 'object'), hash bytea NOT NULL
);

CREATE TABLE clientsync.head (
    seq bigint NOT NULL, hash bytea NOT NULL, at text NOT NULL, once boolean PRIMARY KEY DEFAULT true CHECK (once)
);
INSERT INTO clientsync.head VALUES (0, decode(repeat('00', 32), 'hex'), '');

CREATE TABLE clientsync.people (
    role name PRIMARY KEY, level text NOT NULL CHECK (level IN ('viewer', 'member', 'admin')),
    name text NOT NULL DEFAULT '', email text NOT NULL DEFAULT ''
);

CREATE TABLE clientsync.privileges (level text NOT NULL, privilege text NOT NULL, PRIMARY KEY (level, privilege));
COMMENT ON TABLE clientsync.privileges IS 'What GRANT gives to each kind of person; the program fills it from its table of rights.';

-- A text as JSON in ASCII, as in the program's own hash chain.
CREATE FUNCTION clientsync.ascii_json(t text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN t IS NULL THEN 'null'
        WHEN t COLLATE "C" !~ '[^ -~]' THEN to_json(t)::text
        ELSE (
            SELECT '"' || string_agg(
                CASE
                    WHEN ch = '"' THEN '\"'
                    WHEN ch = '\' THEN '\\'
                    WHEN code BETWEEN 32 AND 126 THEN ch
                    WHEN code = 8 THEN '\b'
                    WHEN code = 9 THEN '\t'
                    WHEN code = 10 THEN '\n'
                    WHEN code = 12 THEN '\f'
                    WHEN code = 13 THEN '\r'
                    WHEN code < 65536 THEN '\u' || lpad(to_hex(code), 4, '0')
                    ELSE '\u' || to_hex(55296 + (code - 65536) / 1024) || '\u' || to_hex(56320 + (code - 65536) % 1024)
                END, '' ORDER BY n) || '"'
            FROM (SELECT ch, ascii(ch) AS code, n FROM regexp_split_to_table(t, '') WITH ORDINALITY AS one (ch, n)) AS each
        )
    END
$$;

CREATE FUNCTION clientsync.link(
    before bytea, seq bigint, at text, actor text, kind text, client text, software text, organisation_id text, body text
) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = clientsync, pg_catalog, pg_temp AS $$
    SELECT sha256(before || convert_to('[' || seq || ',' || concat_ws(',', ascii_json(at), ascii_json(actor), ascii_json(kind),
        ascii_json(client), ascii_json(software), ascii_json(organisation_id), ascii_json(body)) || ']', 'UTF8'))
$$;

-- The server's time, but never earlier than the last entry's.
CREATE FUNCTION clientsync.stamp(last text) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT greatest(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') COLLATE "C", last COLLATE "C")
$$;

-- Keeps everyone else from appending until the transaction ends. `moved`: where the practice is now, if it is no longer here.
CREATE FUNCTION clientsync.lock_head(OUT seq bigint, OUT hash bytea, OUT at text, OUT actor text, OUT moved text)
LANGUAGE sql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
    SELECT h.seq, h.hash, stamp(h.at), session_user::text, a.moved FROM head h, about a FOR UPDATE OF h
$$;

-- The only way to append to the ledger. The server itself sets number, time, actor and hash.
CREATE FUNCTION clientsync.append(
    kinds text[], clients text[], softwares text[], organisation_ids text[], bodies text[], OUT last_seq bigint, OUT last_hash bytea
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
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

CREATE FUNCTION clientsync.give(person text, kind text) RETURNS void
LANGUAGE plpgsql SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    right_ text;
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA clientsync FROM %I', person);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA clientsync FROM %I', person);
    EXECUTE format('REVOKE ALL ON SCHEMA clientsync FROM %I', person);
    FOR right_ IN SELECT privilege FROM privileges WHERE level = kind LOOP
        EXECUTE format('GRANT %s TO %I', right_, person);
    END LOOP;
END
$$;

CREATE FUNCTION clientsync.grant_person(person text, kind text, called text, mail text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM head FOR UPDATE;
    IF person = session_user AND kind <> 'admin' THEN
        RAISE EXCEPTION 'an admin cannot take the right from themselves' USING ERRCODE = 'object_in_use';
    END IF;
    INSERT INTO people AS p VALUES (person, kind, coalesce(called, ''), coalesce(mail, ''))
        ON CONFLICT (role) DO UPDATE SET level = kind, name = coalesce(called, p.name), email = coalesce(mail, p.email);
    IF person <> (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'clientsync') THEN
        PERFORM give(person, kind);
    END IF;
    PERFORM pg_notify('clientsync', 'people');
END
$$;

CREATE FUNCTION clientsync.revoke_person(person text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM head FOR UPDATE;
    IF person = session_user THEN
        RAISE EXCEPTION 'an admin cannot take the right from themselves' USING ERRCODE = 'object_in_use';
    END IF;
    DELETE FROM people WHERE role = person;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM give(person, '');
    PERFORM pg_notify('clientsync', 'people');
    RETURN true;
END
$$;
