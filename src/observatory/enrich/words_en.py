"""Words of the English role grammar: heads, what is no head, rank, filler, and what ends a phrase."""

from __future__ import annotations

BASE_HEADS = frozenset(
    """
    accountant administrator advisor advocate agent analyst architect artist assembler assistant
    auditor biologist buyer chemist clerk coach consultant controller coordinator copywriter designer
    developer director driver economist editor electrician engineer evaluator evangelist examiner
    fitter geologist illustrator inspector installer instructor integrator investigator journalist
    lawyer librarian machinist manager marketer master mechanic modeler nurse officer operator
    optimizer owner photographer physicist pilot planner processor producer programmer recruiter
    repairer representative researcher scientist secretary specialist statistician strategist
    supervisor surveyor tax technician technologist tester therapist toolmaker trainer translator
    tutor welder worker writer
    """.split()
) - {"tax"}

# Words that end in a head's form but head no profession, whatever a classification's labels say.
NOT_HEADS = frozenset(
    """
    all other others general and or service services operation operations work works system systems
    management support member members player leader head chief lead user customer client people
    person candidate applicant founder cofounder partner friend student intern graduate trainee
    apprentice team staff crew side level end center centre computer server container printer router
    driver browser compiler parser order number year paper power tower computing training engineering
    maker provider vendor dealer seller winner owner employer employee buyer trader investor expert
    professional tech sale school model folder chair buffer layer former monitor mate tier host
    guy girl man woman boy hand aide helper personnel practitioner candidate rep
    """.split()
) - {"owner", "driver", "buyer", "expert", "trader", "maker", "aide", "practitioner"}

ABBREVIATED = {
    "dev": "developer", "devs": "developer", "eng": "engineer", "engs": "engineer",
    "mgr": "manager", "engr": "engineer", "admin": "administrator", "admins": "administrator",
    "coder": "programmer", "rep": "representative", "modeller": "modeler", "adviser": "advisor",
}  # fmt: skip

SENIORITY = {
    "senior": "senior", "sr": "senior", "sr.": "senior", "snr": "senior", "junior": "junior",
    "jr": "junior", "jr.": "junior", "lead": "lead", "principal": "principal", "staff": "staff",
    "mid": "mid", "midlevel": "mid", "mid-level": "mid", "mid/senior": "senior", "entry": "junior",
    "entry-level": "junior", "entrylevel": "junior", "level": "", "intermediate": "mid", "graduate": "junior",
    "grad": "junior", "trainee": "junior", "intern": "intern", "internship": "intern",
    "apprentice": "junior", "student": "intern", "head": "lead", "associate": "junior", "i": "",
    "ii": "", "iii": "", "iv": "", "chief": "lead", "deputy": "", "assistant": "junior",
    "mid-senior": "senior", "senior-level": "senior", "semi-senior": "mid", "distinguished": "principal",
    "founding": "lead", "early": "", "expert": "senior", "veteran": "senior", "executive": "lead",
    "medior": "mid", "mid-weight": "mid", "midweight": "mid", "middleweight": "mid", "principle": "principal",
    "phd": "", "ph.d": "", "interim": "", "seasoned": "senior", "iiii": "", "v": "", "vi": "",
}  # fmt: skip
# Seniority words that belong to the occupation when they stand before these heads.
KEPT_BEFORE = {
    "chief": {"officer", "executive"},
    "assistant": {"professor"},
    "executive": {
        "assistant",
        "officer",
        "secretary",
        "producer",
        "editor",
        "recruiter",
        "coach",
        "director",
    },
    "associate": {"professor"},
    "staff": {"accountant", "attorney", "nurse"},
    "student": {"advisor", "counselor"},
    "graduate": {"researcher"},
}

# Praise, contract, counting and other words at the left edge that say nothing about the profession.
FILLER = frozenset(
    """
    talented experienced great good awesome amazing excellent exceptional passionate strong solid top
    top-notch skilled smart brilliant creative motivated self-motivated enthusiastic dedicated
    ambitious rockstar rock-star rock star ninja kick-ass kickass badass world-class fantastic stellar
    superstar outstanding competent capable qualified savvy hands-on hard-working hardworking driven
    seasoned proven accomplished promising gifted curious pragmatic versatile flexible energetic
    innovative detail-oriented best better bright serious true real right perfect ideal potential
    prospective aspiring first second third fourth new additional more another other multiple several
    many various few some two three four five six seven eight ten dozen couple extra next last
    full-time fulltime full time part-time parttime part contract contractor freelance freelancer
    permanent temporary temp perm remote onsite on-site on site offsite local paid unpaid h1b intern
    internship interns summer winter fall spring hiring seeking wanted needed need looking join
    joining become immediate immediately urgent urgently open current currently available opening
    openings position positions role roles job jobs vacancy opportunity technical-minded key core
    professional dev-minded like-minded future original initial sole solo single super ultra extremely
    highly very really well pretty truly incredibly interested multi-talented multidisciplinary
    female male you're we're overall own fellow existing former day-to-day long-term short-term
    hungry entrepreneurial collaborative analytical knowledgeable successful organized organised diligent
    committed dynamic confident intellectually wicked extraordinary proud self-starting independent world
    class notch tier level-headed scrappy gritty fearless humble stellar fifth sixth seventh eighth small
    hn ycombinator yc hacker news especially bilingual multilingual x no valid designated dream
    prn per-diem
    """.split()
) - {"technical-minded"}

