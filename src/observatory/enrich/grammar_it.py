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
_CASES = _LINK - {"e", "ed"}
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
_LONGEST = 6  # words after the head; in a clean title two more
# In a clean title the first word is a head when it has a form of words for people.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), ending)
    for pattern, ending in (
        (r"(?<=..)ist[ie]$|(?<=..)ista$", "ista"), (r"(?<=..)(?:tori|trici|trice|tore)$", "tore"),
        (r"(?<=..)(?:sori|sore)$", "sore"), (r"(?<=..)(?:ieri|iera|iere)$", "iere"), (r"(?<=..)(?:logi|loga|logo)$", "logo"),
        (r"(?<=..)(?:grafi|grafo|grafa)$", "grafo"), (r"(?<=..)(?:fisici|fisico)$", "fisico"), (r"(?<=..)(?:tai|taio)$", "taio"),
    )
)  # fmt: skip
_MORE_HEADS = {
    "manovali": "manovale", "manovale": "manovale", "imprenditori": "imprenditore", "bidelli": "bidello", "bidello": "bidello",
    "assistenti": "assistente", "docenti": "docente", "insegnanti": "insegnante", "agenti": "agente", "medici": "medico",
    "notai": "notaio", "notaio": "notaio", "atleti": "atleta", "atleta": "atleta", "sarti": "sarto", "sarto": "sarto",
    "periti": "perito", "chimici": "chimico", "chimico": "chimico", "cuochi": "cuoco", "meccanici": "meccanico",
    "piloti": "pilota", "pilota": "pilota", "cantanti": "cantante", "cantante": "cantante", "interpreti": "interprete",
    "interprete": "interprete", "dirigenti": "dirigente", "dirigente": "dirigente", "impiegati": "impiegato",
    "operai": "operaio", "architetti": "architetto", "geometri": "geometra", "infermieri": "infermiere", "avvocati": "avvocato",
    "avvocato": "avvocato", "vetrai": "vetraio", "vetraio": "vetraio", "segretari": "segretario", "commessi": "commesso",
}  # fmt: skip
# Heads that say nothing alone.
_GENERIC = frozenset(
    "tecnico operatore addetto responsabile specialista impiegato operaio consulente assistente agente esperto gestore"
    " coordinatore direttore imprenditore dirigente perito conduttore".split()
)
# Singular endings of what stands behind a plural head ("tecnici meccanici").
_SINGULAR = (
    ("isti", "ista"), ("tori", "tore"), ("sori", "sore"), ("ali", "ale"), ("ili", "ile"), ("enti", "ente"), ("anti", "ante"),
    ("nesi", "nese"), ("ari", "ario"), ("ori", "ore"), ("logi", "logo"), ("i", "o"),
)  # fmt: skip


def _singular(word: str) -> str:
    """
    >>> [_singular(w) for w in ("meccanici", "sanitari", "audioprotesisti", "dentali", "rete")]
    ['meccanico', 'sanitario', 'audioprotesista', 'dentale', 'rete']
    """
    return next((word[: -len(end)] + one for end, one in _SINGULAR if word.endswith(end) and len(word) > 4), word)


def _head(word: str, heads: frozenset[str], *, clean: bool) -> str:
    """The head a word is a form of, in masculine singular, or ""."""
    known = _ITALIAN.get(word, "") or _MORE_HEADS.get(word, "")
    if known in heads or not clean:
        return known if known in heads else ""
    if known:
        return known
    return next((form.sub(ending, word) for form, ending in _FORMS if form.search(word)), "")


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
        head = _head(tokens[i][0], heads, clean=clean and i == 0)
        if not head:
            i += 1
            continue
        words, end, seniority, also = [head], i, "", ""
        j = i + 1
        while j < len(tokens) and len(words) <= _LONGEST + 2 * clean:
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
            if word == "e" and j + 1 < len(tokens):
                if tokens[j + 1][0] in ("professioni", "personale"):
                    break  # "e professioni assimilate"
                second = _head(tokens[j + 1][0], heads, clean=clean and i == 0)
                if second and len(words) == 1 and not also:  # "Ricercatori e tecnici di laboratorio" are two
                    also, j, end = second, j + 2, j + 1
                    continue
            plural = tokens[i][0] != head and tokens[i][0].endswith("i")
            words.append(_singular(word) if plural and word not in _LINK and not _CASES.intersection(words) else word)
            if word not in _LINK:
                end = j
            j += 1
        while words and words[-1] in _LINK:
            words.pop()
        if i > 0 and tokens[i - 1][0] in _RANK:
            seniority = seniority or _RANK[tokens[i - 1][0]]
        if len(words) > 1 or (clean and i == 0 and head not in _GENERIC and j >= len(tokens)):
            found = True
            start, stop = tokens[i][1], tokens[end][2]
            rest = lower[:start] + lower[stop:]
            alone = not re.search(r"[a-zà-ÿ]{3,}", re.sub(r"\(.*?\)|senior|junior|/\w+|[-|,].*", "", rest))
            titled = line[start].isupper()
            for name in filter(None, (head, also)):
                role = " ".join([name, *words[1:]]).replace("' ", "'")
                yield role, start, stop, alone, titled, title or cue is not None, seniority
        i = max(j, i + 1)
    if not found:
        yield from grammar_en.read_line(line, grammar_en.BASE_HEADS, title=title, clean=clean)
