import heapq

from odoo import api, fields, models


class CrmComplaintTeam(models.Model):
    """Who of a team gets a complaint."""

    _inherit = "crm.complaint.team"  # pylint: disable=consider-merging-classes-inherited

    assignment_method = fields.Selection(
        selection=[
            ("manual", "By Hand"),
            ("least_open", "Fewest Open Complaints"),
            ("in_turn", "In Turn"),
        ],
        string="Assign Complaints",
        required=True,
        default="manual",
        help="Who gets a new complaint that names no responsible person, "
        "and whose category proposes none. People on leave are passed over.",
    )

    turn_sequence_id = fields.Many2one(
        comodel_name="ir.sequence",
        groups="base.group_system",
        readonly=True,
        copy=False,
        help="Counts the turns, without making one who assigns wait for another.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._ensure_turn_sequence()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if "assignment_method" in vals:
            self._ensure_turn_sequence()
        return result

    def unlink(self):
        # sudo: a team takes its counter with it
        sequences = self.sudo().turn_sequence_id
        result = super().unlink()
        sequences.unlink()
        return result

    def _ensure_turn_sequence(self):
        # sudo: whoever sets up a team may have no access to counters
        for team in self.sudo():
            if team.assignment_method == "in_turn" and not team.turn_sequence_id:
                team.turn_sequence_id = team.turn_sequence_id.create(
                    {"name": f"Turns of complaint team {team.id}", "company_id": False}
                )

    def _propose_users(self, company, count):
        """The members who get the next `count` complaints of `company`, in this order.

        Empty when the team assigns by hand, or nobody is there.
        """
        # sudo: whoever files a complaint may have no access to users, their leave and their work
        members = self.sudo().member_ids.filtered(
            lambda user: user.active and company in user.company_ids
        )
        if not count or self.sudo().assignment_method in (False, "manual") or not members:
            return members.browse()
        members = (members - members._get_absent()).sorted("id")
        if not members:
            return members
        if self.sudo().assignment_method == "in_turn":
            turns = self.sudo().turn_sequence_id._draw_values(count)
            return [members[turn % len(members)] for turn in turns]
        return self._get_least_busy(members, count)

    def _get_least_busy(self, members, count):
        """Hand `count` complaints out, each to the member with the fewest open by then."""
        # sudo: what others have to do counts as well
        open_counts = dict(
            self.env["crm.complaint"]
            .sudo()
            ._read_group(
                [("user_id", "in", members.ids), ("stage_id.is_closed", "=", False)],
                ["user_id"],
                ["__count"],
            )
        )
        queue = [(open_counts.get(user, 0), user.id) for user in members]
        heapq.heapify(queue)
        users = []
        for _number in range(count):
            busy, user_id = queue[0]
            users.append(members.browse(user_id))
            heapq.heapreplace(queue, (busy + 1, user_id))
        return users
