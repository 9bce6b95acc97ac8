from odoo import api, fields, models
from odoo.tools import SQL

TOTAL = 100


class SaleOrderCredit(models.Model):
    """The share of a salesperson in an order that several have sold.

    An order without rows is its salesperson's alone. The rows of an order add up to 100 % or are
    not there at all: a deferred trigger sees to it at the end of each transaction, whoever wrote.
    """

    _name = "sale.order.credit"
    _description = "Split Credit"
    _order = "order_id, share desc, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="sale.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="order_id.company_id",
        store=True,
        precompute=True,
        index=True,
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        check_company=True,
    )
    share = fields.Float(
        string="Share (%)",
        digits=(5, 2),
        required=True,
        aggregator=None,
        help="How much of the order counts for this salesperson. All shares make 100 % together.",
    )
    amount = fields.Monetary(
        string="Credited Amount",
        compute="_compute_amount",
        help="The share of the order's untaxed amount.",
    )

    _user_unique = models.UniqueIndex(
        "(order_id, user_id)",
        "Each salesperson stands once in the split of an order: add the shares up in one line.",
    )
    _share_positive = models.Constraint(
        "CHECK (share > 0 AND share <= 100)",
        "A share lies above 0 % and is at most 100 %.",
    )

    def init(self):
        """Install the trigger that keeps the shares of an order at 100 % in all."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION sale_order_credit_check_total() RETURNS trigger AS $$
                DECLARE
                    checked_id integer;
                    total numeric;
                BEGIN
                    IF TG_OP <> 'DELETE' THEN
                        -- Two transactions that split the same order both see 100 of their own:
                        -- writing the order makes the second one fail and start again.
                        UPDATE sale_order SET write_date = write_date WHERE id = NEW.order_id;
                    END IF;
                    FOREACH checked_id IN ARRAY
                        CASE TG_OP
                            WHEN 'INSERT' THEN ARRAY[NEW.order_id]
                            WHEN 'DELETE' THEN ARRAY[OLD.order_id]
                            ELSE ARRAY[OLD.order_id, NEW.order_id]
                        END
                    LOOP
                        SELECT SUM(share) INTO total
                          FROM sale_order_credit WHERE order_id = checked_id;
                        IF total <> %(total)s THEN
                            RAISE EXCEPTION 'The shares of order %% add up to %% %%%%',
                                checked_id, total
                            USING ERRCODE = 'check_violation',
                                  TABLE = 'sale_order_credit',
                                  CONSTRAINT = 'sale_order_credit_total';
                        END IF;
                    END LOOP;
                    RETURN NULL;
                END;
                $$ LANGUAGE plpgsql;

                DROP TRIGGER IF EXISTS sale_order_credit_total ON sale_order_credit;
                CREATE CONSTRAINT TRIGGER sale_order_credit_total
                AFTER INSERT OR UPDATE OR DELETE ON sale_order_credit
                DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION sale_order_credit_check_total();
                """,
                total=TOTAL,
            )
        )

    @api.depends("share", "order_id.amount_untaxed")
    def _compute_amount(self):
        for credit in self:
            amount = credit.order_id.amount_untaxed * credit.share / TOTAL
            credit.amount = credit.currency_id.round(amount) if credit.currency_id else amount

    @api.depends("user_id", "share")
    def _compute_display_name(self):
        for credit in self:
            credit.display_name = f"{credit.user_id.name or ''} {credit.share:g} %"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_total_at_flush()
        return super().create(vals_list)

    def write(self, vals):
        self._check_total_at_flush()
        result = super().write(vals)
        if not vals.keys() <= {"share"}:
            # The order that a share is moved to has to be one's own as well.
            self.check_access("write")
        return result

    def unlink(self):
        self._check_total_at_flush()
        return super().unlink()

    def _check_total_at_flush(self):
        """Let the trigger speak before the commit, where its word becomes a sentence."""
        data = self.env.cr.precommit.data
        if "sale.order.credit" not in data:
            data["sale.order.credit"] = True
            self.env.cr.precommit.add(self._check_total_now)

    def _check_total_now(self):
        self.env.flush_all()
        for moment in ("IMMEDIATE", "DEFERRED"):
            self.env.cr.execute(
                SQL("SET CONSTRAINTS sale_order_credit_total %s", SQL(moment))  # pylint: disable=sql-injection
            )

    @api.model
    def _sql_error_to_message(self, exc):
        if exc.diag.constraint_name == "sale_order_credit_total":
            return self._get_total_message()
        return super()._sql_error_to_message(exc)

    @api.model
    def _get_total_message(self):
        return self.env._("The shares of an order add up to 100 %, or there are none.")
