"""Letters through a real SMTP server on this machine: taken, put off, refused, slow, away, cut off."""

from __future__ import annotations

import datetime as dt
import random
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from observatory.config import Workspace, init_workspace, open_workspace
from observatory.errors import SettingError
from observatory.ledger import REFUSED, SENDING, SENT, UNSURE, WAITING, Ledger, Letter, open_ledger
from observatory.mail import check_mail, message_of, password_of, post

NOW = dt.datetime(2025, 1, 6, 7, tzinfo=dt.UTC)
ANNA, BO = "anna@example.org", "bo@example.org"


class Box:
    """What an SMTP server took; `answers` holds replies it gives instead, by step."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.answers: dict[str, list[str]] = {}

    def _say(self, step: str) -> str:
        waiting = self.answers.get(step, [])
        return waiting.pop(0) if waiting else "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        said = self._say("rcpt")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        said = self._say("data")
        if said == "drop":  # takes the letter, and goes away without a word
            self.taken += [(to, envelope.content) for to in envelope.rcpt_tos]
            session.writer_closed = True
            server.transport.abort()
            return "250 never heard"
        if said.startswith("250"):
            self.taken += [(to, envelope.content) for to in envelope.rcpt_tos]
        return said

    def recipients(self) -> list[str]:
        return [to for to, _ in self.taken]


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port  # type: ignore[attr-defined]
    yield box
    controller.stop()


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def workspace(folder: Path, port: int, **more: str) -> Workspace:
    if not (folder / "observatory.toml").exists():
        init_workspace(folder)
    settings = {"mail.host": "127.0.0.1", "mail.port": str(port), "mail.security": "none", "mail.timeout_seconds": "2",
                "mail.sender": "observatory@example.org", **more}  # fmt: skip
    return open_workspace(folder, settings)


@pytest.fixture
def ws(tmp_path: Path, box: Box) -> Workspace:
    return workspace(tmp_path, box.port)  # type: ignore[attr-defined]


@pytest.fixture
def ledger(ws: Workspace) -> Iterator[Ledger]:
    ledger = open_ledger(ws)
    yield ledger
    ledger.close()


def letter(*recipients: str, issue: str = "weekly/2025-W02/en", files: tuple[str, ...] = ()) -> Letter:
    return Letter(
        issue=issue,
        recipients=recipients or (ANNA, BO),
        subject="Bulletin 公报 è",
        body="New: 合成数据工程师\n",
        files=files,
    )


def states(ledger: Ledger) -> dict[str, str]:
    return {mail.recipient: mail.state for mail in ledger.mails()}


def later(hours: float) -> Any:
    return lambda: NOW + dt.timedelta(hours=hours)


def test_one_message_a_recipient_with_its_file(ws: Workspace, ledger: Ledger, box: Box) -> None:
    (ws.root / "var" / "b.pdf").write_bytes(b"%PDF-1.7 x")
    ledger.queue(letter(files=("var/b.pdf",)), now=NOW)
    assert post(ws, ledger, now=later(0)).sent == 2
    assert sorted(box.recipients()) == [ANNA, BO]
    message = message_from_bytes(box.taken[0][1], policy=policy.default)
    assert message["Subject"] == "Bulletin 公报 è"
    assert message["To"] == ANNA
    assert BO not in str(message)
    assert message["Auto-Submitted"] == "auto-generated"
    assert "合成数据工程师" in message.get_body().get_content()  # type: ignore[union-attr]
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("b.pdf", "application/pdf")


def test_a_large_file_arrives_whole_in_lines_a_server_takes(ws: Workspace, ledger: Ledger, box: Box) -> None:
    """A file longer than the 1,000 bytes that a server lets a line have; lines end in CR LF, as RFC 5321 asks."""
    made = random.Random(1).randbytes(300_000) + b"\n.\n"
    (ws.root / "var" / "b.pdf").write_bytes(made)
    ledger.queue(letter(ANNA, files=("var/b.pdf",)), now=NOW)
    assert post(ws, ledger, now=later(0)).sent == 1, ledger.mails()[0].reason
    content = box.taken[0][1]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) < 998
    (attached,) = message_from_bytes(content, policy=policy.default).iter_attachments()
    assert attached.get_content() == made


def test_nobody_gets_an_issue_twice(ws: Workspace, ledger: Ledger, box: Box) -> None:
    for _ in range(3):
        ledger.queue(letter(), now=NOW)
        ledger.queue(letter(ANNA, ANNA), now=NOW)
        post(ws, ledger, now=later(1))
    assert sorted(box.recipients()) == [ANNA, BO]
    ledger.queue(letter(ANNA, issue="weekly/2025-W03/en"), now=NOW)
    post(ws, ledger, now=later(2))
    assert sorted(box.recipients()) == [ANNA, ANNA, BO]


def test_a_server_that_puts_off_is_asked_again_later(ws: Workspace, ledger: Ledger, box: Box) -> None:
    box.answers["rcpt"] = ["451 greylisted, come back"]
    ledger.queue(letter(), now=NOW)
    posted = post(ws, ledger, now=later(0))
    assert (posted.put_off, posted.sent) == (1, 1)
    assert states(ledger) == {ANNA: WAITING, BO: SENT}
    assert "greylisted" in ledger.mails(state=WAITING)[0].reason
    assert post(ws, ledger, now=later(0)).sent == 0
    assert post(ws, ledger, now=later(1)).sent == 1
    assert sorted(box.recipients()) == [ANNA, BO]


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_refusal_is_final_and_stops_nobody_else(ws: Workspace, ledger: Ledger, box: Box, step: str) -> None:
    box.answers[step] = ["550 no such mailbox"]
    ledger.queue(letter(), now=NOW)
    assert post(ws, ledger, now=later(0)).refused == 1
    assert states(ledger) == {ANNA: REFUSED, BO: SENT}
    assert post(ws, ledger, now=later(100)).sent == 0
    assert "550" in ledger.mails(state=REFUSED)[0].reason


def test_a_connection_cut_while_the_server_takes_it_is_unsure_and_not_sent_again(
    ws: Workspace, ledger: Ledger, box: Box
) -> None:
    box.answers["data"] = ["drop"]
    ledger.queue(letter(), now=NOW)
    posted = post(ws, ledger, now=later(0))
    assert (posted.unsure, posted.sent) == (1, 1)
    post(ws, ledger, now=later(100))
    assert sorted(box.recipients()) == [ANNA, BO]  # it had arrived: sending again would have been twice
    unsure = ledger.mails(state=UNSURE)[0]
    assert "may have arrived" in unsure.reason
    assert ledger.send_again(unsure.mail, by="operator", now=NOW)
    post(ws, ledger, now=later(101))
    assert sorted(box.recipients()) == [ANNA, ANNA, BO]


def test_a_server_that_is_down_keeps_letters_waiting_and_gives_up_at_last(tmp_path: Path) -> None:
    ws = workspace(tmp_path, free_port(), **{"mail.attempts": "3"})
    ledger = open_ledger(ws)
    ledger.queue(letter(ANNA), now=NOW)
    assert post(ws, ledger, now=later(0)).put_off == 1
    assert "cannot be used" in ledger.mails()[0].reason
    assert post(ws, ledger, now=later(1)).put_off == 1
    assert post(ws, ledger, now=later(9)).refused == 1
    assert "given up after 3 attempts" in ledger.mails()[0].reason
    ledger.close()


def test_a_server_that_says_nothing_is_left_after_the_timeout(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(silent.accept()[0]), daemon=True).start()
        ws = workspace(tmp_path, silent.getsockname()[1], **{"mail.timeout_seconds": "0.3"})
        ledger = open_ledger(ws)
        ledger.queue(letter(ANNA), now=NOW)
        assert post(ws, ledger, now=later(0)).put_off == 1
        ledger.close()
        for one in held:
            one.close()


def test_a_sender_that_died_leaves_its_letter_unsure(ws: Workspace, ledger: Ledger, box: Box) -> None:
    ledger.queue(letter(), now=NOW)
    assert ledger.send_begins(ledger.mails()[-1])
    assert states(ledger)[ANNA] == SENDING
    assert ledger.unsure_mails(now=NOW) == 1
    post(ws, ledger, now=later(1))
    assert box.recipients() == [BO]
    assert states(ledger) == {ANNA: UNSURE, BO: SENT}


def test_without_starttls_a_password_is_not_given_away(tmp_path: Path, box: Box) -> None:
    ws = workspace(tmp_path, box.port, **{"mail.security": "starttls", "mail.user": "u", "mail.password": "secret"})  # type: ignore[attr-defined]
    ledger = open_ledger(ws)
    ledger.queue(letter(ANNA), now=NOW)
    assert post(ws, ledger, now=later(0)).put_off == 1
    assert "STARTTLS" in ledger.mails()[0].reason
    assert "secret" not in ledger.mails()[0].reason + repr(ws.settings)
    assert not box.taken
    ledger.close()


def test_a_file_that_is_gone_refuses_its_letter_alone(ws: Workspace, ledger: Ledger, box: Box) -> None:
    ledger.queue(letter(ANNA, files=("var/none.pdf",)), now=NOW)
    ledger.queue(letter(BO, issue="other"), now=NOW)
    post(ws, ledger, now=later(0))
    assert states(ledger) == {ANNA: REFUSED, BO: SENT}
    assert "make it again" in ledger.mails(state=REFUSED)[0].reason


def test_a_subject_of_several_lines_adds_no_header(ws: Workspace, ledger: Ledger) -> None:
    ledger.queue(Letter(issue="x", recipients=(ANNA,), subject="a\nBcc: eve@example.org", body=""), now=NOW)
    message = message_of(ledger.mails()[0], ws.root, ws.settings.mail, now=NOW)
    assert "Bcc" not in message
    assert message["Subject"] == "a Bcc: eve@example.org"


def test_the_same_letter_has_the_same_id(ws: Workspace, ledger: Ledger) -> None:
    ledger.queue(letter(), now=NOW)
    ids = {
        message_of(mail, ws.root, ws.settings.mail, now=NOW)["Message-ID"]
        for mail in [*ledger.mails(), *ledger.mails()]
    }
    assert len(ids) == 2


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret\n", "utf-8")
    ws = workspace(tmp_path / "w", 25, **{"mail.password_file": str(file)})
    assert password_of(ws.settings.mail) == "s3cret"
    file.unlink()
    with pytest.raises(SettingError, match="expected a file with the password"):
        password_of(ws.settings.mail)


def test_what_keeps_letters_from_being_sent_is_said(tmp_path: Path) -> None:
    ws = workspace(tmp_path, 25, **{"mail.host": "", "mail.user": "u", "mail.sender": ""})
    said = check_mail(ws.settings.mail, [ANNA])
    assert len(said) == 2
    assert "mail.host is empty" in said[0]
    assert not check_mail(open_workspace(tmp_path).settings.mail, [])
