-- A job belongs to the role that the server saw, whatever the program says.
CREATE FUNCTION clientsync.author() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.by := session_user::text;
    RETURN NEW;
END
$$;
CREATE TRIGGER author BEFORE INSERT ON clientsync.jobs FOR EACH ROW EXECUTE FUNCTION clientsync.author();

-- The tables' owner can do anything with them, and so stays an admin.
CREATE FUNCTION clientsync.is_owner(person text) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT person = pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'clientsync'
$$;

CREATE OR REPLACE FUNCTION clientsync.grant_person(person text, kind text, called text, mail text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM head FOR UPDATE;
    IF person = session_user AND kind <> 'admin' THEN
        RAISE EXCEPTION 'an admin cannot take the right from themselves' USING ERRCODE = 'object_in_use';
    END IF;
    IF is_owner(person) AND kind <> 'admin' THEN
        RAISE EXCEPTION 'whoever made the practice stays an admin' USING ERRCODE = 'object_in_use';
    END IF;
    INSERT INTO people AS p VALUES (person, kind, coalesce(called, ''), coalesce(mail, ''))
        ON CONFLICT (role) DO UPDATE SET level = kind, name = coalesce(called, p.name), email = coalesce(mail, p.email);
    IF NOT is_owner(person) THEN
        PERFORM give(person, kind);
    END IF;
    PERFORM pg_notify('clientsync', 'people');
END
$$;

CREATE OR REPLACE FUNCTION clientsync.revoke_person(person text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM head FOR UPDATE;
    IF person = session_user THEN
        RAISE EXCEPTION 'an admin cannot take the right from themselves' USING ERRCODE = 'object_in_use';
    END IF;
    IF is_owner(person) THEN
        RAISE EXCEPTION 'whoever made the practice stays an admin' USING ERRCODE = 'object_in_use';
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
