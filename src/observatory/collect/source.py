"""What a source is: something that yields pages of postings after a cursor, and writes nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from observatory.collect.http import Answer, Client, is_wall
from observatory.errors import SettingError, SourceChanged, Walled
from observatory.records import RawPosting, Rejected

Options = Mapping[str, Any]
NO_OPTIONS: Options = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Postings of one answer, those set aside at once, and the cursor to go on after this page.

    The caller stores the page first and the cursor second, so a stop between them reads a page
    twice and loses none. `seen` are ids that the answer lists and that are known already, `gone` ids
    that the source says are withdrawn. `complete` ends a listing of all that is open: what it did
    not list is missing. `unchanged`: the source says that its listing is the one of last time.
    """

    postings: tuple[RawPosting, ...]
    rejected: tuple[Rejected, ...] = ()
    cursor: str = ""
    done_bytes: int = 0
    seen: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    complete: bool = False
    unchanged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a source allows, shown to the operator and in reports, and kept by the program.

    `use` says what its postings may be used for; after `retention_days` (None = no limit) texts are
    deleted and counts stay; `rate` is requests a second; `open_data` means that nothing has to be
    accepted before the source runs; `every_hours` is how often it may be asked
    (0 = as often as its rate allows): a collection that comes sooner leaves it out.
    """

    licence: str
    attribution: str
    page: str
    use: str = "statistics and short citation with the source's name"
    retention_days: int | None = None
    rate: float = 1.0
    open_data: bool = False
    every_hours: float = 0.0


class Source(Protocol):
    """A live source. `name` is what its postings are filed under."""

    name: str
    terms: ClassVar[Terms]

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        """Pages after `cursor` ("" = from the start), of postings not older than `since`.

        Raises `Unreachable` when asking again can help, `SourceChanged` when a person must look.
        """


Model = TypeVar("Model", bound=BaseModel)


def parse_answer(source: str, model: type[Model], answer: object) -> Model:
    """An answer in its documented shape. Raises `SourceChanged` naming the field that differs."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise SourceChanged(
            f"{source}: the answer has another shape than documented, at {_first(error)}. "
            f"Nothing of this page was stored; the source's file must learn the new shape"
        ) from error


def parse_items(
    source: str, model: type[Model], items: Sequence[object], *, now: dt.datetime
) -> tuple[list[Model], tuple[Rejected, ...]]:
    """Items of an answer in their documented shape; one in another shape is set aside with its reason.

    Raises `SourceChanged` when most of them have another shape: then it is the source that changed.
    """
    good, bad, why = [], [], ""
    for item in items:
        try:
            good.append(model.model_validate(item))
        except ValidationError as error:
            why = _first(error)
            raw = json.dumps(item, ensure_ascii=False, default=str)[:4_000]
            identity = str(item.get("id", "")) if isinstance(item, Mapping) else ""
            bad.append(Rejected(
                source=source, source_id=identity, reason="another shape", detail=why, origin="", raw=raw, collected_at=now
            ))  # fmt: skip
    if len(bad) > len(good):
        raise SourceChanged(
            f"{source}: {len(bad)} of {len(items)} postings have another shape than documented, the last at {why}. "
            f"Nothing of this page was stored; the source's file must learn the new shape"
        )
    return good, tuple(bad)


class WholeBoard:
    """A board that gives all its open postings in one answer; the cursor holds what the board calls
    its state (ETag, Last-Modified), so that an unchanged board is not sent again."""

    name: str
    terms: ClassVar[Terms]
    headers: ClassVar[Mapping[str, str]] = {}
    params: ClassVar[Mapping[str, str | int]] = {}
    single: ClassVar[bool] = False  # the source is one board, without a name

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        kind = type(self).__name__.lower()
        self._client, self._options = client, options
        self._board = "" if self.single else board_name(kind, board)
        self._employer = str(options.get("employer", ""))
        self.name = kind if self.single else f"{kind}:{board}"

    def url(self) -> str:
        """The address of the board's listing."""
        raise NotImplementedError

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        """The postings of the answer, and the items set aside."""
        raise NotImplementedError

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        answer = self._client.ask(self.url(), params=self.params, headers={**self.headers, **conditions(cursor)})
        if answer.status == 304:
            yield Page(postings=(), cursor=cursor, complete=True, unchanged=True)
            return
        postings, rejected = self.read(answer)
        yield Page(
            postings=tuple(one for one in postings if not older(one, since)), rejected=rejected,
            seen=tuple(one.source_id for one in postings), cursor=state_of(answer), complete=True,
        )  # fmt: skip


def conditions(cursor: str) -> dict[str, str]:
    """The headers that ask only for what changed since the answer whose state is in `cursor`."""
    try:
        state = json.loads(cursor) if cursor.startswith("{") else {}
    except ValueError:
        return {}
    names = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
    return {names[name]: str(value) for name, value in state.items() if name in names and value}


