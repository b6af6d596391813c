"""The language of a text: script, small words, then the model, among the workspace's languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus import language
from observatory.corpus.language import detect_language, forget_models

ALL = ("en", "zh", "it")
ENGLISH = (
    "We are looking for an engineer who will work with the team on the design of our new machines and of the plant."
)
ITALIAN = (
    "Cerchiamo un tecnico per la manutenzione degli impianti con esperienza nel settore e conoscenza della normativa."
)


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        (ENGLISH, ALL, "en"),
        (ITALIAN, ALL, "it"),
        ("人工智能训练师", ALL, "zh"),
        ("AI 训练师", ALL, "zh"),
        ("Software Engineer", ALL, "en"),
        ("Tecnico della manutenzione", ALL, "it"),
        ("инженер-программист", ("en", "ru"), "ru"),
        ("", ALL, "en"),
        ("12345 !!", ALL, "en"),
        ("anything", ("it",), "it"),
        ("Wir suchen einen Ingenieur mit Erfahrung, der die Anlagen plant und für die Wartung zuständig ist", ("de", "en"), "de"),
    ],
)  # fmt: skip
def test_language(text: str, languages: tuple[str, ...], expected: str) -> None:
    assert detect_language(text, languages) == expected


EIGHT = ("en", "zh", "it", "de", "fr", "es", "pl", "ru")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Data Scientist", "en"), ("Mobile Developer", "en"), ("Security Analyst (m/w/d)", "en"), ("Kiln maintenance assistant", "en"),
        ("San Mateo, CA", "en"), ("Klempner/Klempnerin", "de"), ("Brand-Manager/in", "de"), ("Fleischer (m/w/d)", "de"),
        ("Leiter Glasurwerkstatt", "de"), ("Taxidermiste (h/f/x)", "fr"), ("Chargée de projets four", "fr"), ("Botanici", "it"),
        ("Addetto alla manutenzione dei forni", "it"), ("CESTEROS", "es"), ("Técnico de hornos", "es"), ("Operator wózka widłowego", "pl"),
        ("Tester oprogramowania", "pl"), ("ELEKTROMONTER", "pl"), ("Оператор печи", "ru"), ("Java工程师", "zh"),
        ("SECRETARIOS, EN GENERAL", "es"), ("", "en"),
        # German lines of English words: a small word, a long word or a compound tells
        ("Kiln Security Manager für Glasur Services (d/m/w)", "de"), ("Junior Kiln und Network Engineer", "de"),
        ("Kiln Consulting Werkstudent (w/m/d)", "de"), ("Bank-Ofenleiter (m/w/d)", "de"), ("Consultant Glasurmanagement (m/w/d) Raum Lindau", "de"),
        ("Kiln Support & Ofenversicherung Specialist", "de"), ("Duales Studium Kiln Operations", "de"),
        ("Security Engineer (m/w/d)", "en"), ("Meister Consulting Data Engineer", "en"), ("Risk Management Officer", "en"),
        ("SENIOR MANAGER IM OPERATIONS", "en"), ("Pirotechnik", "pl"), ("Young Engineering Talent", "en"),
    ],
)  # fmt: skip
def test_titles_of_a_few_words_in_eight_languages(title: str, expected: str) -> None:
    assert detect_language(title, EIGHT) == expected


@given(st.text(max_size=150), st.sets(st.sampled_from(EIGHT), min_size=1))
def test_the_answer_is_one_of_the_languages_asked_for(text: str, languages: set[str]) -> None:
    assert detect_language(text, sorted(languages)) in languages


@pytest.mark.parametrize("text", [ENGLISH, ITALIAN])
def test_small_words_decide_as_the_model_does(text: str) -> None:
    decided = language._by_small_words(text, ("en", "it"))
    assert decided == language._identifier(("en", "it")).classify(text)[0]


def test_small_words_leave_what_is_unclear_to_the_model() -> None:
    assert language._by_small_words("Senior Software Engineer, Milano", ("en", "it")) == ""
    assert language._by_small_words(ENGLISH, ("en", "pl")) == ""


def test_all_choices_of_languages_share_one_model() -> None:
    one, other = (language._identifier(chosen) for chosen in (("en", "it"), ("de", "fr", "it")))
    assert one.tk_nextmove is other.tk_nextmove
    assert (one.nb_classes, sorted(other.nb_classes)) == (["en", "it"], ["de", "fr", "it"])


def test_a_forgotten_model_is_loaded_again_and_decides_as_before() -> None:
    title = "velnorda prostogri kalemi"
    before = detect_language(title, ("de", "en"))
    forget_models()
    assert language._model.cache_info().currsize == 0
    assert detect_language(title, ("de", "en")) == before


def test_the_model_without_other_languages_decides_as_the_whole_one() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(["de", "en", "it"])
    for text in (ENGLISH, ITALIAN, "Kiln operator kalemi sotu", "velnorda prostogri", "Ofenführer", ""):
        assert language._identifier(("de", "en", "it")).classify(text) == whole.classify(text)
