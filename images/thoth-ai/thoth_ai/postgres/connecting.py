"""Which PostgreSQL is used, and as whom."""

from dataclasses import dataclass, field

from thoth_ai import environment

PORT = 5432
AS_MIGRATOR = "THOTH_AS_MIGRATOR"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A user of PostgreSQL, with a password where one was given."""

    user: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Postgres:
    """One server with two databases: the application's own and the imported ones."""

    host: str
    port: int
    database: str
    data_database: str
    ssl_mode: str
    app: Role
    migrator: Role
    importer: Role
    reader: Role
    pool_size: int

    def parameters(self, role: Role, database: str) -> dict[str, str | int]:
        """Return what libpq needs to connect; a dead network is noticed within half a minute."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": database,
            "user": role.user,
            "password": role.password,
            "sslmode": self.ssl_mode,
            "application_name": "thoth-ai",
            **_PATIENCE,
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may show."""
        return tuple(
            role.password for role in (self.app, self.migrator, self.importer, self.reader)
        )


def from_environment() -> Postgres | None:
    """Read the settings; without a host there is no PostgreSQL."""
    host = environment.text("POSTGRES_HOST")
    if not host:
        return None
    return Postgres(
        host=host,
        port=environment.number("POSTGRES_PORT", PORT, lowest=1, highest=65535),
        database=environment.text("POSTGRES_DB", "thoth"),
        data_database=environment.text("POSTGRES_DATA_DB", "thoth_data"),
        ssl_mode=environment.choice("POSTGRES_SSLMODE", "prefer", SSL_MODES),
        app=_role("APP"),
        migrator=_role("MIGRATOR"),
        importer=_role("IMPORTER"),
        reader=_role("READER"),
        pool_size=environment.number("POSTGRES_POOL_SIZE", 20, lowest=1, highest=500),
    )


def role_of_process(postgres: Postgres) -> Role:
    """Return who this process is: the migrator where the command said so, else the application."""
    return postgres.migrator if environment.flag(AS_MIGRATOR) else postgres.app


def _role(name: str) -> Role:
    user = environment.text(f"POSTGRES_{name}_USER", f"thoth_{name.lower()}")
    return Role(user, environment.text(f"POSTGRES_{name}_PASSWORD"))
