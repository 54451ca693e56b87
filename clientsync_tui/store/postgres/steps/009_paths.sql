-- Without pg_temp at the end of its path, a function looks for types and tables among the caller's temporary ones first. A member could
-- then plant a type whose check runs with the owner's rights. Practices created with earlier steps have such functions.
DO $$
DECLARE
    unsafe record;
BEGIN
    FOR unsafe IN
        SELECT oid::regprocedure AS name, substr(setting, length('search_path=') + 1) AS path
            FROM pg_proc, unnest(proconfig) AS setting
            WHERE pronamespace = 'clientsync'::regnamespace AND setting LIKE 'search\_path=%' AND setting NOT LIKE '%, pg\_temp'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %s, pg_temp', unsafe.name, unsafe.path);
    END LOOP;
END
$$;
