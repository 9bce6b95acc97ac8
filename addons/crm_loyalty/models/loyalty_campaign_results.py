from odoo import fields, models
from odoo.tools import SQL, formatLang

from ..tools.uplift import Sample, compare_means, compare_shares

RESULTS = (
    "customers",
    "sent",
    "opened",
    "redeemed",
    "buyers",
    "revenue",
    "revenue_squares",
    "margin",
    "margin_squares",
)


class LoyaltyCampaign(models.Model):
    """What came of a campaign, beside what the customers held out did all the same."""

    _inherit = "loyalty.campaign"  # pylint: disable=consider-merging-classes-inherited

    target_count = fields.Integer(string="With Voucher", compute="_compute_results")
    sent_count = fields.Integer(string="Sent", compute="_compute_results")
    opened_count = fields.Integer(string="Opened", compute="_compute_results")
    redeemed_count = fields.Integer(string="Redeemed", compute="_compute_results")
    revenue = fields.Monetary(
        compute="_compute_results",
        help="Confirmed orders of the customers with a voucher, without taxes.",
    )
    margin = fields.Monetary(
        compute="_compute_results",
        help="Revenue less what the products cost today.",
    )
    revenue_gain = fields.Monetary(
        string="Revenue Gained",
        compute="_compute_results",
        help="For each customer, compared with those held out.",
    )
    margin_gain = fields.Monetary(
        string="Margin Gained",
        compute="_compute_results",
        help="For each customer, compared with those held out.",
    )
    revenue_verdict = fields.Char(compute="_compute_results")
    margin_verdict = fields.Char(compute="_compute_results")
    buyers_verdict = fields.Char(compute="_compute_results")

    def _compute_results(self):
        sums = self._read_results()
        for campaign in self:
            target, holdout = (
                sums.get((campaign._origin.id, group), dict.fromkeys(RESULTS, 0))
                for group in ("target", "holdout")
            )
            campaign.target_count = target["customers"]
            campaign.sent_count = target["sent"]
            campaign.opened_count = target["opened"]
            campaign.redeemed_count = target["redeemed"]
            campaign.revenue = target["revenue"]
            campaign.margin = target["margin"]
            campaign._compare(target, holdout)

    def _compare(self, target, holdout):
        """Say what the difference between the two groups is worth."""
        self.ensure_one()
        buyers = target["buyers"] + holdout["buyers"]
        for name in ("revenue", "margin"):
            comparison = compare_means(
                *(
                    Sample(group["customers"], group[name], group[f"{name}_squares"])
                    for group in (target, holdout)
                ),
                buyers,
            )
            self[f"{name}_gain"] = comparison.difference if holdout["customers"] else 0
            self[f"{name}_verdict"] = self._format_verdict(comparison, self._format_amount)
        shares = compare_shares(
            target["buyers"], target["customers"], holdout["buyers"], holdout["customers"]
        )
        self.buyers_verdict = self._format_verdict(shares, self._format_share)

    def _read_results(self):
        """Return {(campaign id, group): sums} of the customers, in one query."""
        report = self.env["loyalty.campaign.report"]
        for model, names in report._depends.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT campaign_id, arm,
                       count(*) AS customers,
                       count(*) FILTER (WHERE sent > 0) AS sent,
                       count(*) FILTER (WHERE opened > 0) AS opened,
                       count(*) FILTER (WHERE redeemed > 0) AS redeemed,
                       count(*) FILTER (WHERE bought > 0) AS buyers,
                       sum(revenue)::float AS revenue,
                       sum(revenue * revenue)::float AS revenue_squares,
                       sum(margin)::float AS margin,
                       sum(margin * margin)::float AS margin_squares
                  FROM (%s) AS customer
                 WHERE campaign_id = ANY(%s)
                 GROUP BY campaign_id, arm
                """,
                report._select_customers(),
                self.ids,
            )
        )
        return {(row.pop("campaign_id"), row.pop("arm")): row for row in rows}

    # Words

    def _format_verdict(self, comparison, format_value):
        """One sentence, also for people who have never heard of an interval."""
        if comparison.verdict == "none":
            return self.env._("Nobody was held out: there is nothing to compare with.")
        if comparison.verdict == "few":
            return self.env._("Too few customers or orders so far to tell.")
        values = {
            "difference": format_value(comparison.difference),
            "low": format_value(comparison.low),
            "high": format_value(comparison.high),
        }
        if comparison.verdict == "open":
            return self.env._(
                "Not significant: %(difference)s, but anything from %(low)s to %(high)s could be"
                " true (95 %% confidence).",
                **values,
            )
        if comparison.verdict == "more":
            return self.env._(
                "Significantly more: %(difference)s, between %(low)s and %(high)s (95 %%"
                " confidence).",
                **values,
            )
        return self.env._(
            "Significantly less: %(difference)s, between %(low)s and %(high)s (95 %% confidence).",
            **values,
        )

    def _format_amount(self, amount):
        sign = "+" if self.currency_id.round(amount) > 0 else ""
        return sign + formatLang(self.env, amount, currency_obj=self.currency_id)

    def _format_share(self, share):
        """In percentage points."""
        sign = "+" if round(share, 3) > 0 else ""
        return self.env._(
            "%(points)s percentage points", points=sign + formatLang(self.env, share * 100, 1)
        )
