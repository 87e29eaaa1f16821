"""What is counted; one process serves, so one registry holds everything."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()

REQUESTS = Counter(
    "thoth_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
LATENCY = Histogram(
    "thoth_http_request_seconds",
    "Time to answer a request.",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
QUESTIONS = Counter(
    "thoth_questions", "Questions asked, by what came of them.", ("outcome",), registry=REGISTRY
)
TOKENS = Counter(
    "thoth_model_tokens", "Tokens sent and received.", ("provider", "direction"), registry=REGISTRY
)
COST = Counter(
    "thoth_model_cost_usd", "Cost where the price is known.", ("provider",), registry=REGISTRY
)
MODEL_FAILURES = Counter(
    "thoth_model_failures",
    "Requests that a provider did not answer.",
    ("provider", "kind"),
    registry=REGISTRY,
)
BUILD_INFO = Gauge(
    "thoth_build_info", "Which build serves.", ("version", "revision"), registry=REGISTRY
)
QUESTION_SECONDS = Histogram(
    "thoth_question_seconds",
    "Time from a question to its answer.",
    ("outcome",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300),
    registry=REGISTRY,
)
JOBS = Counter(
    "thoth_jobs",
    "Jobs that ended, and how: done, failed or put back.",
    ("kind", "outcome"),
    registry=REGISTRY,
)
JOB_SECONDS = Histogram(
    "thoth_job_seconds",
    "Time that a job ran.",
    ("kind",),
    buckets=(1, 5, 15, 60, 300, 900, 3600, 10800),
    registry=REGISTRY,
)
JOBS_RUNNING = Gauge("thoth_jobs_running", "Jobs under way here.", ("kind",), registry=REGISTRY)
ProcessCollector(registry=REGISTRY)
