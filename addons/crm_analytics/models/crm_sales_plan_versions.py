from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmSalesPlan(models.Model):
    """The way of a plan: approved, locked, revised by a version that takes its place."""

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

    def action_approve(self):
        """Let the plan count, in the place of the version that was in force."""
        for plan in self:
            plan._check_complete()
            former = plan._get_version_in_force()
            if former:
                former._replace()
            plan.write(
                {
                    "state": "approved",
                    "is_in_force": True,
                    "approved_by_id": self.env.uid,
                    "approved_date": fields.Date.context_today(self),
                }
            )

    def action_draft(self):
        """Take an approval back; the version before counts again."""
        for plan in self:
            plan.write(
                {
                    "state": "draft",
                    "is_in_force": False,
                    "approved_by_id": False,
                    "approved_date": False,
                }
            )
            plan.flush_recordset()
            plan._get_version_before().is_in_force = True

    def action_lock(self):
        self.write({"state": "locked"})

    def action_revise(self):
        """The next version of an approved plan, with its figures, as a draft beside it."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(
                self.env._("%(plan)s is a draft: change its figures.", plan=self.display_name)
            )
        first = self.original_id or self
        newest = self.search([("original_id", "=", first.id)], order="version desc", limit=1)
        self.flush_model(["state"])  # the database allows one draft
        revision = self.create(
            {
                **self.copy_data()[0],
                "name": self.name,
                "original_id": first.id,
                "revised_from_id": self.id,
                "version": (newest or first).version + 1,
            }
        )
        self._copy_lines(revision)
        return revision._get_form_action()

    def _get_version_in_force(self):
        return self.search(self._get_versions_domain() & Domain("is_in_force", "=", True))

    def _get_version_before(self):
        """The version that counted until this one did, which need not be the one it revises."""
        approved = Domain("state", "!=", "draft") & Domain("version", "<", self.version)
        return self.search(self._get_versions_domain() & approved, order="version desc", limit=1)

    def _get_versions_domain(self):
        self.ensure_one()
        first = self.original_id or self
        return Domain("id", "=", first.id) | Domain("original_id", "=", first.id)

    def _replace(self):
        """Another version counts from now on."""
        self.write({"is_in_force": False, **({"state": "locked"} if self._is_open() else {})})
        self.flush_recordset()

    def _is_open(self):
        return self.state == "approved"

    def _check_complete(self):
        self.ensure_one()
        # sudo: the approval is about all figures, whoever may see them
        entries = dict(
            self.env["crm.sales.plan.line"]
            .sudo()
            ._read_group([("plan_id", "=", self.id)], ["entry"], ["__count"])
        )
        if self.basis in entries:
            return
        labels = dict(self._fields["basis"]._description_selection(self.env))
        if entries:
            raise UserError(
                self.env._(
                    "%(plan)s has no %(missing)s figures: enter some, or let the %(other)s figures"
                    " count.",
                    plan=self.display_name,
                    missing=labels[self.basis].lower(),
                    other=labels[next(iter(entries))].lower(),
                )
            )
        raise UserError(
            self.env._("%(plan)s has no figures yet: enter some.", plan=self.display_name)
        )

    def _copy_lines(self, revision):
        lines = self.env["crm.sales.plan.line"]
        lines.flush_model()
        columns = [
            name
            for name, field in lines._fields.items()
            if field.store and field.column_type and name not in ("id", "plan_id")
        ]
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_sales_plan_line (plan_id, %s)"
                " SELECT %s, %s FROM crm_sales_plan_line WHERE plan_id = %s",
                names,
                revision.id,
                names,
                self.id,
            )
        )
        revision.invalidate_recordset(["line_ids"])
