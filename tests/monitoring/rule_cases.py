"""For every alert the figures that set it off, and figures close by that do not."""

from dataclasses import dataclass

from thothctl.config.monitoring import TARGETS

Series = dict[str, str]
CONTAINER = '{service="app",container="x-app-1"}'
DISK = '{place="/data"}'


@dataclass(frozen=True)
class Case:
    """Series in promtool's notation, one value a minute; looked at after so many minutes."""

    alert: str
    fires: Series
    calm: Series
    minutes: int = 30


def jobs() -> Series:
    return {f'up{{job="{one.job}"}}': "1x60" for one in TARGETS}


def disk(free: int) -> Series:
    return {
        f"thothctl_disk_free_bytes{DISK}": f"{free}x60",
        f"thothctl_disk_size_bytes{DISK}": "100x60",
    }


def memory(used: int, limit: int = 100) -> Series:
    return {
        f"thothctl_container_memory_bytes{CONTAINER}": f"{used}x60",
        f"thothctl_container_memory_limit_bytes{CONTAINER}": f"{limit}x60",
    }


def requests(failed: int) -> Series:
    return {
        'thoth_http_requests_total{status="200"}': "0+90x60",
        'thoth_http_requests_total{status="500"}': f"0+{failed}x60",
    }


def answers(within: int) -> Series:
    """Ten questions a minute, `within` of them in 30 seconds and the others in a minute."""
    return {
        'thoth_question_seconds_bucket{le="30"}': f"0+{within}x60",
        'thoth_question_seconds_bucket{le="60"}': "0+10x60",
        'thoth_question_seconds_bucket{le="+Inf"}': "0+10x60",
    }


def failures(kind: str, growth: int) -> Series:
    labels = f'{{provider="openai",kind="{kind}"}}'
    return {f"thoth_model_failures_total{labels}": f"0+{growth}x60"}


def connections(used: int) -> Series:
    return {
        "thoth_postgres_connections": f"{used}x60",
        "thoth_postgres_connections_limit": "100x60",
    }


def redis(used: int, limit: int = 100) -> Series:
    return {
        "thoth_redis_memory_bytes": f"{used}x60",
        "thoth_redis_memory_limit_bytes": f"{limit}x60",
    }


CASES = (
    Case("ServiceDown", {'up{job="app"}': "1x9 0x50"}, {'up{job="app"}': "1x28 0 1x30"}),
    Case(
        "ServiceGone",
        jobs() | {'up{job="app"}': "1x20 _x40"},
        jobs() | {'up{job="app"}': "0x60"},
    ),
    Case(
        "ServiceGone",
        jobs() | {'up{job="worker"}': "1x20 _x40"},
        jobs() | {'up{job="worker"}': "0x60"},
    ),
    Case("DatabaseConnections", connections(81), connections(80)),
    Case("RedisDown", {"thoth_redis_up": "0x60"}, {"thoth_redis_up": "1x60"}),
    Case("RedisFull", redis(91), {**redis(90), **redis(91, limit=0)}),
    Case(
        "VectorsWait",
        {"thoth_vector_points_waiting": "3x100"},
        {"thoth_vector_points_waiting": "3x50 0x50"},
        minutes=90,
    ),
    Case(
        "ContainerStopped",
        {f"thothctl_container_running{CONTAINER}": "0x60"},
        {f"thothctl_container_running{CONTAINER}": "0x3 1x60"},
    ),
    Case(
        "ContainerRestarts",
        {f"thothctl_container_restarts{CONTAINER}": "4x19 7x40"},
        {f"thothctl_container_restarts{CONTAINER}": "4x19 6x40"},
    ),
    Case("ContainerMemory", memory(91), {**memory(90), **memory(91, limit=0)}),
    Case("DiskFilling", disk(9), disk(10)),
    Case("DiskFull", disk(4), disk(5)),
    Case("ErrorRate", requests(10), requests(1)),
    Case("SlowAnswers", answers(9), answers(10)),
    Case("ProviderFailing", failures("timeout", 1), failures("timeout", 0)),
    Case("ProviderRefuses", failures("invalid_key", 1), failures("timeout", 1)),
    Case("DatabaseDown", {"thoth_database_up": "0x60"}, {"thoth_database_up": "1x60"}),
    Case("VectorStoreDown", {"thoth_vector_store_up": "0x60"}, {"thoth_vector_store_up": "1x60"}),
    Case(
        "QueueStuck",
        {"thoth_oldest_waiting_job_seconds": "901x60"},
        {"thoth_oldest_waiting_job_seconds": "900x60"},
    ),
    Case(
        "JobsFail",
        {'thoth_jobs_total{kind="import",outcome="failed"}': "0+1x60"},
        {'thoth_jobs_total{kind="import",outcome="done"}': "0+1x60"},
    ),
    Case(
        "BackupOld",
        {"thothctl_backup_last_success_timestamp_seconds": "0x1900"},
        {"thothctl_backup_last_success_timestamp_seconds": "0x900 54000x1000"},
        minutes=27 * 60,
    ),
    Case(
        "BackupOld",
        {"thothctl_installed_timestamp_seconds": "0x1900"},
        {
            "thothctl_installed_timestamp_seconds": "0x1900",
            "thothctl_backup_last_success_timestamp_seconds": "54000x1900",
        },
        minutes=27 * 60,
    ),
    Case(
        "OperationOpen",
        {"thothctl_operation_open": "1x60"},
        {"thothctl_operation_open": "1x20 0 1x60"},
        minutes=40,
    ),
    Case(
        "CertificateExpires",
        {"thothctl_certificate_expiry_timestamp_seconds": "1200000x60"},
        {"thothctl_certificate_expiry_timestamp_seconds": "1300000x60"},
    ),
    Case(
        "CertificateExpiresNow",
        {"thothctl_certificate_expiry_timestamp_seconds": "200000x60"},
        {"thothctl_certificate_expiry_timestamp_seconds": "300000x60"},
    ),
    Case(
        "FiguresOld",
        {"thothctl_written_timestamp_seconds": "0x60"},
        {"thothctl_written_timestamp_seconds": "0+60x60"},
        minutes=40,
    ),
    Case(
        "ConfigurationRefused",
        {"prometheus_config_last_reload_successful": "0x60"},
        {"prometheus_config_last_reload_successful": "1x60"},
    ),
    Case(
        "RulesFail",
        {'prometheus_rule_evaluation_failures_total{rule_group="disks"}': "0+1x60"},
        {'prometheus_rule_evaluation_failures_total{rule_group="disks"}': "5x60"},
    ),
    Case(
        "NobodyIsTold",
        {'alertmanager_notifications_failed_total{integration="email"}': "0+1x60"},
        {'alertmanager_notifications_failed_total{integration="email"}': "5x60"},
    ),
)
