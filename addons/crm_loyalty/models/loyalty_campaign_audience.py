from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

SAMPLE_SIZE = 8


class LoyaltyCampaign(models.Model):
    """Whom a campaign is for: chosen, counted beforehand, then written down."""

    _inherit = "loyalty.campaign"  # pylint: disable=consider-merging-classes-inherited

    segment_ids = fields.Many2many(
        comodel_name="crm.segment",
        string="Segments",
        help="Customers in any of these segments.",
    )
    tier_ids = fields.Many2many(
        comodel_name="loyalty.tier",
        string="Tiers",
        help="Customers with a card in any of these tiers.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Bought Products",
        check_company=True,
        help="Customers who bought one of these, or something of the categories.",
    )
    category_ids = fields.Many2many(
        comodel_name="product.category",
        string="Bought Categories",
    )
    order_count = fields.Integer(
        string="In Orders",
        default=1,
        help="In at least so many confirmed orders.",
    )
    order_months = fields.Integer(
        string="Within Months",
        default=12,
        help="So many months back from today.",
    )
    audience_count = fields.Integer(string="Customers Chosen", compute="_compute_audience")
    holdout_count = fields.Integer(
        string="Of Them Held Out",
        compute="_compute_audience",
    )
    unreachable_count = fields.Integer(
        string="Left Out",
        compute="_compute_audience",
        help="Customers chosen who cannot be written to: they have not agreed to offers, have no"
        " address, are on the blacklist or have a severe open complaint. They are in neither"
        " group.",
    )
    sample_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="For Example",
        compute="_compute_audience",
    )

    _orders_positive = models.Constraint(
        "CHECK (order_count > 0 AND order_months > 0)",
        "Enter at least one order and at least one month.",
    )

    @api.depends(lambda self: self._get_audience_fields())
    def _compute_audience(self):
        """Count while the audience is chosen, and what was written down afterwards."""
        drafts = self.filtered(lambda campaign: campaign.state == "draft")
        for campaign in drafts:
            counts, sample = campaign._preview_audience()
            campaign.audience_count, campaign.holdout_count, campaign.unreachable_count = counts
            campaign.sample_partner_ids = sample
        (self - drafts)._count_members()

    @api.model
    def _get_audience_fields(self):
        """The fields that say whom a campaign is for."""
        return [
            "state",
            "company_id",
            "channel",
            "holdout_percent",
            "segment_ids",
            "tier_ids",
            "product_ids",
            "category_ids",
            "order_count",
            "order_months",
        ]

    # Choosing

    def _get_choice_domain(self):
        """The customers chosen: all conditions together; None when there is no condition."""
        self.ensure_one()
        domains = self._get_choice_domains()
        return Domain.AND(domains) if domains else None

    def _get_choice_domains(self):
        """Return a domain on customers for each condition that is filled in."""
        self.ensure_one()
        domains = []
        if self.segment_ids:
            domains.append(self.segment_ids._get_partner_domain())
        if self.tier_ids:
            domains.append(self._get_tier_domain())
        if self.product_ids or self.category_ids:
            domains.append(self._get_buyers_domain())
        return domains

    def _get_tier_domain(self):
        """Customers who hold a card that can be used and is in one of the tiers."""
        # sudo: whoever runs campaigns chooses among the cards of everybody in the company
        cards = self.env["loyalty.card"].sudo()
        query = cards._search(
            Domain("tier_id", "in", self.tier_ids.ids) & Domain("state", "=", "active")
        )
        return Domain("id", "in", query.subselect(SQL.identifier("loyalty_card", "partner_id")))

    def _get_buyers_domain(self):
        """Customers whose orders have the products, often and lately enough."""
        since = fields.Date.subtract(
            (self.company_id or self.env.company)._get_today(), months=max(self.order_months, 1)
        )
        chosen = Domain("id", "in", self.product_ids.ids)
        if self.category_ids:
            chosen |= Domain("categ_id", "child_of", self.category_ids.ids)
        # sudo: whoever runs campaigns chooses among the sales of everybody, archived products too
        products = self.env["product.product"].sudo().with_context(active_test=False)
        self.env["sale.order"].flush_model(["company_id", "date_order", "partner_id", "state"])
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "product_uom_qty"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        buyers = SQL(
            """(
            SELECT customer.commercial_partner_id
              FROM sale_order AS sale
              JOIN sale_order_line AS line ON line.order_id = sale.id
              JOIN res_partner AS customer ON customer.id = sale.partner_id
             WHERE sale.state = 'sale'
               AND sale.company_id = %(company)s
               AND sale.date_order >= %(since)s
               AND line.product_uom_qty > 0
               AND line.product_id IN %(products)s
             GROUP BY customer.commercial_partner_id
            HAVING count(DISTINCT sale.id) >= %(times)s
            )""",
            company=self.company_id.id or None,
            since=since,
            products=products._search(chosen).subselect(),
            times=max(self.order_count, 1),
        )
        return Domain("commercial_partner_id", "in", buyers)

    def _get_reachable_domain(self):
        """Customers who may be written to, whether they are then held out or not.

        Both groups are chosen by it: people without an address buy otherwise than those with one,
        and would make the comparison of the two untrue.
        """
        by_mail = Domain("email_normalized", "!=", False) & Domain("is_blacklisted", "=", False)
        by_sms = Domain("phone_sanitized", "!=", False) & Domain(
            "phone_sanitized_blacklisted", "=", False
        )
        channels = {"mail": by_mail, "sms": by_sms, "both": by_mail | by_sms}
        held_back = Domain(
            "commercial_partner_id", "in", self.env["crm.complaint"]._get_severe_customers()
        )
        return (
            channels[self.channel or "mail"]
            & self.env["res.partner"]._get_consent_domain()
            & ~held_back
        )

    def _get_customer_domain(self):
        """Contacts who can be customers of the company at all."""
        company = self.company_id or self.env.company
        return (
            Domain("partner_share", "=", True)
            & Domain("type", "=", "contact")
            & Domain("commercial_partner_id.is_guest", "=", False)
            & (Domain("company_id", "=", False) | Domain("company_id", "parent_of", company.ids))
        )

    # Previewing and writing down

    def _preview_audience(self):
        """Return (customers, held out, left out) and a few of the customers."""
        choice = self._get_choice_domain()
        partners = self.env["res.partner"]
        if choice is None:
            return (0, 0, 0), partners
        chosen = self._get_customer_domain() & choice
        [[everybody, _held_out]] = self._count_customers(chosen)
        audience = chosen & self._get_reachable_domain()
        [[count, held_out]] = self._count_customers(audience)
        sample = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) AS customer ORDER BY random_share LIMIT %s",
                self._select_customers(audience),
                SAMPLE_SIZE,
            )
        )
        return (count, held_out, everybody - count), partners.browse(id_ for [id_] in sample)

    def _count_customers(self, domain):
        return self.env.execute_query(
            SQL(
                "SELECT count(*), count(*) FILTER (WHERE random_share < %s) FROM (%s) AS customer",
                self.holdout_percent / 100,
                self._select_customers(domain),
            )
        )

    def _select_customers(self, domain):
        """SQL of a contact for each customer, with a number from 0 to 1 that stays the same.

        The number is a hash of campaign and customer. However often it is drawn, a customer stays
        in his group, also when the audience or the share changes.
        """
        query = self.env["res.partner"]._search(domain)
        self.env["res.partner"].flush_model(["commercial_partner_id", "lang"])
        return SQL(
            """
            SELECT DISTINCT ON (partner.commercial_partner_id)
                   partner.id, partner.commercial_partner_id, partner.lang,
                   ('x' || substr(md5(%s || ':' || partner.commercial_partner_id), 1, 8)
                   )::bit(32)::bigint / 4294967296.0 AS random_share
              FROM res_partner AS partner
             WHERE partner.id IN %s
             ORDER BY partner.commercial_partner_id,
                      partner.id = partner.commercial_partner_id DESC, partner.id
            """,
            self.hash_key or "",
            query.subselect(),
        )

    def _freeze_audience(self):
        """Write down the customers of today; who is there already stays as he is."""
        self.ensure_one()
        domain = (
            self._get_customer_domain() & self._get_choice_domain() & self._get_reachable_domain()
        )
        members = self.env["loyalty.campaign.member"]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_campaign_member
                       (campaign_id, company_id, partner_id, commercial_partner_id, lang,
                        is_holdout, create_uid, create_date, write_uid, write_date)
                SELECT %(campaign)s, %(company)s, customer.id, customer.commercial_partner_id,
                       COALESCE(customer.lang, %(lang)s), customer.random_share < %(share)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(customers)s) AS customer
                 ORDER BY customer.id
                    ON CONFLICT DO NOTHING
                """,
                campaign=self.id,
                company=self.company_id.id,
                lang=self.company_id.partner_id.lang or self.env.lang or "en_US",
                share=self.holdout_percent / 100,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                customers=self._select_customers(domain),
            )
        )
        members.invalidate_model()
        self.invalidate_recordset(["member_ids"])
        # sudo: who prepares the campaign may read what he has just written down
        targets = [("campaign_id", "=", self.id), ("is_holdout", "=", False)]
        if not members.sudo().search_count(targets, limit=1):
            raise UserError(
                self.env._(
                    "Nobody would get a voucher: choose other customers, or a smaller hold-out."
                )
            )

    def _delete_audience(self):
        """Forget who was written down, by SQL: nothing depends on these rows yet."""
        self.ensure_one()
        members = self.env["loyalty.campaign.member"]
        members.flush_model()
        self.env.cr.execute(
            SQL("DELETE FROM loyalty_campaign_member WHERE campaign_id = %s", self.id)
        )
        members.invalidate_model()
        self.invalidate_recordset(["member_ids"])

    def _count_members(self):
        counts = {
            (campaign.id, is_holdout): count
            for campaign, is_holdout, count in self.env["loyalty.campaign.member"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id", "is_holdout"], ["__count"]
            )
        }
        for campaign in self:
            held_out = counts.get((campaign._origin.id, True), 0)
            campaign.holdout_count = held_out
            campaign.audience_count = held_out + counts.get((campaign._origin.id, False), 0)
            campaign.unreachable_count = 0
            campaign.sample_partner_ids = False
