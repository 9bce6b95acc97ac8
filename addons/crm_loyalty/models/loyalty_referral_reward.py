from datetime import date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches

BATCH_SIZE = 500
TEMPLATES = {
    "partner_id": "crm_loyalty.mail_template_referral_customer",
    "friend_id": "crm_loyalty.mail_template_referral_friend",
}


class LoyaltyReferral(models.Model):
    """The rewards, at night: after the first paid invoice of a friend and its return window."""

    _inherit = "loyalty.referral"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_reward(self, batch_size=BATCH_SIZE):
        """Reward what is due. Each referral is rewarded in the transaction that says so."""
        run_in_batches(
            self,
            Domain("state", "=", "pending"),
            lambda referrals: referrals._reward(),
            batch_size=batch_size,
            lock_table=self._table,
        )

    def _reward(self):
        """Reward or refuse those of these whose time has come; the others go on waiting."""
        due = self._find_due()
        rewarded = self.browse()
        counts = due._count_rewarded()
        for referral in due:
            card = referral.card_id._get_successor()
            if card.state == "blocked":
                continue  # it may be unblocked: then both get their reward
            refusal = self._find_refusal(card, referral.friend_id)
            key = (referral.program_id, referral.partner_id)
            cap = referral.program_id.referral_yearly_cap
            if not refusal and cap and counts.get(key, 0) >= cap:
                refusal = "cap"
            if refusal:
                referral.write({"state": "refused", "refusal": refusal})
                continue
            counts[key] = counts.get(key, 0) + 1
            rewarded += referral
        for program, referrals in rewarded.grouped("program_id").items():
            if program.referral_reward == "voucher":
                referrals._give_vouchers()
            else:
                referrals._give_points()
        for company, referrals in rewarded.grouped("company_id").items():
            referrals.write({"state": "rewarded", "rewarded_date": company._get_today()})
        rewarded._tell_both()

    # What is due

    def _find_due(self):
        """Those with a paid invoice whose return window is over: who came first, first.

        So the cap lets the same friends pass however a night's work is cut. The invoice is noted.
        One that was credited in full brings nothing, however it was paid.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (referral.id) referral.id, invoice.id, invoice.invoice_date
                  FROM loyalty_referral AS referral
                  JOIN res_partner AS friend ON friend.id = referral.friend_id
                  JOIN res_partner AS buyer
                       ON buyer.commercial_partner_id = friend.commercial_partner_id
                  JOIN account_move AS invoice ON invoice.partner_id = buyer.id
                   AND invoice.company_id = referral.company_id
                 WHERE referral.id = ANY(%(ids)s)
                   AND invoice.move_type = 'out_invoice'
                   AND invoice.state = 'posted'
                   AND invoice.payment_state IN ('paid', 'in_payment')
                   AND invoice.invoice_date >= referral.date
                   AND invoice.amount_total > (
                       SELECT COALESCE(sum(refund.amount_total), 0)
                         FROM account_move AS refund
                        WHERE refund.reversed_entry_id = invoice.id
                          AND refund.state = 'posted'
                       )
                 ORDER BY referral.id, invoice.invoice_date, invoice.id
                """,
                ids=self.ids,
            )
        )
        invoices = {referral_id: (invoice_id, day) for referral_id, invoice_id, day in rows}
        due = self.browse()
        for referral in self.filtered(lambda each: each.id in invoices).sorted("id"):
            invoice_id, day = invoices[referral.id]
            if referral.invoice_id.id != invoice_id:
                referral.invoice_id = invoice_id
            days_since = (referral.company_id._get_today() - day).days
            if days_since >= referral.program_id.referral_return_days:
                due += referral
        return due

    def _count_rewarded(self):
        """Return {(program, customer): friends rewarded this year}, in one query."""
        if not self:
            return {}
        first_days = {date(company._get_today().year, 1, 1) for company in self.company_id}
        groups = self._read_group(
            [
                ("state", "=", "rewarded"),
                ("rewarded_date", ">=", min(first_days)),
                ("partner_id", "in", self.partner_id.ids),
                ("program_id", "in", self.program_id.ids),
            ],
            ["program_id", "partner_id"],
            ["__count"],
        )
        return {(program, partner): count for program, partner, count in groups}

    # Giving

    def _give_points(self):
        program = self.program_id
        friend_cards = self._get_friend_cards() if program.referral_friend_points else {}
        movements = []
        for referral in self:
            shares = (
                (referral.card_id._get_successor(), program.referral_points),
                (friend_cards.get(referral.friend_id), program.referral_friend_points),
            )
            movements += [
                referral._prepare_movement(card, points) for card, points in shares if points
            ]
        # sudo: the scheduled action decides who gets points
        self.env["loyalty.card"].sudo()._post_points(movements)
        self.write(
            {"points": program.referral_points, "friend_points": program.referral_friend_points}
        )

    def _prepare_movement(self, card, points):
        is_friend = card.partner_id == self.friend_id
        return {
            "card_id": card.id,
            "kind": "referral",
            "issued": points,
            "description": self.env._("Welcome: you came by an invitation")
            if is_friend
            else self.env._("A friend came by your invitation"),
            "order_model": self._name,
            "order_id": self.id,
            "partner_id": card.partner_id.id,
        }

    def _get_friend_cards(self):
        """Return {friend: card} of the program, made now for those without one."""
        cards = self.env["loyalty.card"]
        domain = [
            ("program_id", "=", self.program_id.id),
            ("partner_id", "in", self.friend_id.ids),
            ("state", "=", "active"),
        ]
        found = {card.partner_id: card for card in cards.search(domain)}
        # The mail about the reward says that there is a card
        new = cards.with_context(loyalty_no_mail=True).create(
            [
                {"program_id": self.program_id.id, "partner_id": friend.id}
                for friend in self.friend_id
                if friend not in found
            ]
        )
        return found | {card.partner_id: card for card in new.with_env(self.env)}

    def _give_vouchers(self):
        program = self.program_id.referral_program_id
        names = {"partner_id": "voucher_id", "friend_id": "friend_voucher_id"}
        for who, field in names.items():
            vouchers = program._issue_voucher(
                [referral[who] for referral in self],
                description=self.env._("Invited friend"),
            )
            for referral, voucher in zip(self, vouchers, strict=True):
                referral[field] = voucher

    def _tell_both(self):
        """Write to both in the transaction that gives the rewards: nobody is told twice."""
        for who, xmlid in TEMPLATES.items():
            template = self.env.ref(xmlid, raise_if_not_found=False)
            reachable = self.filtered(lambda referral, who=who: referral[who].email)
            if template and reachable:
                template.send_mail_batch(
                    reachable.ids, email_layout_xmlid="mail.mail_notification_light"
                )