def state_of(answer: Answer) -> str:
    """What an answer calls its state, as a cursor; "" when it names none."""
    state = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
    return json.dumps({name: value for name, value in state.items() if value}) if any(state.values()) else ""


def older(posting: RawPosting, since: dt.datetime | None) -> bool:
    """Whether a posting surely lies before `since`; one whose date is not understood does not."""
    if since is None or posting.posted_at in (None, ""):
        return False
    value = posting.posted_at
    try:
        if isinstance(value, int | float):
            when = dt.datetime.fromtimestamp(value / (1_000 if value > 1e11 else 1), dt.UTC)
        else:
            when = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return False
    return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)) < since


def board_name(kind: str, board: str) -> str:
    """A board's name as it may stand in an address. Raises `SettingError` for anything else."""
    plain = board.replace("-", "").replace("_", "").replace(".", "").replace("/", "").replace("@", "")
    if not board or not plain.isalnum() or ".." in board or board.startswith(("/", ".")) or len(board) > 200:
        raise SettingError(
            f"{kind.lower()} needs the name of a board, as in its address: {kind.lower()}:BOARD; letters, digits, "
            f"'-', '_', '.' and '/' are allowed, not {board[:60]!r}"
        )
    return board


def required(kind: str, options: Options, name: str, what: str) -> str:
    """A setting that a source cannot do without. Raises `SettingError` saying where it belongs."""
    value = options.get(name)
    if not value:
        raise SettingError(
            f"{kind} needs {what}: put {name} under [sources.{kind}] in sources.toml, or in the environment as "
            f"OBSERVATORY_SOURCE_{kind.upper()}_{name.upper()} (…_FILE names a file that holds it)"
        )
    return str(value)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the top'}: {first['msg']}"


Known = Callable[[str], bool]


def nothing_known(_: str) -> bool:
    """No posting is known."""
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One page of a listing: its postings, what was set aside, all ids it lists, and the next page's
    place (None = it was the last)."""

    postings: list[RawPosting]
    rejected: tuple[Rejected, ...] = ()
    listed: tuple[str, ...] = ()
    next: int | str | None = None


class PagedBoard:
    """A listing in pages; the cursor is the place of the next page, "" at the end.

    A listing read from its start to its end in one go is complete. Paging that gives the same page
    again, or does not end, is a `SourceChanged`.
    """

    terms: ClassVar[Terms]
    first: ClassVar[int | str] = 0
    whole: ClassVar[bool] = True  # the listing holds all that is open
    most_pages: ClassVar[int] = 5_000

    name: str

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self._client, self._board, self._options = client, board, options
        kind = type(self).__name__.lower()
        self.name = f"{kind}:{board}" if board else kind
        self._employer = str(options.get("employer", ""))
        self.known: Known = nothing_known

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        """The page at a place."""
        raise NotImplementedError

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        at: int | str = (int(cursor) if cursor.isdigit() else cursor) if cursor else self.first
        before: tuple[str, ...] = ()
        for _ in range(self.most_pages):
            part = self.part(at, since)
            listed = part.listed or tuple(one.source_id for one in part.postings)
            if listed and listed == before:
                raise SourceChanged(f"{self.name}: the page at {at} is the page before it again; reading stopped there")
            before = listed
            done = part.next is None
            yield Page(
                postings=tuple(one for one in part.postings if not older(one, since)), rejected=part.rejected,
                cursor="" if done else str(part.next), seen=listed, complete=done and not cursor and self.whole and since is None,
            )  # fmt: skip
            if done or part.next is None:
                return
            at = part.next
        raise SourceChanged(f"{self.name}: no end after {self.most_pages} pages; reading stopped there")


def read_xml(source: str, body: bytes) -> Any:
    """The root of an XML document. A document that declares entities or a type is refused: nothing is
    expanded. Raises `SourceChanged` for that and for anything that is no XML."""
    import xml.etree.ElementTree as ElementTree
    from xml.parsers import expat

    class _Declared(Exception):
        pass

    def refuse(*_: object) -> None:
        raise _Declared

    looking = expat.ParserCreate()
    looking.StartDoctypeDeclHandler = refuse
    looking.EntityDeclHandler = refuse
    try:
        looking.Parse(body, True)
        root = ElementTree.fromstring(body)
        if str(root.tag).rpartition("}")[2].lower() == "html":
            raise ValueError("it is a page")
        return root
    except _Declared as error:
        raise SourceChanged(f"{source}: the XML declares a document type or entities; it was not read") from error
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        if wall := is_wall(body):
            raise Walled(
                f"{source}: a page that asks for a person came in place of the answer ({wall}); whether there are "
                f"postings is not known"
            ) from error
        raise SourceChanged(
            f"{source}: XML was expected, what came cannot be read ({error}), beginning with {body[:60]!r}"
        ) from error
