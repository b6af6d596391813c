"""Addresses in the spellings people hide them in; and the prose that looks like them."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus.addresses import EMAIL, mask_addresses

ADDRESSES = [
    "Contact me {anna at kilns.com}, I would like to hear",
    "Reach me at anna at kilns.io.",
    "Questions? Drop me a line at anna.r at kilns.co.uk",
    "see https://kilns.com/work or anna at kilns.me",
    "email to engineering at kilns.com.",
    "Next generation of kilns? jobs at kilns.am",
    "The best kilns there are.\nteam at kilns.com\nhttps://kilns.com",
    "mail anna @ kilns dot com",
    "write to anna -- @ -- kilns.com",
    "Email [anna] [at] [kilns] dot com",
    "Me: anna [at symbol] kilns [dot] com",
    "write to anna[-at-]kilns[-dot-]com",
    "contact anna_at_kilns_dot_com",
    "write to anna (aaattt) kilns.com",
    "mail anna {@} kilns {.} com",
    "talk to anna at old kilns dot com",
    "please email me at anna dot rossi at kilns.com",
    "email anna (dot) rossi @ kilns (dot) com",
    "mail anna(dot)rossi@kilns.com",
    "reach me: anna at gmail",
    "apply via email: anna @ our domain",
    "ping anna@ [our domain]",
    "email anna@<company>.com",
    "Directly: anna@",
    "mail me at anna.r and the domain is kilns.com",
    "We are at anna at kilns , com",
    "mail me at anna # kilns.com",
    "Send your CV to annakilns.co.uk",
    "Email Id anna.rossikilns.com mailtoanna.rossikilns.com Website",
    "contact Bea Muster at anna.rossikilns.com or call",
    f"Send an e-mail to {base64.b64encode(b'anna@kilns.example').decode()} and say",
    "anna@@kilns.com for transcripts",
]
PROSE = [
    "Kiln engineer at Kilns.com, full time",
    "Learn more about our work at kilns.com",
    "We build tools and machine learning at Bill.com",
    "Apply directly at kilns.com or on our site",
    "Engineering@Kilns | Lille",
    "addresses that end in @kilns.com are ours",
    "You write guides, see kilns.com",
    "5 years with dot net at work",
    "Send the CV by mail; see www.kilns.com",
    "https://emailkilns.com | Lille",
    "The dot on the i at noon",
    "Email U29tZXRoaW5nIGVsc2Ugd2FzIGhlcmU= in base64",
    "Visit us @www.kilns.com today",
    "C# kilns, F# too",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_hidden_address_is_found(text: str) -> None:
    masked, count = mask_addresses(text)
    assert count == 1
    assert EMAIL in masked
    assert "anna" not in masked
    assert "YW5uYU" not in masked


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone(text: str) -> None:
    assert mask_addresses(text) == (text, 0)


@given(st.sampled_from(ADDRESSES), st.integers(0, 300), st.sampled_from(["kiln ", "窑 ", "Ofen\n"]))
def test_the_text_around_stays(text: str, before: int, filler: str) -> None:
    masked, count = mask_addresses(f"{filler * before}\n{text}\n{filler * before}")
    assert count >= 1
    assert masked.startswith(filler * before)
    assert masked.endswith(filler * before)


@given(st.text(max_size=300))
def test_masking_again_finds_nothing_new(text: str) -> None:
    once, _ = mask_addresses(text)
    assert mask_addresses(once)[0] == once


@pytest.mark.parametrize(
    "hostile",
    [
        "a at b. at " * 20_000, "mail " * 40_000, "mailto" + "a" * 200_000, "(at)" * 50_000, " at a dot" * 20_000, "a _at_ " * 30_000,
        "[a] [at] " * 20_000, "email " + "A" * 200_000, "contact a at b.c " * 12_000, "@ our domain " * 15_000, "a.b" * 60_000 + "@",
    ],
    ids=lambda hostile: hostile[:12],
)  # fmt: skip
def test_a_hostile_text_takes_no_long_time(hostile: str) -> None:
    started = time.process_time()
    mask_addresses(hostile)
    assert time.process_time() - started < 5
