"""First lines: parts, what they say, and who the employer is. All lines are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.enrich.employer import bare_name, employer_in_text, may_be_employer, site_names
from observatory.enrich.firstline import CONTRACTS, LONGEST_LINE, contract_of, read_first_line, segments

LINES = [
    # line, employer, place, country, contract
    ("Ferrobot (YC S14) | Data Engineer | London, UK | Full-time", "Ferrobot", "London, UK", "GB", "full-time"),
    ("Bellevue, WA - Senior Software Engineer - Kiteflow", "Kiteflow", "Bellevue, WA", "US", ""),
    ("Junior Research Engineer, Grimson Dexagon, Boston, MA.", "Grimson Dexagon", "Boston, MA", "US", ""),
    ("Kiteflow is hiring in San Francisco, CA (Fulltime, H1B ok)", "Kiteflow", "San Francisco, CA", "US", "full-time, visa"),
    ("Back-End Engineer at Kessel (Mountain View, CA)", "Kessel", "Mountain View, CA", "US", ""),
    ("Leeds, UK (no remote) - Throw Hero Limited", "Throw Hero Limited", "Leeds, UK", "GB", "onsite"),
    ("CoreString, NYC-based, REMOTE - Front End Engineer", "CoreString", "NYC", "US", "remote"),
    ("Boston, MA / Riparian Bata", "Riparian Bata", "Boston, MA", "US", ""),
    ("https://www.kiteflow.com - On site, Tel-Aviv", "kiteflow", "Tel-Aviv", "IL", "onsite"),
    ("DigiShade: Software Developer, Orlando, FL", "DigiShade", "Orlando, FL", "US", ""),
    ("Segovia | Portland, OR | Engineer", "Segovia", "Portland, OR", "US", ""),
    ("Station| Paris, France | YC W18 | REMOTE (CET +/-2) | Intern", "Station", "Paris, France", "FR", "internship, remote"),
    ("Emeryville, CA - Kiteflow - Robotics Technician", "Kiteflow", "Emeryville, CA", "US", ""),
    ("Software Engineer (Remote)", "", "", "", "remote"),
    ("Registered Nurse - Chicago, IL", "", "Chicago, IL", "US", ""),
    ("青石机器人有限公司｜算法工程师｜成都｜全职", "青石机器人有限公司", "成都", "CN", "full-time"),
    ("[杭州 可远程办公] 青石科技 招聘全栈开发", "青石科技", "杭州", "CN", "remote"),
    ("【上海】大模型算法工程师（校招）15-25K", "", "上海", "CN", ""),
    ("Rossi S.p.A. cerca Tecnico manutentore - Torino - tempo indeterminato", "Rossi S.p.A.", "Torino", "IT", "permanent"),
    ("Data scientist presso Verdi Srl, Milano (ibrido)", "Verdi Srl", "Milano", "IT", "hybrid"),
    ("Azienda: Bianchi Srl | Ruolo: Addetto alla logistica | Sede: Bari | Full time", "Bianchi Srl", "Bari", "IT", "full-time"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "employer", "place", "country", "contract"), LINES, ids=[row[0][:30] for row in LINES]
)
def test_a_first_line_tells_employer_place_and_contract(line, employer, place, country, contract):
    found = read_first_line(line)
    assert (found.employer, found.place, found.country, found.contract) == (employer, place, country, contract)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Acme Grid | Data Engineer | London, UK | Full-time", "employer role place contract"),
        (
            "Kiteflow | Onsite | €50.000 - €62.000 | Berlin, Germany | Backend Developer",
            "employer contract pay place role",
        ),
        ("New York, NY - Software Engineer - Fulltime", "place role contract"),
        ("Kiteflow | kiteflow.io/jobs | REMOTE", "employer url contract"),
        ("Fast-growing startup | Full Stack Developer | Berlin", "other role place"),
        ("北京｜数据标注员｜青石数据", "place role employer"),
    ],
)
def test_each_part_is_of_one_kind(line, kinds):
    assert [segment.kind for segment in segments(line)] == kinds.split()


def test_a_part_says_what_decided_it():
    by_kind = {
        s.kind: s.evidence for s in segments("Kiteflow | Robotics Engineer | Berlin | remote | www.kiteflow.com")
    }
    assert by_kind["employer"] == "agrees with the address"
    assert by_kind["place"] == "Berlin"
    assert by_kind["contract"] == "remote"


def test_the_employer_a_source_names_is_kept_and_no_part_takes_its_place():
    found = read_first_line("Rust | Backend | Berlin", employer="Kiteflow")
    assert found.employer == "Kiteflow"
    assert "employer" not in {segment.kind for segment in found.segments}


@pytest.mark.parametrize(
    "title", ["Barista", "Prompt Wrangler", "Senior Data Engineer (m/f/d)", "Software Engineer, Machine Learning"]
)
def test_a_plain_title_names_no_employer(title):
    assert read_first_line(title).employer == ""


def test_an_address_decides_between_two_possible_names():
    found = read_first_line("Blue Team | Kiteflow | Berlin | https://kiteflow.com/jobs")
    assert found.employer == "Kiteflow"


@pytest.mark.parametrize(
    ("text", "employer"),
    [
        ("Berlin\nAt Acme Grid, we build inverters.", "Acme Grid"),
        ("Berlin\nKiteflow is looking for a technician.", "Kiteflow"),
        ("Berlin\nWe're Kiteflow (http://kiteflow.com) and make kites.", "Kiteflow"),
        ("Berlin\nJoin us! See https://jobs.kiteflow.com/7", "kiteflow"),
        ("Berlin\nWe are looking for engineers. Apply at https://boards.greenhouse.io/x", ""),
        ("Berlin\nSoftware developers are welcome here.", ""),
        ("Berlin\nThis position is remote.", ""),
    ],
)
def test_the_text_names_the_employer_that_the_line_does_not(text, employer):
    assert employer_in_text(text, "Berlin") == employer
    assert read_first_line("Berlin", text=text).employer == employer


def test_what_is_denied_is_not_offered():
    assert contract_of("Full-time, no remote, can't sponsor visas") == "full-time, onsite"
    assert contract_of("remote or onsite, visa") == "remote, onsite, visa"
    assert contract_of("全职，不支持远程") == "full-time, onsite"


def test_names():
    assert not may_be_employer("we are hiring")
    assert not may_be_employer("YC W18")
    assert bare_name("Rossi S.p.A.") == "Rossi S.p.A."
    assert bare_name("Kiteflow Inc. (NYC) http://kiteflow.com") == "Kiteflow Inc"
    assert site_names("https://boards.greenhouse.io/kiteflow https://www.linkedin.com/x") == []


@given(st.text(max_size=600))
def test_any_line_is_read_and_its_parts_stand_where_they_say(line):
    at = 0
    for segment in segments(line):
        assert line[segment.start : segment.end] == segment.text
        assert at <= segment.start < segment.end <= LONGEST_LINE
        at = segment.end
    found = read_first_line(line, text=line)
    assert all(word in CONTRACTS for word in found.contract.split(", ") if word)


@given(
    st.lists(
        st.sampled_from(["Kiteflow", "Data Engineer", "Berlin", "Remote", "kiteflow.com", "80k", "A b c"]), max_size=6
    )
)
def test_no_line_has_two_employers(parts):
    found = segments(" | ".join(parts))
    assert sum(segment.kind == "employer" for segment in found) <= 1
