"""What tells the language of a title of a few words: words of titles, letters, endings.

A model of n-grams takes "Data Scientist" for Italian and "Klempnerin" for French: titles are made of words
that travel. The words here are those that many titles of a language hold and few of another; an
ending counts less than a word. Where the evidence does not lead, the model decides among what it leaves.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """engineer engineers engineering developer developers development manager managers management senior junior lead principal
            staff head chief officer officers director specialist specialists analyst analysts analytics scientist scientists science
            data software security cybersecurity cyber network cloud system systems support sales marketing product project program
            business account accounts accounting accountant assistant assistants associate associates administrator administrators
            administration designer designers architect architects consultant consultants consulting coordinator executive supervisor
            supervisors technician technicians technical technology operator operators operations representative representatives advisor
            adviser agent agents clerk clerks worker workers driver drivers cleaner teacher teachers trainer tutor nurse nurses doctor
            intern internship graduate trainee apprentice full stack frontend backend front back end web mobile machine learning deep
            research researcher researchers quality control inspector tester testing test writer editor translator planner buyer
            merchandiser store shop warehouse finance financial investment risk compliance legal counsel attorney lawyer paralegal human
            resources talent recruiter recruitment customer service services success experience office receptionist secretary maintenance
            mechanic electrical electrician mechanical civil chemical construction site building health care medical clinical pharmacy
            dental social community media content digital brand communications public relations relationship partner growth strategy
            strategic global regional national area district local field head of for the and with remote onsite hybrid time part hiring
            jobs job position posts level entry team leader expert experts general global chef cook waiter bar kitchen restaurant hotel
            housekeeping guard safety environmental energy plant production process manufacturing supply chain logistics procurement
            purchasing vice president board chairman founder co-founder founding ceo cto country market trade trading banking bank
            insurance claims tax audit auditor payroll credit officer database programmer programming applications application
            information infrastructure reliability platform devops site game games creative art artist graphic visual producer
            production video music sound school university professor lecturer faculty education educational training student school
            summer inc llc corp start startup company who are looking seeking wanted based year years months contract freelance
            professional assembler assemblers installer installers repairers makers cutters tenders operators helpers workers other
            except all teachers postsecondary therapist therapists counselor counselors psychologist physicians dispatchers appraisers
            division department unit assurance delivery solutions solution incident response vulnerability threat penetration identity
            access governance awareness key storage design power private equity line user interface quantitative generalist writer
            animator modeler attendant attendants apparel estimator ambassador commercial property estate real litigation bookkeeper
            salesperson salespersons aide aides advocate outreach grants fellow volunteer intelligence architecture""",
        "de": """mitarbeiter mitarbeiterin mitarbeiterinnen fachkraft fachkräfte leiter leiterin leitung ingenieur ingenieurin ingenieure
            techniker technikerin entwickler entwicklerin berater beraterin sachbearbeiter sachbearbeiterin kaufmann kauffrau kaufleute
            verkäufer verkäuferin verkauf vertrieb einkäufer einkauf mechaniker mechatroniker elektroniker elektriker schlosser
            schweißer monteur maurer maler tischler dachdecker klempner bäcker metzger koch köchin kellner krankenpfleger pfleger
            pflegerin pflege arzt ärztin lehrer lehrerin erzieher erzieherin betreuer sozialarbeiter sozialpädagoge assistent assistentin
            assistenz sekretär sekretärin referent referentin geschäftsführer geschäftsführerin abteilungsleiter projektleiter teamleiter
            gruppenleiter bereich bereichsleiter fahrer lkw kraftfahrer lagerist lager helfer hilfskraft aushilfe auszubildende
            auszubildender ausbildung werkstudent werkstudentin praktikant praktikum praktikantin student meister meisterin geselle
            bauleiter planer zeichner konstrukteur informatiker fachinformatiker softwareentwickler systemadministrator netzwerk
            sicherheit informationssicherheit datenschutz datenschutzbeauftragter beauftragter beauftragte beamter beamtin angestellter
            spezialist spezialistin experte expertin forscher forschung wissenschaftler wissenschaftlicher prüfer gutachter für und im
            in der die das mit von zur zum am bei oder als schwerpunkt vollzeit teilzeit stellvertretende stellvertretender junge
            junger technische technischer kaufmännische arbeiter arbeiterin führer macher mann frau wirt hausmeister gärtner landwirt
            förster jäger fischer steuerberater steuerfachangestellte rechtsanwalt richter richterin notar buchhalter buchhalterin
            bankkaufmann versicherungskaufmann makler redakteur redakteurin künstler musiker schauspieler tänzer sänger trainer
            verwaltung öffentlicher dienst cybersicherheit it-sicherheit fachperson fachfrau fachmann studium duales nebenjob minijob
            befristet unbefristet umfeld lösungen kommunikation finanzen deutschland österreich schweiz raum einstieg quereinsteiger
            gesucht stelle außendienst aussendienst innendienst kundendienst fachbereich abteilung prozess prozesse projekt projekte""",
        "fr": """ingénieur ingénieure ingénieurs développeur développeuse technicien technicienne techniciens responsable directeur directrice
            chef cheffe chargé chargée agent agente employé employée ouvrier ouvrière conducteur conductrice opérateur opératrice
            gestionnaire assistant assistante conseiller conseillère vendeur vendeuse commercial commerciale comptable secrétaire
            infirmier infirmière médecin enseignant enseignante professeur formateur formatrice éducateur éducatrice animateur animatrice
            cuisinier cuisinière serveur serveuse boulanger boucher pâtissier maçon peintre plombier électricien électricienne mécanicien
            mécanicienne menuisier charpentier soudeur soudeuse monteur monteuse chauffeur livreur magasinier manutentionnaire préparateur
            aide auxiliaire apprenti apprentie stagiaire alternance cadre dirigeant dirigeante juriste avocat avocate notaire rédacteur
            rédactrice traducteur traductrice journaliste graphiste architecte dessinateur dessinatrice projeteur chercheur chercheuse
            analyste consultant consultante contrôleur contrôleuse inspecteur inspectrice acheteur acheteuse logisticien approvisionneur
            coiffeur coiffeuse esthéticien esthéticienne artisan artiste musicien musicienne danseur danseuse comédien comédienne
            métiers de du des la le les en et à au aux pour sur dans ou informatique réseau réseaux sécurité qualité production
            maintenance vente ventes achat achats bâtiment travaux bureau études projet projets ressources humaines gestion service
            services métier poste équipe niveau industriel industrielle psychologue podologue taxidermiste""",
        "it": """ingegnere ingegneri tecnico tecnici tecnica tecniche responsabile responsabili addetto addetta addetti addette operaio operaia
            operai operatore operatrice operatori impiegato impiegata impiegati direttore direttrice direttori dirigente dirigenti capo
            consulente consulenti sviluppatore programmatore analista analisti progettista disegnatore disegnatori insegnante insegnanti
            docente docenti professore professori medico medici infermiere infermieri farmacista avvocato avvocati notaio notai giudice
            contabile ragioniere segretario segretaria commesso commessa commessi venditore venditori cameriere camerieri cuoco cuochi
            barista baristi panettiere muratore muratori elettricista elettricisti idraulico idraulici meccanico meccanici saldatore
            saldatori montatore montatori falegname falegnami verniciatore autista autisti magazziniere magazzinieri manutentore
            manutentori apprendista tirocinante stagista praticante architetto architetti geometra chimico chimici fisico fisici biologo
            biologi geologo geologi matematici statistico statistici agronomo agronomi veterinario veterinari artigiano artigiani artista
            artisti musicista attore attori cantante cantanti ballerino ballerini fotografo giornalista giornalisti redattore interprete
            interpreti traduttore traduttori conduttore conduttori macchinista macchinisti agente agenti guardia guardie vigile vigili
            esperto esperti specialista specialisti di del della dei delle degli al alla e il la le gli con per da nel nella ed
            macchine impianti produzione vendita vendite ufficio lavori edile servizi attività assimilati orafi atleti zootecnici botanici
            croupiers geografi""",
        "es": """ingeniero ingeniera ingenieros técnico técnica técnicos técnicas encargado encargada responsable operario operaria operarios
            obrero obreros peón peones empleado empleada empleados director directora directores gerente gerentes jefe jefa jefes
            consultor programador programadores desarrollador analista analistas diseñador profesor profesora profesores maestro
            maestros médico médicos enfermero enfermera enfermeros farmacéutico abogado abogada abogados notarios juez contable contables
            secretario secretaria secretarios dependiente dependientes vendedor vendedora vendedores camarero camarera camareros cocinero
            cocinera cocineros panadero panaderos albañil albañiles electricista electricistas fontanero fontaneros mecánico mecánicos
            soldador soldadores montador montadores carpintero carpinteros pintor pintores conductor conductora conductores chófer mozo
            mozos almacén almacenero aprendiz becario prácticas arquitecto arquitectos químico químicos físicos biólogos geólogos
            matemáticos estadísticos agrónomos veterinarios artesano artesanos artista artistas músicos actores cantantes bailarines
            fotógrafo periodista periodistas redactor traductor traductores intérpretes agente agentes guardia guardias ayudante ayudantes
            auxiliar auxiliares especialista especialistas trabajador trabajadores de del la el los las y en para por con al otros
            máquinas instalaciones producción ventas oficina obras servicios""",
        "pl": """inżynier specjalista specjalistka kierownik kierowniczka kierowca kierowcy pracownik pracowniczka pracownicy pracownika
            programista programistka młodszy młodsza starszy starsza główny główna asystent asystentka sprzedawca sprzedawczyni
            przedstawiciel handlowy handlowiec doradca konsultant konsultantka księgowy księgowa magazynier magazynierka operator
            operatorka technik elektryk elektronik mechanik mechatronik spawacz ślusarz tokarz frezer monter murarz tynkarz malarz
            stolarz cieśla dekarz hydraulik brukarz zbrojarz betoniarz piekarz cukiernik kucharz kucharka kelner kelnerka barman rzeźnik
            fryzjer fryzjerka kosmetyczka krawiec krawcowa szwaczka pielęgniarka pielęgniarz lekarz farmaceuta opiekun opiekunka
            nauczyciel nauczycielka wychowawca pedagog psycholog referent inspektor dyrektor prezes zastępca koordynator koordynatorka
            brygadzista mistrz majster robotnik robotnica pomocnik pomocniczy pomoc sprzątaczka sprzątająca sprzątający osoba portier
            ochrony ochroniarz dozorca konserwator kasjer kasjerka recepcjonista recepcjonistka sekretarka stażysta praktykant praktyka
            staż analityk projektant grafik architekt geodeta prawnik radca prawny notariusz sędzia urzędnik podinspektor podreferendarz
            redaktor dziennikarz tłumacz animator instruktor ds do w z na i dla oraz ze od przy lub po nad bez zł budowy budowlany
            produkcji sprzedaży obsługi klienta magazynu biura biurowy techniczny medyczny wózka widłowego linii maszyn urządzeń sieci
            systemów projektu kadr płac jakości utrzymania ruchu kontroli bankier tapicer laborant makler introligator organista administrator baz danych agent tester
            mediator promotor lider kurier ankieter elektromonter trener praca zdalna zdalnie z od
            bukmacher astronom archeolog rewident""",
    }.items()
}
# Letters that a language has and most of the others do not.
LETTERS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "de": (("ßäöü", 1.0),), "pl": (("ąćęłńśźż", 2.0), ("ó", 0.4)), "es": (("ñ¿¡", 2.0), ("áíóú", 0.8), ("é", 0.3)),
    "fr": (("çœêëîïûâ", 1.0), ("é", 0.8), ("è", 0.6), ("à", 0.5)), "it": (("òìù", 1.0), ("à", 0.6), ("è", 0.5)),
}  # fmt: skip
# Endings of words of five letters and more.
ENDINGS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"(?:ers?|ors?|ists?|ing|tion|ions|ment|ian|ians|man|men|ity|ness|ship|ers|ance|ence|ary|ical|ly)$"),
    "de": re.compile(
        r"(?:erin|erinnen|ung|ungs|schaft|heit|keit|leiter|techniker|ingenieur|arbeiter|führer|macher|pfleger|mann|frau|meister|helfer|"
        r"bauer|mechaniker|berater|entwickler|verkäufer|lehrer|assistent|beauftragter?|loge|login|login|wirt|wart|bearbeiter|"
        r"kraft|wesen|technik|logie|nist|inspektor|ent|ist|ler|lerin|ner|nerin|iker|ikerin|eur|eurin|ator|atorin|är)$"
    ),
    "fr": re.compile(r"(?:eurs?|euses?|trices?|iens?|iennes?|iers?|ières?|istes?|age|ements?|logues?|eux|oir|oire|ique|aire|aires|ée?s?)$"),
    "it": re.compile(
        r"(?:tore|tori|trice|trici|zione|zioni|ai[oa]?|ista|isti|iere|ieri|iera|og[oi]|logi|ic[oi]|in[oi]|ent[ei]|ant[ei]|essa|mento|menti|"
        r"ale|ali|ari[oae]?|or[ei]|ogi|afi|gli|tà|ura|iche|ett[oi])$"
    ),
    "es": re.compile(
        r"(?:dor|dores|doras?|ción|ciones|istas?|eros?|eras?|arios?|arias?|ogos?|ogas?|icos?|icas?|ados?|adas?|entes?|antes?|ería|erías|"
        r"ores|oras|dad|tas|utas|ales|ura|nos|nas)$"
    ),
    "pl": re.compile(
        r"(?:ow[yae]|owego|ów|arz|arka|nik|nica|yk|ca|czyni|acz|aczka|ysta|ystka|istka|log|logii|owiec|owie|ent|entka|ski|ska|skie|ny|na|ego|ych|nia|"
        r"nie|ości|cji|kach|kami|ik|mik|iarz|wca|opeda|opata)$"
    ),
}  # fmt: skip
WORD, ENDING, SIGN = 1.0, 0.35, 0.5
# What no English title has, and German titles of English words have: small words, written small, and compounds. Where
# one stands the line is German, and its English words are borrowed.
_GERMAN_FRAME = re.compile(r"(?<!\w)(?:und|für|im|zur|zum|mit|bei|der|vom|beim|oder|sowie|ab|unsere[nrms]?|sie)(?!\w)")
_GERMAN_COMPOUND = re.compile(
    r"\w{2,}(?:mitarbeiter|leiter|fachkraft|berater|entwickler|verkäufer|ingenieur|techniker|mechaniker|elektroniker|pfleger|helfer|"
    r"führer|meister|betreuer|bearbeiter|planer|prüfer|spezialist|beauftragte)(?:in|innen|r|n)?$"
    r"|\w{2,}(?:fachperson|fachfrau|fachmann|assistenz|kaufmann|kauffrau|dienst|wesen|güter|schaft|heit|keit)$"
    r"|\w{3,}[bdghklnrstz]ung(?:en|s)?$|\w{4,}management$"
)
_NAMES = frozenset({"fischer", "richter", "meister", "metzger", "projekt"})
FRAMED, BORROWED = 1.0, 0.55  # what that adds to German, and what is left of the English words
GERMAN_FORM = 2.5  # a second form for women behind a stroke or a colon
FIRST = 0.3  # for English where a word of it stands: titles of all countries borrow from it, not the other way
_SIGNS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r", (?:CA|NY|TX|MA|WA|IL|CO|GA|FL|PA|NJ|VA|MD|DC|OR|OH|NC|MN|MI|UT|AZ|MO|TN|WI|CT|NV|ON|BC)\b|\bYC [SW]\d\d|\b(?:Inc|LLC|Ltd)\b|https?://|\b(?:USA|US|UK)\b|(?i:\bm\s?/\s?f|\bf\s?/\s?m)"
    ),
    "de": re.compile(r"\bm\s?[/|]\s?w\b|\bw\s?[/|]\s?m\b|\bmwd\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:h\s?/\s?f|f\s?/\s?h)\b|\b[dl]['’]", re.IGNORECASE),
    "pl": re.compile(
        r"\b(?:k\s?/\s?m|m\s?/\s?k)\b|/-?(?:ka|czka)\b|[cs]z[aeiyąęł]|yz|yj|prz|owsk|\w{3}(?:ki|arek|wek|ówka|ych|ego)\b|\bds\b",
        re.IGNORECASE,
    ),
    "es": re.compile(r"/-?[ao]s?\b", re.IGNORECASE),
}
_GERMAN_FORMS = re.compile(r"/-?in\b|[:*_]in\b|(\w{4,})\s?/\s?\1in\b", re.IGNORECASE)
# "(m/w/d)", "f m x": no words.
_GENDERS = re.compile(r"(?<!\w)[mwfdxhknv](?:\s?[/|,]\s?[mwfdxhknv]|\s[mwfdxn]){1,3}(?!\w)", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def evidence(title: str, languages: Sequence[str]) -> dict[str, float]:
    """How much speaks for each language, 0 and up; a word of a language is worth 1.

    >>> found = evidence("Data Scientist", ("en", "it"))
    >>> found["en"] > found["it"]
    True
    """
    lower = title.lower()
    words = _TOKEN.findall(_GENDERS.sub(" ", lower))
    pieces = {piece for word in words for piece in (word, *word.split("-"))}
    found = {}
    for language in languages:
        own = WORDS.get(language, frozenset())
        score = WORD * sum(piece in own for piece in pieces)
        if ending := ENDINGS.get(language):
            score += ENDING * sum(
                len(piece) >= 5 and piece not in own and ending.search(piece) is not None for piece in pieces
            )
        for letters, weight in LETTERS.get(language, ()):
            score += weight * any(letter in lower for letter in letters)
        if language == "en" and score >= WORD:
            score += FIRST
        if (sign := _SIGNS.get(language)) and sign.search(title):
            score += SIGN if language != "en" else WORD
        if language == "de" and _GERMAN_FORMS.search(title):
            score += GERMAN_FORM
        found[language] = score
    if "de" in found and _is_framed(title, pieces):
        found["de"] += FRAMED
        if "en" in found:
            found["en"] *= BORROWED
    return found


def _is_framed(title: str, pieces: set[str]) -> bool:
    """Whether a title holds a small word, a long word or a compound that only German has."""
    return bool(
        not pieces.isdisjoint(_german_only())
        or _GERMAN_FRAME.search(title)
        or any(len(piece) >= 8 and _GERMAN_COMPOUND.match(piece) for piece in pieces)
    )


@functools.cache
def _german_only() -> frozenset[str]:
    """Longer words of German titles that no other language here has, and that are no names."""
    others = frozenset().union(*(words for language, words in WORDS.items() if language != "de"))
    return frozenset(word for word in WORDS["de"] if len(word) >= 7 and word not in others) - _NAMES
