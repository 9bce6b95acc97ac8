from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.crm_extended.tools.batches import run_in_batches

BATCH_SIZE = 500
TEXT_FIELDS = {"subject", "body_html", "sms_body"}


class LoyaltyCampaign(models.Model):
    """Sending: a voucher for each customer who is not held out, then the mailings."""

    _inherit = "loyalty.campaign"  # pylint: disable=consider-merging-classes-inherited

    subject = fields.Char(
        translate=True,
        default=lambda self: self.env._("A voucher for you"),
    )
    body_html = fields.Html(
        string="Message",
        translate=True,
        sanitize="email_outgoing",
        default=lambda self: self._get_default_body(),
        help="The mailings begin with it and can then be designed further.",
    )
    sms_body = fields.Text(
        string="SMS",
        translate=True,
        default=lambda self: self.env._(
            "%(greeting)s, your voucher: %(code)s, valid until %(date)s.",
            greeting="{{ object.partner_id.name }}",
            code="{{ object.code }}",
            date="{{ object.expiration_text }}",
        ),
    )
    mailing_ids = fields.One2many(
        comodel_name="mailing.mailing",
        inverse_name="loyalty_campaign_id",
        readonly=True,
        copy=False,
    )
    window_end = fields.Datetime(
        readonly=True,
        copy=False,
        help="Purchases until then count as the result.",
    )
    voucher_count = fields.Integer(string="Vouchers", compute="_compute_voucher_count")
    waiting_count = fields.Integer(compute="_compute_voucher_count")

    @api.depends("member_ids.voucher_id", "member_ids.error")
    def _compute_voucher_count(self):
        members = self.env["loyalty.campaign.member"]
        issued, waiting = (
            dict(
                members._read_group(
                    domain & Domain("campaign_id", "in", self.ids), ["campaign_id"], ["__count"]
                )
            )
            for domain in (Domain("voucher_id", "!=", False), members._get_waiting_domain())
        )
        for campaign in self:
            campaign.voucher_count = issued.get(campaign._origin, 0)
            campaign.waiting_count = waiting.get(campaign._origin, 0)

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Whatever column of the kanban it was created in
            vals_list = [dict(vals, state="draft", launch_date=False) for vals in vals_list]
        campaigns = super().create(vals_list)
        for campaign in campaigns:
            campaign._raise_on_unsafe_text()
        return campaigns

    def write(self, vals):
        result = super().write(vals)
        if TEXT_FIELDS.intersection(vals):
            for campaign in self:
                campaign._raise_on_unsafe_text()
        return result

    # Texts

    @api.model
    def _get_default_body(self):
        return Markup(
            "<p>{greeting}</p><p>{text}</p>"
            '<p style="font-size: 20px;"><strong><t t-out="object.code">0440-CODE</t></strong></p>'
            "<p>{until}</p>"
            '<p style="font-size: 12px;"><a href="/unsubscribe_from_list">{unsubscribe}</a></p>'
        ).format(
            greeting=self.env._(
                "Dear %(customer)s,",
                customer=Markup('<t t-out="object.partner_id.name">Ada</t>'),
            ),
            text=self.env._("this voucher is for you. Enter its code with your next order:"),
            until=self.env._(
                "It is valid until %(date)s.",
                date=Markup('<t t-out="object.expiration_text">31/12/2030</t>'),
            ),
            unsubscribe=self.env._("No more offers, please"),
        )

    def _raise_on_faulty_text(self):
        """Say what is missing in the texts, in the language of the context."""
        self.ensure_one()
        texts = {"mail": ["subject", "body_html"], "sms": ["sms_body"]}
        texts["both"] = texts["mail"] + texts["sms"]
        for name in texts[self.channel]:
            if not self[name]:
                raise UserError(
                    self.env._(
                        "Fill in “%(field)s”: the customers read it.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        for name in {"body_html", "sms_body"}.intersection(texts[self.channel]):
            if "object.code" not in self[name]:
                raise UserError(
                    self.env._(
                        "“%(field)s” does not tell the code: put %(placeholder)s where it belongs.",
                        field=self._fields[name]._description_string(self.env),
                        placeholder="{{ object.code }}"
                        if name == "sms_body"
                        else '<t t-out="object.code"/>',
                    )
                )

    def _raise_on_unsafe_text(self):
        """Refuse code in the texts of users who may write none in templates.

        The mailings are made as superuser, whose texts are rendered without any restriction. It is
        no constraint, which Odoo checks as superuser.
        """
        self.ensure_one()
        if self.env.su or self.env.user.has_group("mail.group_mail_template_editor"):
            return
        render = self.env["mail.render.mixin"]
        model = "loyalty.campaign.member"
        if (
            render._has_unsafe_expression_template_qweb(self.body_html, model)
            or render._has_unsafe_expression_template_inline_template(self.subject, model)
            or render._has_unsafe_expression_template_inline_template(self.sms_body, model)
        ):
            raise AccessError(
                self.env._(
                    "You may use these placeholders only: %(placeholders)s.",
                    placeholders=", ".join(self.env[model].mail_allowed_qweb_expressions()),
                )
            )

    # Mailings

    def _create_mailings(self):
        """Draft a mailing for each channel and each wording the customers read."""
        self.ensure_one()
        langs = [
            lang
            for [lang] in self.env["loyalty.campaign.member"]._read_group(
                [("campaign_id", "=", self.id), ("is_holdout", "=", False)], ["lang"]
            )
        ]
        by_text = defaultdict(list)
        for lang in sorted(langs):
            translated = self.with_context(lang=lang)
            translated._raise_on_unsafe_text()
            translated._raise_on_faulty_text()
            for values in translated._prepare_mailings():
                by_text[tuple(values.items())].append(lang)
        # sudo: who runs loyalty campaigns need not be in charge of all mailings
        self.env["mailing.mailing"].sudo().create(
            [dict(text) | self._prepare_mailing(text_langs) for text, text_langs in by_text.items()]
        )

    def _prepare_mailings(self):
        """What the mailings say in the language of the context."""
        mailings = []
        if self.channel in ("mail", "both"):
            body = str(self.body_html)
            mailings.append(
                {
                    "mailing_type": "mail",
                    "subject": self.subject,
                    "body_arch": body,
                    "body_html": body,
                }
            )
        if self.channel in ("sms", "both"):
            mailings.append(
                {"mailing_type": "sms", "subject": self.name, "body_plaintext": self.sms_body}
            )
        return mailings

    def _prepare_mailing(self, langs):
        """To whom and from whom a mailing goes."""
        sender = self.user_id or self.env.user
        domain = [
            ("campaign_id", "=", self.id),
            ("voucher_id", "!=", False),
            ("partner_id.active", "=", True),
            ("lang", "in", langs),
        ]
        return {
            "loyalty_campaign_id": self.id,
            "mailing_model_id": self.env["ir.model"]._get_id("loyalty.campaign.member"),
            "mailing_domain": repr(domain),
            "user_id": sender.id,
            "email_from": sender.email_formatted or self.company_id.email_formatted,
            "reply_to_mode": "new",
            "reply_to": sender.email_formatted or self.company_id.email_formatted,
        }

    # Launching

    def _launch(self):
        """From now on the campaign is carried out, whatever happens to this process."""
        self.ensure_one()
        # sudo: who runs campaigns may not open programs of coupons
        program = self.program_id.sudo()
        program.with_company(self.company_id)._raise_unless_issues_vouchers()
        last_day = self.company_id._get_today() + timedelta(days=self.validity_days)
        if program.date_to:
            last_day = min(last_day, program.date_to)
        self.write(
            {
                "launch_date": fields.Datetime.now(),
                "expiration_date": last_day,
                "window_end": self._get_end_of_day(last_day),
            }
        )
        # sudo: scheduled actions are the administrator's
        self.env.ref("crm_loyalty.ir_cron_loyalty_campaign").sudo()._trigger()

    def _get_end_of_day(self, day):
        """The moment a day ends where the company is."""
        midnight = datetime.combine(day + timedelta(days=1), time.min)
        local = self.company_id._get_tz().localize(midnight)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _cron_carry_out(self, batch_size=BATCH_SIZE):
        """Issue the vouchers of launched campaigns, send what is ready, close what is over."""
        members = self.env["loyalty.campaign.member"]
        over = Domain("state", "=", "sent") & Domain("window_end", "<", fields.Datetime.now())
        if run_in_batches(
            members,
            members._get_waiting_domain(),
            lambda batch: batch._issue_vouchers(),
            batch_size=batch_size,
            lock_table=members._table,
            on_error=lambda member, error: member._note_error(error),
        ) and self._run_for_each(self._get_launched_domain(), lambda campaign: campaign._send()):
            self._run_for_each(over, lambda campaign: campaign._close())

    @api.model
    def _run_for_each(self, domain, process):
        return run_in_batches(self, domain, process, batch_size=1, lock_table=self._table)

    def _send(self):
        """Hand the mailings of campaigns over to mass mailing, which sends each of them once."""
        ready = self.filtered(lambda campaign: not campaign.waiting_count)
        # Also one that somebody sent from its own form before there were any vouchers
        ready.mailing_ids.filtered(
            lambda mailing: mailing.state in ("draft", "done")
        ).action_put_in_queue()
        ready.state = "sent"

    def _close(self):
        self.state = "done"
