"""Sections of advertisements in three languages. All sentences are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.enrich.sections import SECTIONS, read_sections


def test_english_headings_open_sections():
    found = read_sections(
        "## What you'll do\n* Calibrate lidar rigs\n* 3D printing of brackets\n"
        "**Requirements:**\n10+ years with lasers\nBenefits: a bicycle and free lunch\n"
        "How to apply: write to the front desk",
        "en",
    )
    assert found.tasks == ("Calibrate lidar rigs", "3D printing of brackets")
    assert found.requirements == ("10+ years with lasers",)
    assert found.benefits == ("a bicycle and free lunch",)
    assert found.apply == ("write to the front desk",)


def test_without_headings_each_sentence_is_judged_by_its_cues():
    found = read_sections(
        "Kiteflow builds wind turbines. You will design blade sensors and test them at sea. "
        "We're looking for a technician to maintain our rigs. You have experience with PLC programming. "
        "We offer a competitive salary. Email us at the address below.",
        "en",
    )
    assert found.tasks == (
        "You will design blade sensors and test them at sea.",
        "We're looking for a technician to maintain our rigs.",
    )
    assert found.requirements == ("You have experience with PLC programming.",)
    assert found.about == ("Kiteflow builds wind turbines.",)
    assert found.benefits == ("We offer a competitive salary.",)
    assert found.apply == ("Email us at the address below.",)


def test_a_list_ends_its_section_and_a_requirement_among_tasks_is_one():
    found = read_sections(
        "Responsibilities:\n- Deploy models to the edge boxes\n- Experience with CUDA kernels\n"
        "Kiteflow is a small company by the sea, and we have been flying kites since the year two thousand.",
        "en",
    )
    assert found.tasks == ("Deploy models to the edge boxes",)
    assert found.requirements == ("Experience with CUDA kernels",)
    assert len(found.about) == 1


def test_a_heading_before_a_line_of_text_holds_for_that_line():
    found = read_sections("Contact: the front desk of Kiteflow\nYou will build the control room software.", "en")
    assert found.tasks == ("You will build the control room software.",)


def test_chinese_headings_also_inside_one_line():
    text = (
        "岗位职责：1、负责储能电站的运行；2、编制检修计划。任职要求：1、大专及以上学历；2、熟悉PLC。福利待遇：五险一金"
    )
    found = read_sections(text, "zh")
    assert found.tasks == ("负责储能电站的运行；", "编制检修计划。")
    assert found.requirements == ("大专及以上学历；", "熟悉PLC。")
    assert read_sections("【岗位职责】\n参与模型训练\n【任职要求】\n统计学专业优先", "zh").tasks == ("参与模型训练",)


def test_chinese_cues():
    found = read_sections("负责标注语音数据。\n本科以上学历，有耐心。\n周末双休，年终奖。\n我们是一家小公司。", "zh")
    assert found.tasks == ("负责标注语音数据。",)
    assert found.requirements == ("本科以上学历，有耐心。",)
    assert found.benefits == ("周末双休，年终奖。",)
    assert found.about == ("我们是一家小公司。",)


def test_italian_headings_and_cues():
    found = read_sections(
        "Di cosa ti occuperai:\n- manutenzione delle pompe di calore\n- 3 interventi a settimana\n"
        "Requisiti:\n- diploma tecnico, patente B\nOffriamo: buoni pasto e welfare",
        "it",
    )
    assert found.tasks == ("manutenzione delle pompe di calore", "3 interventi a settimana")
    assert found.requirements == ("diploma tecnico, patente B",)
    assert found.benefits == ("buoni pasto e welfare",)
    cued = read_sections("Ti occuperai della programmazione dei robot. È richiesta esperienza con PLC.", "it")
    assert cued.tasks == ("Ti occuperai della programmazione dei robot.",)
    assert cued.requirements == ("È richiesta esperienza con PLC.",)


def test_a_language_without_rules_is_read_with_the_english_ones():
    assert read_sections("Responsibilities:\n- Wartung der Anlagen im Norden", "de").tasks == (
        "Wartung der Anlagen im Norden",
    )


def test_first_lines_addresses_and_masks_are_no_sentences():
    found = read_sections("Kiteflow | Berlin | Remote\nhttps://kiteflow.com/jobs\n[e-mail]", "en")
    assert not any(getattr(found, name) for name in SECTIONS)


@pytest.mark.parametrize("language", ["en", "zh", "it", "xx"])
@given(text=st.text(max_size=500))
def test_every_kept_sentence_stands_in_the_text(language, text):
    found = read_sections(text, language)
    for name in SECTIONS:
        for sentence in getattr(found, name):
            assert sentence in text