# These end a phrase: nothing at or before them belongs to it.
BOUNDARY = frozenset(
    """
    a an the this that these those my our your their his her its we you they i he she it who whom
    whose which what where when why how of for to in on at by with from as into onto over under about
    between among through during without within across per via than then and or but nor so yet if
    because while until since although though unless not no yes don't please is are was were be been
    being am do does did done have has had having can could will would shall should may might must
    let lets let's get gets got make makes made making take takes help helps helping work works
    working worked build builds building built use uses using used find finds finding want wants
    hire hires hired need needs seek seeks look looks like likes love loves know knows think thinks
    run runs running lead-by leads leading manage manages managing be become becoming join joining joins
    enable enables enabling allow allows allowing connect connects connecting give gives giving
    empower empowers empowering provide provides providing create creates creating write writes
    writing design-and ship ships shipping grow grows growing keep keeps keeping put puts bring brings
    meet meets support-our turn turns teach teaches learn learns improve improves develop-and
    designs develops designing-and tell tells ask asks call calls email contact apply send sends come
    comes go goes see sees try tries start starts started started-by mean means include includes
    including such etc e.g i.e eg ie both either neither each every any all most only just also even
    still always never ever often sometimes already there here up down out off plus minus versus vs
    one ones someone anyone everyone nobody somebody more less much too again however therefore
    thus hence said says saying based former ex currently hiring seeking looking i'm i've i'd
    we've we'd we'll you'll you've they're it's that's there's who's what's he's she's isn't aren't
    doesn't won't can't couldn't wouldn't shouldn't haven't hasn't wasn't weren't
    """.split()
)
# Words that look like modifiers and are none, at any place of the phrase: the phrase is dropped.
NONSENSE = frozenset("one where please recruiters-please none nope".split())

# Two words that belong together though the first alone is filler; "" stands for any head.
KEPT_PAIRS = frozenset(
    {
        ("full", "stack"), ("open", "source"), ("real", "estate"), ("real", "time"), ("third", "party"),
        ("new", "business"), ("new", "media"), ("new", "product"), ("key", "account"), ("key", "accounts"),
        ("creative", "director"), ("creative", "producer"), ("creative", "technologist"), ("creative", "strategist"),
        ("creative", "manager"), ("creative", "writer"), ("creative", "services"), ("creative", "designer"),
        ("contract", "manager"), ("contract", "administrator"), ("contract", "specialist"), ("contract", "officer"),
        ("analytical", "chemist"), ("analytical", "scientist"), ("analytical", "linguist"),
        ("analytical", "development"), ("small", "business"), ("class", "teacher"), ("news", "editor"),
        ("news", "reporter"), ("news", "producer"), ("job", "coach"), ("job", "developer"), ("independent", "living"),
        ("key", "holder"), ("site", "reliability"), ("site", "manager"), ("site", "engineer"), ("site", "supervisor"),
        ("site", "superintendent"), ("site", "administrator"), ("site", "director"), ("site", "coordinator"),
        ("site", "merchandiser"), ("full", "cycle"), ("part", "time"), ("winter", "sports"), ("class", "instructor"),
        ("professional", "services"), ("role", "model"), ("position", "control"), ("local", "government"),
        ("core", "network"), ("core", "java"), ("female", "health"), ("new", "home"), ("new", "car"),
    }
)  # fmt: skip
# Words of BOUNDARY that are no end before these: "Call Center Agent", "Build Engineer", "Email Copywriter".
NO_END_BEFORE = {
    "contact": {"centre", "center"}, "call": {"centre", "center"}, "help": {"desk"},
    "build": {"engineer", "engineers", "release", "and", "&", "infrastructure", "tools", "systems", "system", "automation", "master"},
    "email": {"marketing", "developer", "designer", "specialist", "copywriter", "marketer", "manager", "support"},
    "run": {"time"}, "managing": {"director", "editor", "partner", "attorney", "broker", "consultant", "principal"}, "working": {"student"}, "building": {"manager", "engineer", "inspector", "surveyor", "services"},
}  # fmt: skip
# A word ending in one of these is praise ("mission-driven"), whatever stands before it.
PRAISED = frozenset("minded driven oriented loving obsessed rounded starting motivated savvy notch".split())
# "Front-end focused" says what is made, "product-focused" how.
NO_FOCUS = frozenset("product business user customer mission people detail team results quality design data".split())

