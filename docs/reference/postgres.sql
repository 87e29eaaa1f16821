-- Written by `make docs`; see docs/how-to/own-postgres.md.
-- Databases, roles and rights of thoth-ai. For psql, as a superuser; safe to run again.
-- Passwords are not here: they are set from the secret files whenever PostgreSQL starts.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['thoth_migrator', 'thoth_app', 'thoth_importer', 'thoth_reader']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name)
FROM unnest(ARRAY['thoth_migrator', 'thoth_app', 'thoth_importer', 'thoth_reader']) AS name \gexec

-- Text is compared byte by byte, as SQLite does.
SELECT 'CREATE DATABASE "thoth" OWNER "thoth_migrator" TEMPLATE template0'
    ' ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'thoth') \gexec
SELECT 'CREATE DATABASE "thoth_data" OWNER "thoth_importer" TEMPLATE template0'
    ' ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'thoth_data') \gexec

REVOKE ALL ON DATABASE "thoth", "thoth_data" FROM PUBLIC;
GRANT CONNECT ON DATABASE "thoth" TO "thoth_migrator", "thoth_app";
GRANT CONNECT ON DATABASE "thoth_data" TO "thoth_importer", "thoth_reader";

-- What limits generated SQL, besides what each of its transactions sets itself.
ALTER ROLE "thoth_reader" CONNECTION LIMIT 40;
ALTER ROLE "thoth_reader" SET default_transaction_read_only = on;
ALTER ROLE "thoth_reader" SET statement_timeout = '60s';
ALTER ROLE "thoth_reader" SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE "thoth_reader" SET temp_file_limit = '1GB';

\connect "thoth"
-- Whatever holds the vectors now: it may be here one day.
CREATE EXTENSION IF NOT EXISTS vector;
-- The application makes and drops these tables itself; `setup` may do it in its place.
CREATE SCHEMA IF NOT EXISTS vectors AUTHORIZATION "thoth_app";
GRANT "thoth_app" TO "thoth_migrator";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "thoth_migrator";

\connect "thoth_data"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Functions whose effect outlives a rolled back, read-only transaction, or which run SQL of their own.
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.oid::regprocedure)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'pg_catalog' AND (
    p.proname ~ '^(lo_|pg_(try_)?advisory_|(query|table|schema|database|cursor)_to_xml|pg_logical_)'
    OR p.proname IN ('set_config', 'pg_notify', 'pg_terminate_backend', 'pg_cancel_backend',
        'pg_export_snapshot', 'lowrite', 'loread', 'ts_stat', 'ts_rewrite')
) \gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO "thoth_importer"', p.oid::regprocedure)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'pg_catalog' AND p.proname ~ '^pg_(try_)?advisory_' \gexec
