"""Countries as sales files write them."""

# Names that are not Odoo's; None is a place that is no country.
ALIASES = {
    "eire": "IE",
    "rsa": "ZA",
    "usa": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "uae": "AE",
    "czechia": "CZ",
    "korea": "KR",
    "russia": "RU",
    "holland": "NL",
    "the netherlands": "NL",
    "channel islands": None,
    "european community": None,
    "unspecified": None,
    "": None,
}


class CountryFinder:
    """Maps a name, an ISO code or an alias to the id of a res.country; remembers the unknown."""

    def __init__(self, env):
        countries = env["res.country"].with_context(lang="en_US").search([])
        by_code = {country.code: country.id for country in countries}
        self.ids = {country.name.casefold(): country.id for country in countries}
        self.ids |= {code.casefold(): country_id for code, country_id in by_code.items()}
        self.ids |= {alias: by_code.get(code) for alias, code in ALIASES.items()}
        self.unknown = set()

    def __call__(self, name):
        key = (name or "").casefold()
        if key not in self.ids:
            self.unknown.add(name)
        return self.ids.get(key) or False
