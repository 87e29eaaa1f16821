"""What settings do not go together, or not with what is installed."""

from thothctl.config.strength import THROW_AWAY
from thothctl.errors import InvalidInputError
from thothctl.model.address import has_edge, has_own_postgres, is_development, is_local
from thothctl.model.stack import ROLE, Stack
from thothctl.operations.consequences import SetupRequest
from thothctl.world import World


def refuse_misfit(world: World, request: SetupRequest, stack: Stack) -> None:
    """Raise InvalidInputError before anything is touched."""
    if is_development(request.settings):
        _refuse_exposed(request)
        _refuse_without_source(world, request)
    else:
        _refuse_throw_away(world, request, stack)
    _refuse_moved(world, request)
    _refuse_unnamed(request)


def _refuse_unnamed(request: SetupRequest) -> None:
    """What PostgreSQL or its client would refuse later, in other words."""
    settings = request.settings
    if settings.get("postgres.sslmode") == "verify-ca" and not settings.get("postgres.ca"):
        raise InvalidInputError(
            "postgres.sslmode verify-ca needs the authority that it is to trust",
            hint="give --set postgres.ca=FILE, or take verify-full, which trusts public ones",
        )
    for key in ("postgres.database", "postgres.data_database"):
        if not ROLE.fullmatch(str(settings.get(key, "thoth"))):
            raise InvalidInputError(
                f"{key}: {settings[key]!r} is no plain name of a database",
                hint="use small letters, digits and _",
            )


def _refuse_exposed(request: SetupRequest) -> None:
    if not is_local(request.settings):
        raise InvalidInputError(
            "development listens on loopback only: everybody knows its passwords",
            hint="give --bind 127.0.0.1 and --no-public, or --mode production",
        )


def _refuse_without_source(world: World, request: SetupRequest) -> None:
    given = str(request.settings.get("source", ""))
    if (folder := world.bundles.source(given)) is None:
        where = f"{given} holds no source of the server" if given else "there is no source here"
        raise InvalidInputError(
            f"{where}: development runs what lies in a checkout",
            hint="give --source FOLDER, the folder images/thoth-ai of a checkout",
        )
    if any(not c.isprintable() or c in "'\\" for c in str(folder)):
        raise InvalidInputError(
            f"the path {folder} cannot be mounted", hint="move the checkout to a plain path"
        )


def _refuse_moved(world: World, request: SetupRequest) -> None:
    """The data would be looked for where it is not."""
    number = world.installs.active(request.name)
    if number is None:
        return
    before = world.installs.release(request.name, number).settings
    if has_edge(before) and has_own_postgres(before) != has_own_postgres(request.settings):
        raise InvalidInputError(
            f"the data of {request.name} would stay behind in the other PostgreSQL",
            hint="install under another name with --install, import again, and move the knowledge",
        )


def _refuse_throw_away(world: World, request: SetupRequest, stack: Stack) -> None:
    name, installs = request.name, world.installs
    kept = [
        spec.name
        for spec in stack.secrets_for(request.settings)
        if spec.name not in request.offered and installs.has_secret(name, spec.name)
    ]
    if any(installs.secret(name, secret).reveal().startswith(THROW_AWAY) for secret in kept):
        raise InvalidInputError(
            f"{name} has the throw-away passwords of development",
            hint=f"run `thothctl secrets rotate --all --install {name}` first, "
            "or install under another name with --install",
        )
