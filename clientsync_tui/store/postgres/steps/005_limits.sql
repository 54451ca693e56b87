-- Limits what members can do with their own SQL.

-- Our programs never write a body that is longer, deeper or has larger numbers. Existing entries stay.
CREATE FUNCTION clientsync.is_moderate(body text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF octet_length(body) > 1048576 THEN
        RETURN false;
    END IF;
    RETURN NOT jsonb_path_exists(body::jsonb, 'lax $.**{20 to last}')
        AND NOT jsonb_path_exists(body::jsonb, 'strict $.** ? (@.type() == "number" && (@ > 999999999999999999 || @ < -999999999999999999))');
EXCEPTION
    -- Half of a surrogate pair, or a zero byte.
    WHEN untranslatable_character OR invalid_text_representation THEN
        RETURN false;
END
$$;
ALTER TABLE clientsync.ledger ADD CONSTRAINT ledger_body_limits CHECK (clientsync.is_moderate(body)) NOT VALID;
