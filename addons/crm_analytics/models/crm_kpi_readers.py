from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain

from .crm_kpi_checking import DEFINITION, MISTAKES, PATHS


class CrmKpi(models.Model):
    """Who reads the stored figures: a field that only some may see is no secret in a sum else."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    reader_group_ids = fields.Many2many(
        comodel_name="res.groups",
        relation="crm_kpi_reader_group_rel",
        compute="_compute_reader_group_ids",
        compute_sudo=True,
        store=True,
        recursive=True,
        help="Whoever may see the fields that the figure is made of. Empty: all who see values.",
    )

    @api.depends(*DEFINITION, "numerator_id.reader_group_ids", "denominator_id.reader_group_ids")
    def _compute_reader_group_ids(self):
        for kpi in self:
            if kpi.measure == "ratio":
                kpi.reader_group_ids = kpi._get_parts().reader_group_ids
                continue
            names = {name for path in kpi._get_all_paths() for name in kpi._get_path_groups(path)}
            groups = [self.env.ref(name, raise_if_not_found=False) for name in names]
            kpi.reader_group_ids = self.env["res.groups"].concat(*filter(None, groups))

    def _get_all_paths(self):
        """Those of the fields, and those of the filters as far as they can be read."""
        paths = [self[name] for name in ("measure_field", *PATHS)]
        for domain in (self.domain, self.part_domain):
            try:
                terms = Domain(literal_eval(domain or "[]")).iter_conditions()
                paths += [term.field_expr for term in terms]
            except MISTAKES:
                continue  # refused on saving
        return [path for path in paths if path]

    def _get_path_groups(self, path):
        """The names of the groups of all fields on a path."""
        model = self.env.get(self.model_name)
        names = []
        for name in path.split("."):
            field = None if model is None else model._fields.get(name)
            if field is None:
                break
            names += (group.strip() for group in (field.groups or "").split(","))
            model = self.env.get(field.comodel_name)
        return [name for name in names if "." in name.strip(".") and not name.startswith("!")]
