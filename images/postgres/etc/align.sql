-- The password goes from its file to the server: no argument and no variable of a process holds it.
\set VERBOSITY terse
\set password `cat :'file'`
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') AS absent \gset
\if :absent
  CREATE ROLE :"role" LOGIN;
\endif
ALTER ROLE :"role" PASSWORD :'password';
