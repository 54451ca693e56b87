-- Limits on calls that several hosts share. A host requests a block of calls from time to time, and spends it on its own.

CREATE TABLE clientsync.rates (lane text, seconds integer, part bigint, n integer NOT NULL, PRIMARY KEY (lane, seconds, part));

-- Grants up to `wanted` of the `allowed` calls in `seconds`, or says how long to wait. A rate's time advances in twelve steps.
CREATE FUNCTION clientsync.take_calls(
    of_lane text, allowed integer, in_seconds integer, wanted integer, OUT granted integer, OUT wait_s double precision
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = clientsync, pg_catalog, pg_temp AS $$
DECLARE
    clock double precision;
    now_part bigint;
    first_part bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(of_lane, in_seconds));
    clock := extract(epoch FROM clock_timestamp());
    now_part := floor(clock * 12 / in_seconds);
    DELETE FROM rates WHERE lane = of_lane AND seconds = in_seconds AND part NOT BETWEEN now_part - 12 AND now_part;
    SELECT least(wanted, allowed - coalesce(sum(n), 0)), min(part) INTO granted, first_part
        FROM rates WHERE lane = of_lane AND seconds = in_seconds;
    IF granted > 0 THEN
        INSERT INTO rates AS r VALUES (of_lane, in_seconds, now_part, granted)
            ON CONFLICT (lane, seconds, part) DO UPDATE SET n = r.n + excluded.n;
        wait_s := 0;
    ELSE
        granted := 0;
        wait_s := greatest(0.05, (first_part + 13) * in_seconds / 12.0 - clock);
    END IF;
END
$$;
