-- A cluster for schema-based sharding (Citus 12 or newer), on the coordinator as superuser, each statement by itself.
-- Nobody has run Peyvand on a cluster yet: read "Several database machines" in docs/operations.md first.

-- In postgresql.conf of every node: shared_preload_libraries = 'citus', and in the database, on every node:
CREATE EXTENSION citus;

SELECT citus_set_coordinator_host('10.0.0.5', 5432);
SELECT citus_add_node('10.0.0.21', 5432);
SELECT citus_add_node('10.0.0.22', 5432);

-- From now on a schema that is made belongs to a node, with every table that is made in it. public and ext, which exist
-- already, stay on the coordinator: organizations, catalogue and console are small.
ALTER DATABASE peyvand SET citus.enable_schema_based_sharding = on;

-- Workspaces that exist already, one after the other (their writes wait meanwhile):
--   SELECT citus_schema_distribute('t_…');
-- A workspace to another node, while it is written to (logical replication):
--   SELECT citus_schema_move('t_…', '10.0.0.22', 5432);
-- Where they are:
--   SELECT * FROM citus_schemas ORDER BY schema_size DESC;
