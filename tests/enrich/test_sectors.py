"""Sectors: tagged for what a role is, defined in a file. All texts are invented."""

import pytest

from observatory.enrich.sectors import SHIPPED, load_sectors, tag
from observatory.errors import SettingError

SECTORS = load_sectors(None)


def tags(title="", content=(), text="", language="en"):
    return tag(SECTORS, head=[title], content=content, text=text or "\n".join(content), language=language)


@pytest.mark.parametrize(
    ("title", "language", "sector"),
    [
        ("Machine Learning Engineer", "en", "ai"),
        ("AI trainer", "en", "ai"),
        ("Data annotators", "en", "ai"),
        ("人工智能训练师", "zh", "ai"),
        ("annotatore di dati", "it", "ai"),
        ("Robotics Technician", "en", "manufacturing"),
        ("工业互联网工程技术人员", "zh", "manufacturing"),
        ("tecnico della stampa 3D", "it", "manufacturing"),
        ("Solar Panel Installer", "en", "green"),
        ("碳排放管理员", "zh", "green"),
        ("installatore di pompe di calore", "it", "green"),
    ],
)
def test_a_strong_word_in_the_title_tags(title, language, sector):
    assert tags(title, language=language) == [sector]


@pytest.mark.parametrize(
    "title", ["Office manager", "Accountant", "Head of Sales", "mail clerk", "Test automation engineer", "销售经理"]
)
def test_other_titles_are_not_tagged(title):
    assert tags(title, language="zh" if not title.isascii() else "en") == []


def test_praise_of_the_company_does_not_tag():
    assert tags("Accountant", text="Our AI-powered platform is a leader in artificial intelligence.") == []
    assert tags("会计", text="我们是一家人工智能公司。", language="zh") == []
    assert tags("Receptionist", content=["Water the plants in our solar showroom."]) == []


def test_two_different_words_in_tasks_and_requirements_tag():
    assert tags("Engineer", content=["Train models for computer vision.", "Experience with deep learning."]) == ["ai"]
    assert tags("Engineer", content=["Experience with deep learning.", "More deep learning."]) == []
    assert tags("工程师", content=["负责储能电站与光伏电站的运行"], language="zh") == ["green"]


def test_a_weak_word_counts_half():
    assert tags("Data engineer", content=["Build pipelines for machine learning."]) == []
    assert tags("Data engineer", content=["Deploy PyTorch for machine learning."]) == ["ai"]


def test_capitals_and_excluded_phrases():
    assert tags("ai sensi di legge", language="it") == []
    assert tags("robots.txt editor") == []


def test_a_fourth_sector_is_a_file_and_one_of_the_same_name_replaces(tmp_path):
    (tmp_path / "space.toml").write_text(
        'name = "space"\n[labels]\nen = "Space"\n[strong]\nen = ["satellite|cubesat"]\n'
    )
    (tmp_path / "green.toml").write_text('name = "green"\n[labels]\nen = "Green"\n[strong]\nen = ["moss"]\n')
    sectors = load_sectors(tmp_path)
    assert [sector.name for sector in sectors] == ["ai", "green", "manufacturing", "space"]
    assert tag(sectors, head=["Cubesats engineer"], content=(), text="", language="en") == ["space"]
    assert tag(sectors, head=["Solar installer"], content=(), text="", language="en") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "x"\n[labels]\nen = "X"\n[strong]\nen = ["a"]\ncolour = "red"\n', "strong"),
        ('name = "x"\n[labels]\nen = "X"\n', "strong"),
        ('name = "x"\nsize = 3\n[labels]\nen = "X"\n[strong]\nen = ["a"]\n', "size"),
        ('name = "x"\n[labels]\nen = "X"\n[strong]\nen = []\n', "no word"),
        ('name = "x"\n[labels]\nen = "X"\n[strong]\nen = ["a||b"]\n', "empty word"),
        ("name = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_field(tmp_path, text, message):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(SettingError, match=message) as caught:
        load_sectors(tmp_path)
    assert "x.toml" in str(caught.value)


def test_two_files_of_one_name_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('name = "x"\n[labels]\nen = "X"\n[strong]\nen = ["a"]\n')
    with pytest.raises(SettingError, match=r"b\.toml.*a\.toml"):
        load_sectors(tmp_path)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_sectors_speak_three_languages(file):
    sector = next(sector for sector in SECTORS if sector.name == file.stem)
    assert set(sector.labels) == set(sector.words) == {"en", "it", "zh"}
