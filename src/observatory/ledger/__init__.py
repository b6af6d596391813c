"""What the scheduler remembers: runs owed and done, requests, mail, issues; and the locks.

It imports no stage, so the site may read it and enter requests.
"""

from observatory.ledger.book import Ledger, open_ledger
from observatory.ledger.locks import Lock
from observatory.ledger.rows import (
    DONE,
    ENDED,
    FAILED,
    LOCK,
    MISSED,
    OWED,
    REFUSED,
    RUNNING,
    SENDING,
    SENT,
    SILENCE,
    STOPPED,
    UNSURE,
    WAITING,
    Entry,
    IssueRow,
    JobRow,
    LeadRow,
    Letter,
    MailRow,
    RequestRow,
    RunRow,
    SchedulerRow,
)

__all__ = [
    "DONE", "ENDED", "FAILED", "LOCK", "MISSED", "OWED", "REFUSED", "RUNNING", "SENDING", "SENT", "SILENCE", "STOPPED",
    "UNSURE", "WAITING", "Entry", "IssueRow", "JobRow", "LeadRow", "Ledger", "Letter", "Lock", "MailRow", "RequestRow",
    "RunRow", "SchedulerRow", "open_ledger",
]  # fmt: skip
