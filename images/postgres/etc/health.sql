SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'thoth_health') AS absent \gset
\if :absent
  CREATE ROLE thoth_health LOGIN NOINHERIT CONNECTION LIMIT 3;
  GRANT pg_use_reserved_connections TO thoth_health WITH INHERIT TRUE;
\endif
