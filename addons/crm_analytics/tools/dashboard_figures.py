"""What the items of a dashboard ask for, so that it is read together."""


class Figures:
    """Collects requests, reads them at once, gives the values out.

    :ivar page: what the dashboard was opened with
    :ivar filters: as ``crm.kpi._read_parts`` takes them
    """

    def __init__(self, page, filters):
        self.page = page
        self.filters = filters
        self._requests = {}
        self._parts = {}
        self._errors = {}

    def ask(self, kpis, window, groupby=()):
        for kpi in kpis:
            if kpi._is_known(window[1]):
                self._requests[kpi.id, tuple(groupby), window] = kpi

    def load(self):
        """Read all that was asked for; a KPI that cannot be read keeps its error to itself."""
        requests = [(kpi, key[1], key[2]) for key, kpi in self._requests.items()]
        if not requests:
            return
        kpis = requests[0][0].concat(*{kpi for kpi, *_rest in requests})
        try:
            self._load(kpis, requests)
        except Exception:  # which of them it was is found by reading them one by one
            for kpi in kpis:
                try:
                    self._load(kpi, [request for request in requests if request[0] == kpi])
                except Exception as error:
                    self._errors[kpi.id] = error

    def _load(self, kpis, requests):
        with kpis.env.cr.savepoint(flush=False):
            self._parts.update(kpis._read_requests(requests, self.filters))

    def check(self, kpis):
        """Raise what went wrong with one of these KPIs."""
        for kpi in kpis:
            if error := self._errors.get(kpi.id):
                raise error

    def parts(self, kpi, window, groupby=()):
        """``{(key of each groupby): (total, count)}``"""
        return self._parts.get((kpi.id, tuple(groupby), window), {})

    def value(self, kpi, window, groupby=(), key=()):
        """The value of one key, None where nothing can be said."""
        if not kpi._is_known(window[1]):
            return None
        return kpi._combine(*self.parts(kpi, window, groupby).get(key, (0, 0)))
