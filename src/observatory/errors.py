"""Every error the observatory raises on purpose.

ObservatoryError
├── SettingError         a setting, a flag or a file of ours (TOML, job) is wrong          exit 2
│   └── WorkspaceError   no workspace here, or one made by a newer version                 exit 2
├── BadInput             what was handed in cannot be used as it is                        exit 1
│   ├── BadFile          a file cannot be read (empty, truncated, wrong encoding)
│   ├── BadPosting       one posting cannot be stored; its `reason` is kept with it
│   └── BadTaxonomy      a classification file is of another scheme or incomplete
├── NotEnoughData        the question cannot be answered from what is stored               exit 1
├── MissingPart          a model, font, program or extra is not installed                  exit 1
├── ReviewError          a step of the review cannot be taken                              exit 1
│   ├── NotAllowed       this person may not take it
│   ├── Stale            somebody else changed the thing meanwhile: look, then try again
│   └── WrongState       the thing is not in a state that allows it (closed, merged, no quorum)
├── StorageError         the corpus cannot be read or written (disk full, read-only)       exit 1
│   └── Superseded       another scheduler has taken over: the ledger takes nothing more from this one
└── FetchError           a source did not give what was asked                              exit 1
    ├── Unreachable      time-out, 429, 5xx: asking again later can help
    ├── NoSuchBoard      404 or 410: the board or page is not there
    ├── KeyRefused       401 or 403: a key is missing, wrong or expired
    ├── Walled           a page that asks for a person or a password came in place of the answer
    └── SourceChanged    the answer no longer has the documented shape: a person must look
"""

from __future__ import annotations


class ObservatoryError(Exception):
    """Root of the tree. The message says what came, what was expected and what to do.

    `retry` tells a caller whether the same call may succeed later without a person changing
    anything; `exit_code` is what the command line ends with.
    """

    retry: bool = False
    exit_code: int = 1


class SettingError(ObservatoryError):
    """A setting, a flag or a file of ours is wrong."""

    exit_code = 2


class WorkspaceError(SettingError):
    """There is no workspace here, or one that this version cannot open."""


class BadInput(ObservatoryError):
    """What was handed in cannot be used as it is."""


class BadFile(BadInput):
    """A file cannot be read: empty, truncated, in another encoding, of another format."""


class BadPosting(BadInput):
    """One posting cannot be stored; `reason` is a short stable word for counting."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BadTaxonomy(BadInput):
    """A classification file is of another scheme, or lacks what the scheme needs."""


class NotEnoughData(ObservatoryError):
    """The question cannot be answered from what is stored as of the date asked."""


class MissingPart(ObservatoryError):
    """A model, font, program or optional package is not installed; the message says how to get it."""


class ReviewError(ObservatoryError):
    """A step of the review cannot be taken; nothing was changed."""


class NotAllowed(ReviewError):
    """This person may not take the step."""


class Stale(ReviewError):
    """Somebody else changed the thing meanwhile: look at it again, then decide."""

    retry = True


class WrongState(ReviewError):
    """The thing is not in a state that allows the step: closed, merged, tied, without quorum.

    `field` is the field of the form that the refusal is about, where there is one.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StorageError(ObservatoryError):
    """The corpus cannot be read or written; what was stored before is untouched."""

    retry = True


class Superseded(StorageError):
    """Another scheduler has taken over, so the ledger refuses what this one writes; it goes back to waiting."""

    retry = False


class FetchError(ObservatoryError):
    """A source did not give what was asked."""


class Unreachable(FetchError):
    """Time-out, 429 or 5xx after bounded retries: asking again later can help."""

    retry = True


class NoSuchBoard(FetchError):
    """404 or 410: there is no such board or page, or no longer."""


class KeyRefused(FetchError):
    """401 or 403: a key is missing, wrong or expired."""


class Walled(FetchError):
    """A page that asks for a person or a password came in place of the answer."""


class SourceChanged(FetchError):
    """The answer no longer has the documented shape: a person must look."""
