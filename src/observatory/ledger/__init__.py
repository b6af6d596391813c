"""What the scheduler remembers: runs owed and done, requests, mail, issues; and the locks.

It imports no stage, so the site may read it and enter requests.
"""

from observatory.ledger.book import Ledger, open_ledger
from observatory.ledger.locks import Lock
from observatory.ledger.rows import (
    DONE,
    ENDED,
    FAILED,
    MISSED,
    OWED,
    REFUSED,
    RUNNING,
    SENDING,
    SENT,
    STOPPED,
    UNSURE,
    WAITING,
    Entry,
    IssueRow,
    JobRow,
    Letter,
    MailRow,
    RequestRow,
    RunRow,
    SchedulerRow,
)

__all__ = [
    "DONE", "ENDED", "FAILED", "MISSED", "OWED", "REFUSED", "RUNNING", "SENDING", "SENT", "STOPPED", "UNSURE", "WAITING",
    "Entry", "IssueRow", "JobRow", "Ledger", "Letter", "Lock", "MailRow", "RequestRow", "RunRow", "SchedulerRow",
    "open_ledger",
]  # fmt: skip
