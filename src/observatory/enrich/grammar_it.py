"""Italian role phrases: the head comes first, what narrows it follows ("tecnico della manutenzione").

Rank ("senior"), gender marks ("addetto/a", "m/f") and contract are cut away; an English title in
an Italian posting ("Data Engineer") is read by the English grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from observatory.enrich import grammar_en

_ITALIAN = {
    "tecnico": "tecnico", "tecnica": "tecnico", "tecnici": "tecnico", "ingegnere": "ingegnere",
    "ingegnera": "ingegnere", "ingegneri": "ingegnere", "operatore": "operatore", "operatrice": "operatore",
    "operatori": "operatore", "addetto": "addetto", "addetta": "addetto", "addetti": "addetto",
    "responsabile": "responsabile", "responsabili": "responsabile", "specialista": "specialista",
    "specialisti": "specialista", "analista": "analista", "analisti": "analista", "progettista": "progettista",
    "progettisti": "progettista", "sviluppatore": "sviluppatore", "sviluppatrice": "sviluppatore",
    "sviluppatori": "sviluppatore", "consulente": "consulente", "consulenti": "consulente",
    "impiegato": "impiegato", "impiegata": "impiegato", "operaio": "operaio", "operaia": "operaio",
    "montatore": "montatore", "installatore": "installatore", "installatrice": "installatore",
    "manutentore": "manutentore", "saldatore": "saldatore", "collaudatore": "collaudatore",
    "coordinatore": "coordinatore", "coordinatrice": "coordinatore", "direttore": "direttore",
    "direttrice": "direttore", "assistente": "assistente", "insegnante": "insegnante", "docente": "docente",
    "ricercatore": "ricercatore", "ricercatrice": "ricercatore", "esperto": "esperto", "esperta": "esperto",
    "gestore": "gestore", "gestrice": "gestore", "programmatore": "programmatore",
    "programmatrice": "programmatore", "verificatore": "verificatore", "verificatrice": "verificatore",
    "certificatore": "certificatore", "addestratore": "addestratore", "addestratrice": "addestratore",
    "formatore": "formatore", "formatrice": "formatore", "revisore": "revisore", "pianificatore": "pianificatore",
    "pianificatrice": "pianificatore", "conduttore": "conduttore", "supervisore": "supervisore",
    "ispettore": "ispettore", "ispettrice": "ispettore", "agente": "agente", "venditore": "venditore",
    "venditrice": "venditore", "magazziniere": "magazziniere", "infermiere": "infermiere",
    "infermiera": "infermiere", "contabile": "contabile", "cuoco": "cuoco", "cuoca": "cuoco",
    "autista": "autista", "commesso": "commesso", "commessa": "commesso", "elettricista": "elettricista",
    "idraulico": "idraulico", "architetto": "architetto", "geometra": "geometra", "perito": "perito",
    "farmacista": "farmacista", "medico": "medico", "educatore": "educatore", "educatrice": "educatore",
    "meccanico": "meccanico", "muratore": "muratore", "falegname": "falegname", "cameriere": "cameriere",
    "cameriera": "cameriere", "segretario": "segretario", "segretaria": "segretario", "traduttore": "traduttore",
    "traduttrice": "traduttore", "modellista": "modellista", "modellatore": "modellatore",
    "modellatrice": "modellatore", "annotatore": "annotatore", "annotatrice": "annotatore",
    "controllore": "controllore", "tornitore": "tornitore", "fresatore": "fresatore",
}  # fmt: skip
BASE_HEADS = frozenset(_ITALIAN.values())

_LINK = frozenset("di del dello della dell' dei degli delle da in per alla allo all' ai alle al e ed su a".split())
_RANK = {
    "senior": "senior", "junior": "junior", "apprendista": "junior", "stagista": "intern", "stage": "intern",
    "capo": "lead", "esperienza": "",
}  # fmt: skip
_STOP = frozenset(
    """
    m f m/f f/m w x d remoto sede tempo full part time full-time part-time cercasi cerchiamo ricerca
    contratto indeterminato determinato presso zona con stage tirocinio che per il la lo le gli un una
    si sono nostro nostra azienda settore urgente smart working ibrido
    """.split()
)
_WORD = re.compile(r"[A-Za-zÀ-ÿ0-9](?:[A-Za-zÀ-ÿ0-9+#.-]*[A-Za-zÀ-ÿ0-9+#])?[’']?|[^\sA-Za-zÀ-ÿ0-9]")
_CUE = re.compile(
    r"cerchiamo|ricerchiamo|ricerca|cercasi|seleziona|selezioniamo|figura di|posizione|assumiamo|si cerca",
    re.I,
)
_LONGEST = 6  # words after the head


def head_of(label: str) -> str:
    """The first word of a label in masculine singular, or "" when it is no known form of a head.

    >>> head_of("Tecnici dell'energia"), head_of("Operatrice di impianti")
    ('tecnico', 'operatore')
    """
    words = re.findall(r"[a-zà-ÿ]+", label.lower().split("/")[0])
    return _ITALIAN.get(words[0], "") if words else ""


def names_people(head: str) -> bool:
    """Whether a head that few labels end in has the form of a word for people."""
    return head in BASE_HEADS


def read_line(
    line: str, heads: frozenset[str], *, title: bool, clean: bool = False
) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
    """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line."""
    lower = line.lower()
    tokens = [(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in _WORD.finditer(line)]
    cue = _CUE.search(lower)
    found = False
    i = 0
    while i < len(tokens):
        head = _ITALIAN.get(tokens[i][0], "")
        if not head or head not in heads:
            i += 1
            continue
        words, end, seniority = [head], i, ""
        j = i + 1
        while j < len(tokens) and len(words) <= _LONGEST:
            word = tokens[j][0]
            if word == "/" and j + 1 < len(tokens) and len(tokens[j + 1][0]) <= 5:
                j += 2  # "addetto/a", "operatore/trice"
                continue
            if word in _RANK:
                seniority = seniority or _RANK[word]
                j += 1
                continue
            if not word[0].isalnum() or (word in _STOP and word not in _LINK):
                break
            words.append(word)
            if word not in _LINK:
                end = j
            j += 1
        while words and words[-1] in _LINK:
            words.pop()
        if i > 0 and tokens[i - 1][0] in _RANK:
            seniority = seniority or _RANK[tokens[i - 1][0]]
        if len(words) > 1:
            found = True
            start, stop = tokens[i][1], tokens[end][2]
            rest = lower[:start] + lower[stop:]
            alone = not re.search(r"[a-zà-ÿ]{3,}", re.sub(r"\(.*?\)|senior|junior|/\w+|[-|,].*", "", rest))
            titled = line[start].isupper()
            yield (
                " ".join(words).replace("' ", "'"),
                start,
                stop,
                alone,
                titled,
                title or cue is not None,
                seniority,
            )
        i = max(j, i + 1)
    if not found:
        yield from grammar_en.read_line(line, grammar_en.BASE_HEADS, title=title, clean=clean)