# A head that names no profession behind these words: programs, products and people who are nobody's staff.
NOT_BEHIND: dict[str, frozenset[str]] = {
    head: frozenset(words.split())
    for head, words in {
        "driver": "device kernel key revenue growth cost database jdbc odbc central organizational organisational value usb graphics printer nearby performance business",
        "manager": "package tag secrets secret window windows file password task memory session connection download queue boot state layout dependency plugin",
        "broker": "message",
        "agent": "change user relay free transfer secret end mobile browser monitoring",
        "advisor": "trusted rgm",
        "assistant": "google siri voice",
        "builder": "interface query page report website form team company product app site bot world body community",
        "guide": "user study style enterprise buying travel programming reference installation setup how-to to handy helped official",
        "editor": "text visual code image rich level video-text wysiwyg graphics online map vector",
        "illustrator": "adobe",
        "processor": "word query text payment card stream event image document food language signal transaction",
        "controller": "view game network access domain air-traffic",
        "keeper": "record",
        "developer": "biz",
        "planner": "route trip query journey wedding-trip",
        "maker": "decision policy law",
        "buyer": "home house ticket first",
        "worker": "knowledge team hard independent hourly web service background computation remote gig cloudflare smart",
        "actor": "threat bad",
        "mechanic": "game gameplay quantum core fluid statistical combat",
        "doctor": "software",
        "operator": "telecommunications telecom tour cruise fleet",
        "master": "quickly resident web-to grand",
        "publisher": "media commerce web online tier",
        "carrier": "insurance mobile wireless",
        "official": "government governmental elected public senior",
        "representative": "legal house elected",
        "president": "company",
        "executive": "company",
        "expert": "domain industry matter technical technology",
        "supervisor": "reporting direct immediate",
        "contractor": "independent general",
        "enthusiast": "",
    }.items()
}
# Heads that name a profession only behind these words: a product owner is staff, a pet owner is not.
ONLY_BEHIND: dict[str, frozenset[str]] = {
    "owner": frozenset("product process service application platform data project system content solution agile".split()),
    "manufacturer": frozenset(), "performer": frozenset(), "publisher": frozenset(), "observer": frozenset(),
    "principal": frozenset("school vice assistant deputy academy college primary elementary high".split()),
    "guide": frozenset("tour trail mountain museum river fishing hunting safari city adventure park travel".split()),
}  # fmt: skip
# Builders and knowers whose titles are joined by a slash: "Data Scientist/Engineer" names two.
JOINED_HEADS = frozenset(
    "engineer developer programmer scientist analyst architect designer tester technician administrator researcher".split()
)
# One word that is a whole role in a title, and before no head.
WHOLE = {
    "sre": "site reliability engineer", "sres": "site reliability engineer", "sdet": "sdet", "sdets": "sdet",
    "dba": "database administrator", "dbas": "database administrator", "swe": "software engineer",
    "devops": "devops engineer", "frontend": "front end engineer", "front-end": "front end engineer",
    "backend": "back end engineer", "back-end": "back end engineer", "cto": "chief technology officer", "ceo": "chief executive officer",
    "cfo": "chief financial officer", "coo": "chief operating officer", "cmo": "chief marketing officer",
    "cio": "chief information officer", "cpo": "chief product officer", "ciso": "chief information security officer",
}  # fmt: skip
# Heads that say nothing alone. Any other ("paralegal", "statistician") is a role without a modifier.
GENERIC = frozenset(
    """
    engineer developer manager analyst designer architect specialist consultant coordinator director officer assistant
    administrator technician associate supervisor operator worker researcher agent representative advisor executive expert
    scientist programmer member professional clerk owner planner inspector examiner investigator controller evaluator
    integrator installer instructor trainer coach master buyer producer processor advocate artist strategist builder maker
    generalist contractor president aide server attendant helper creator keeper
    """.split()
)
DEPARTMENTS = {
    "eng": "engineering", "engg": "engineering", "mktg": "marketing", "ops": "operations", "bd": "business development",
    "bizdev": "business development", "tech": "technology", "r&d": "r&d",
}  # fmt: skip

# State codes that come before a role when a place does ("Oakland, CA Developer") and mean nothing else there.
STATES = frozenset("ca ny nyc tx wa il ma pa va nj nc oh fl dc".split())
