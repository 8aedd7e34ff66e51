-- The role of those who read the shared views. It cannot log in by itself: give it to accounts that can,
--   CREATE ROLE phan_mem_can_bo LOGIN PASSWORD '…' IN ROLE nhacchuan_reader;
-- Running this again changes nothing. Where the product's own account may not create roles, an administrator of the
-- server runs this file in the product's database.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nhacchuan_reader')
        AND (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)
    THEN
        BEGIN
            CREATE ROLE nhacchuan_reader NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server was quicker
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'nhacchuan_reader') THEN
        GRANT SELECT ON compliance_gap, compliance_deadline, delivery_record TO nhacchuan_reader;
    END IF;
END $$;
