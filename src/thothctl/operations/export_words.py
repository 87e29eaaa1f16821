"""What an export says of itself."""

README = """\
# The data of {name}

Exported {created} from version {version}, all stores of one moment. Nothing here needs thothctl;
there are no passwords and no keys here, but everything else: keep it where nobody else reads it.

    sha256sum --check SHA256SUMS

| what | how to read it |
|---|---|
| `export.json` | when, from what, and the number of rows of each table |
| `settings.yaml` | what the user chose |
| `workspaces/NAME.json` | what is known of each database: descriptions, evidence, examples |
| `data/` | files as they are, no secrets: `sqlite3 data/thoth.sqlite`, what was imported |
| `postgres/globals.sql` | roles: `psql -d postgres -f globals.sql` |
| `postgres/NAME.dump` | a database: `pg_restore --create -d postgres NAME.dump`, as SQL `-f -` |
| `redis/` | an append-only folder that a Redis server starts from |
| `chroma/` | the folder that a Chroma server starts from |
| `qdrant/NAME.snapshot` | a collection: `POST /collections/NAME/snapshots/upload` |

Only what the install had is here.
"""
