"""Letters by SMTP: one message a recipient, written down before and after, so that nobody gets one twice.

A letter is marked as being sent before it is handed over, and as sent after the server took it.
Whoever dies in between leaves a letter of which nobody knows whether it arrived; it is kept as
unsure and not sent again, unless a person says so. Two bulletins in one inbox cost an observatory
more trust than one that a person has to send again. See docs/adr/0019-ledger-and-lock.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import mimetypes
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from observatory.config import MailSettings, Workspace
from observatory.errors import MissingPart, SettingError
from observatory.ledger import REFUSED, SENT, UNSURE, WAITING, Ledger, MailRow

log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = dt.timedelta(minutes=2), dt.timedelta(hours=6)
MAX_ATTACHED = 20 * 2**20  # bytes; larger reports are named with a link instead


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What became of the letters that waited."""

    sent: int = 0
    put_off: int = 0
    refused: int = 0
    unsure: int = 0


class PutOff(Exception):
    """The server did not take a letter, and it surely was not delivered: it may be sent later."""


class Refused(Exception):
    """The server will not take this letter, now or later."""


Hand = Callable[[MailRow, EmailMessage], None]


def post(ws: Workspace, ledger: Ledger, *, now: Callable[[], dt.datetime], hand: Hand | None = None) -> Posted:
    """Sends the letters whose time has come. Never raises for what a server does; the ledger says what became of each.

    Only the one scheduler posts: a letter found half-sent at its start is unsure (`Ledger.unsure_mails`).
    """
    settings = ws.settings.mail
    if hand is None and not settings.host:
        return Posted()
    counts = {SENT: 0, WAITING: 0, REFUSED: 0, UNSURE: 0}
    with Line(settings) as line:
        for mail in ledger.waiting_mails(now()):
            try:
                message = message_of(mail, ws.root, settings, now=now())
            except (MissingPart, SettingError) as error:
                if ledger.send_begins(mail):
                    ledger.send_ended(mail, REFUSED, now=now(), reason=str(error))
                    counts[REFUSED] += 1
                continue
            if not ledger.send_begins(mail):
                continue
            state, reason = _hand_over(hand or line.hand, mail, message)
            later = None
            if state == WAITING:
                attempt = mail.attempt + 1
                if attempt >= settings.attempts:
                    state, reason = REFUSED, f"given up after {attempt} attempts; last: {reason}"
                else:
                    later = now() + min(FIRST_RETRY * 2 ** (attempt - 1), LONGEST_RETRY)
            ledger.send_ended(mail, state, now=now(), reason=reason, not_before=later)
            counts[state] += 1
            if state != SENT:
                log.warning("letter %d of %s: %s (%s)", mail.mail, mail.issue, state, reason)
    return Posted(sent=counts[SENT], put_off=counts[WAITING], refused=counts[REFUSED], unsure=counts[UNSURE])


def _hand_over(hand: Hand, mail: MailRow, message: EmailMessage) -> tuple[str, str]:
    try:
        hand(mail, message)
    except PutOff as error:
        return WAITING, str(error)
    except Refused as error:
        return REFUSED, str(error)
    except (OSError, smtplib.SMTPException) as error:
        return (
            UNSURE,
            f"the connection broke while the server was taking it ({error}); it may have arrived, so it is not sent again",
        )
    return SENT, ""


class Line:
    """A connection to the SMTP server, opened at the first letter and used for all."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()

    def hand(self, mail: MailRow, message: EmailMessage) -> None:
        """Hands one letter over. Raises `PutOff` or `Refused` when it surely was not taken; else anything of SMTP."""
        smtp = self._open()
        try:
            code, said = smtp.mail(self.settings.sender)
            self._answered(code, said, "sender")
            code, said = smtp.rcpt(mail.recipient)
            self._answered(code, said, "recipient")
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise PutOff(f"the server went away before the letter: {error}") from error
        try:
            # As bytes smtplib sends the lines as they end: CR LF, or a server sees one line that is too long.
            code, said = smtp.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:  # it refused DATA before any text was sent
            self._drop()
            self._answered(error.smtp_code, error.smtp_error, "letter")
            raise
        except (OSError, smtplib.SMTPException):
            self._drop()
            raise
        self._answered(code, said, "letter")

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        s = self.settings
        smtp: smtplib.SMTP | None = None
        try:
            if s.security == "tls":
                context = ssl.create_default_context()
                smtp = smtplib.SMTP_SSL(s.host, s.port, timeout=s.timeout_seconds, context=context)
            else:
                smtp = smtplib.SMTP(s.host, s.port, timeout=s.timeout_seconds)
                if s.security == "starttls":
                    smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if s.user:
                smtp.login(s.user, password_of(s))
        except (OSError, smtplib.SMTPException, SettingError) as error:
            if smtp is not None:
                smtp.close()
            if isinstance(error, smtplib.SMTPAuthenticationError):
                raise PutOff(f"{s.host} does not accept mail.user and its password ({error.smtp_code})") from error
            raise PutOff(f"{s.host}:{s.port} cannot be used: {error}") from error
        self._smtp = smtp
        return smtp

    def _answered(self, code: int, said: bytes | str, what: str) -> None:
        if 200 <= code < 300:
            return
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        words = f"the server answered {code} to the {what}: {text}"
        raise PutOff(words) if 400 <= code < 500 else Refused(words)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def password_of(settings: MailSettings) -> str:
    """The password of the SMTP server. Raises `SettingError` where its file cannot be read."""
    if not settings.password_file:
        return settings.password
    try:
        return Path(settings.password_file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"mail.password_file = {settings.password_file!r}: cannot be read ({error}); expected a file with the password"
        ) from error


def message_of(mail: MailRow, root: Path, settings: MailSettings, *, now: dt.datetime) -> EmailMessage:
    """The letter as a message. Its Message-ID is the issue's and the recipient's: the same letter has the same one.

    Raises `MissingPart` when an attached file is gone, `SettingError` when there is no sender.
    """
    if not settings.sender:
        raise SettingError("mail.sender is empty; expected the address that letters come from")
    message = EmailMessage()
    message["Subject"] = " ".join(mail.subject.split())
    message["From"] = settings.sender
    message["To"] = str(Address(addr_spec=mail.recipient))
    message["Date"] = now
    digest = hashlib.sha256(f"{mail.issue}\x1f{mail.recipient}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    left = MAX_ATTACHED
    for name in mail.files:
        path = root / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MissingPart(
                f"{path}: the file of this letter cannot be read ({error.strerror}); make it again"
            ) from error
        if len(content) > left:
            continue
        left -= len(content)
        main, _, sub = (mimetypes.guess_type(path.name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=path.name)
    return message


def check_mail(settings: MailSettings, recipients: Sequence[str]) -> list[str]:
    """What keeps letters from being sent, a sentence each; empty where nothing does."""
    found = []
    if recipients and not settings.host:
        found.append("mail.host is empty: letters are kept, none is sent")
    if settings.host and not settings.sender:
        found.append("mail.sender is empty: every letter would be refused")
    if settings.user and not settings.password and not settings.password_file:
        found.append("mail.user is set, but neither mail.password_file nor OBSERVATORY_MAIL__PASSWORD")
    return found
