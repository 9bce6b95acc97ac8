from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..tools import kpi_score
from ..tools.kpi_targets import ReadableBook, Target, TargetBook
from ..tools.working_days import WorkingDays

# How the targets of the parts of a period go together; of a number of different values they do not.
MODES = {
    "count": "sum",
    "sum": "sum",
    "average": "mean",
    "median": "mean",
    "share": "mean",
    "ratio": "mean",
    "distinct": "none",
}
# A target is set for these; for a country or a product category there is none.
TARGET_FILTERS = {"team_id", "user_id"}
KEYS = ("kpi_id", "company_id", "scope", "user_id", "team_id")


class CrmKpi(models.Model):
    """What figures are to reach, and how they stand against it by the working days gone by."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _get_targets(self, start, end, filters=None):
        """The targets of the days ``[start, end)``: of the whole period, also of a running one.

        It covers what the reader's figures of these filters cover. Where some of what it is made
        of is not for him to read, there is none.

        :param filters: as of ``_get_record_domain``; the target is that of the person, else of the
            team, else of the companies; that of the reader where he sees no others' records
        :return: ``{kpi id: target, or None where there is none}``
        """
        pace = self._get_pace({}, start, end, filters)
        return {kpi_id: row["target"] for kpi_id, row in pace.items()}

    def _get_pace(self, values, start, end, filters=None):
        """How figures of ``[start, end)`` stand against their targets, in few queries for all.

        :param values: ``{kpi id: value}`` as of now
        :return: ``{kpi id: {"target", "expected", "progress", "pace"}}``: ``expected`` is what the
            working days gone by make of the target, today by its hours; ``progress`` and ``pace``
            are ratios ("92 % of plan, 104 % of pace", above 1 is ahead also where lower is
            better); each is None where nothing can be said
        """
        result = {}
        targets = self._get_company_targets(start, end, filters)
        for kpi in self:
            target, expected = targets.get(kpi.id, (None, None))
            value = values.get(kpi.id)
            result[kpi.id] = {
                "target": target,
                "expected": expected,
                "progress": kpi_score.get_progress(value, target),
                "pace": kpi_score.get_pace(value, expected, kpi.direction),
            }
        return result

    def _get_company_targets(self, start, end, filters):
        """``{kpi id: (target, expected)}`` of all companies together, in the reader's currency."""
        filters = self._clean_filters(filters)
        companies = self._get_companies(filters)
        owners = {kpi: kpi._get_target_owners(filters) for kpi in self}
        books = self._get_readable_books(companies, start, end) if any(owners.values()) else {}
        result = {}
        for kpi, kpi_owners in owners.items():
            found = [
                (book_company, target, kpi._get_expected(target, start, end, working_days, now))
                for book_company, (book, working_days, now) in books.items()
                for owner in kpi_owners
                if (target := book.get(kpi.id, *owner, start, end)) is not None
            ]
            # What only some of the companies or teams are to reach says nothing about all of them.
            wanted = companies if ("company", None) in kpi_owners else kpi_owners
            if len(found) < len(wanted):
                continue
            if len(found) == 1 or (found and MODES[kpi.measure] == "sum"):
                result[kpi.id] = kpi._add_up_companies(found, end)
        return result

    def _get_target_owners(self, filters):
        """``[(scope, id)]`` of whom the reader's figure of these filters is held against."""
        self.ensure_one()
        chosen = filters.keys() - {"company_ids"}
        if not chosen <= TARGET_FILTERS:
            return []
        team_ids = filters.get("team_id", [])
        team_ids = [team_ids] if isinstance(team_ids, int) else team_ids
        user = self.env["res.users"].browse(filters.get("user_id"))
        if not self._reads_everybody():
            # His own records are all that the figure is made of, whoever is chosen.
            if user not in (self.env.user, user.browse()):
                return []
            user = self.env.user
        if user:
            # Of a person's work for one team there is a target only where it is the only team.
            return [("user", user.id)] if self._is_in_teams(user, team_ids) else []
        return [("team", team_id) for team_id in team_ids] or [("company", None)]

    def _is_in_teams(self, user, team_ids):
        """Whether somebody works for one of the teams, or a part of it; for none named: yes."""
        if not team_ids:
            return True
        # sudo: memberships are not for everybody to read
        path = user.sudo().sale_team_id.parent_path or ""
        return not {str(team_id) for team_id in team_ids}.isdisjoint(path.split("/"))

    def _reads_everybody(self):
        """Whether the record rules leave this reader all records of his companies."""
        if self.env.su:
            return True
        return not any(
            part._names_somebody(self.env[part.model_name], rules)
            for part in self._get_parts()
            for rules in [self.env["ir.rule"]._compute_domain(part.model_name, "read")]
        )

    def _names_somebody(self, model, rules):
        """Whether a domain asks for a person or a team."""
        for condition in rules.iter_conditions():
            records = model
            for name in condition.field_expr.split("."):
                field = records._fields[name]
                if field.comodel_name in ("res.users", "crm.team"):
                    return True
                records = self.env.get(field.comodel_name, records)
            if isinstance(condition.value, Domain) and self._names_somebody(
                records, condition.value
            ):
                return True
        return False

    def _add_up_companies(self, found, end):
        """The (target, expected) of several companies together."""
        totals = [0, 0]
        for company, *amounts in found:
            rate = 1
            if self.unit == "money" and company.currency_id != self.env.company.currency_id:
                rate = self.env["res.currency"]._get_conversion_rate(
                    company.currency_id,
                    self.env.company.currency_id,
                    self.env.company,
                    min(end - timedelta(days=1), fields.Date.context_today(self)),
                )
            totals = [total + amount * rate for total, amount in zip(totals, amounts, strict=True)]
        return tuple(totals)

    def _get_expected(self, target, start, end, working_days, now):
        """What the target comes to by now: by working days where the figure grows with them."""
        self.ensure_one()
        if MODES[self.measure] != "sum" or self.date_kind != "period":
            return target
        whole = working_days.count(start, end)
        if not whole:
            working_days, whole = WorkingDays(()), (end - start).days
        return target * working_days.elapsed(start, end, now) / whole

    def _get_readable_books(self, companies, start, end):
        """``{company: (its targets, its working days, the moment it is there)}``."""
        # sudo: only all targets tell whether those that the reader may see are all there are
        targets_sudo = self.sudo()._search_targets(companies, start, end)
        if not targets_sudo:
            return {}
        readable = targets_sudo.sudo(self.env.su)._filtered_access("read")
        everything = self._group_targets(targets_sudo)
        known = self._group_targets(readable.sudo())
        parents = self._get_team_parents()
        books = {}
        for company, rows in everything.items():
            first = min(start, *(row.start for row in rows))
            last = max(end, *(row.end for row in rows))
            working_days = company._get_working_days(first, last)
            book = self._get_target_book(rows, parents, working_days)
            if len(known.get(company, ())) < len(rows):
                part = self._get_target_book(known.get(company, ()), parents, working_days)
                book = ReadableBook(book, part)
            books[company] = (book, working_days, company._get_figures_now())
        return books

    def _get_target_book(self, rows, parents, working_days):
        modes = {kpi.id: "last" if kpi.date_kind == "end" else MODES[kpi.measure] for kpi in self}
        return TargetBook(
            rows,
            modes=modes,
            summed={kpi.id for kpi in self if MODES[kpi.measure] == "sum"},
            parents=parents,
            working_days=working_days,
        )

    def _get_team_parents(self):
        # sudo: which team is part of which; a salesperson's own may be below one of another company
        teams_sudo = self.env["crm.team"].sudo().with_context(active_test=False)
        rows = teams_sudo.search_fetch([], ["parent_id"])
        return {team.id: team.parent_id.id or None for team in rows}

    def _read_targets(self, companies, start, end):
        """``{company: [target]}`` of all targets that have days in ``[start, end)``."""
        return self._group_targets(self._search_targets(companies, start, end))

    def _search_targets(self, companies, start, end):
        return self.env["crm.kpi.target"].search_fetch(
            Domain("kpi_id", "in", self.ids)
            & Domain("company_id", "in", companies.ids)
            & Domain("date_from", "<", end)
            & Domain("date_to", ">=", start),
            [*KEYS, "period_type", "date_from", "date_to", "value"],
            order="date_from, id",
        )

    def _group_targets(self, targets):
        result = {}
        for target in targets:
            row = Target(
                target.kpi_id.id,
                target.scope,
                target.user_id.id or None,
                target.team_id.id or None,
                target.period_type,
                target.date_from,
                target.date_to + timedelta(days=1),
                target.value,
            )
            result.setdefault(target.company_id, []).append(row)
        return result
