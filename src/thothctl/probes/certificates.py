"""Says in time that a certificate is about to expire."""

from datetime import datetime, timedelta

from thothctl.model.certificate import Certificate, Refused
from thothctl.model.finding import Finding, Verdict

PROBE = "certificate"
NOTICE = timedelta(days=30)
WARNING = timedelta(days=14)
LAST_CALL = timedelta(days=3)


def expiry(certificate: Certificate, now: datetime, *, renewal: str) -> Finding:
    """Judge how long it lasts; `renewal` says how this install gets its next one."""
    left = certificate.left(now)
    date = f"{certificate.valid_until:%Y-%m-%d}"
    if left <= timedelta(0):
        return Finding(PROBE, Verdict.FAIL, f"the certificate expired on {date}", renewal)
    summary = f"the certificate is valid until {date}, {left.days} days from now"
    if left <= certificate.within(LAST_CALL):
        return Finding(PROBE, Verdict.FAIL, f"{summary}: renew it today", renewal)
    if left <= certificate.within(WARNING):
        return Finding(PROBE, Verdict.WARN, f"{summary}: its renewal is overdue", renewal)
    if left <= certificate.within(NOTICE):
        return Finding(PROBE, Verdict.WARN, f"{summary}: it is time to renew it", renewal)
    return Finding(PROBE, Verdict.PASS, summary)


def refused(why: Refused, certificate: Certificate, now: datetime) -> Finding:
    """The authority gave none: how urgent that is depends on what is served instead."""
    date = f"{certificate.valid_until:%Y-%m-%d}"
    urgent = certificate.left(now) <= certificate.within(LAST_CALL)
    summary = f"{why.message} (on {why.at}); what is served instead is valid until {date}"
    return Finding(PROBE, Verdict.FAIL if urgent else Verdict.WARN, summary, why.hint)
