"""Classifications of occupations and skills: ESCO, O*NET, ISCO-08, the Chinese Dadian, any CSV.

`read_taxonomy` reads the files of one version of one scheme; `TaxonomyShelf` keeps versions with
their release dates and gives, as of a date, the newest released version of each scheme.
"""

from observatory.taxonomy.groups import group_names, group_title
from observatory.taxonomy.read import SCHEMES, read_taxonomy
from observatory.taxonomy.shelf import TaxonomyShelf, Version

__all__ = ["SCHEMES", "TaxonomyShelf", "Version", "group_names", "group_title", "read_taxonomy"]
