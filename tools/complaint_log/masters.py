"""What complaints refer to, through the ORM: categories, causes, products are made where missing.

Customers are only found, never made: a log of complaints is no customer file, and whoever is not
found stays on the complaint as typed. All is looked up a batch at a time and kept for the next.
"""

from odoo.tools import email_normalize

from .parsing import VOCABULARIES


def read_vocabularies(env):
    """``{column: {casefolded word: value}}`` of the columns whose words must be known."""
    fields = env["crm.complaint"]._fields
    words = {
        column: _selection_words(env, fields[name])
        for column, name in VOCABULARIES.items()
        if name in fields and fields[name].type == "selection"
    }
    company = env.company
    teams = env["crm.complaint.team"].search([("company_id", "in", [company.id, False])])
    words["Team"] = {team.name.casefold(): team.id for team in reversed(teams)}
    users = env["res.users"].search([("share", "=", False), ("company_ids", "in", company.ids)])
    words["Responsible"] = {
        word.casefold(): user.id for user in users for word in (user.name, user.login)
    }
    stages = env["crm.complaint.stage"].search([])
    words["Stage"] = {stage.name.casefold(): stage.id for stage in reversed(stages)}
    shared = stages.filtered(lambda stage: not stage.team_ids) or stages
    words["Stage"]["open"] = shared.filtered(lambda stage: not stage.is_closed)[:1].id
    words["Stage"]["closed"] = shared.filtered("is_closed")[:1].id
    return words


def _selection_words(env, field):
    pairs = field._description_selection(env)
    return {word.casefold(): key for key, label in pairs for word in (label, key)}


class Masters:
    """Ids of what the rows name, by the word they name it with."""

    def __init__(self, env):
        self.env = env
        self.known = {}
        self.new = dict.fromkeys(("category", "cause", "product"), 0)

    def find(self, rows):
        """Look up, or make, everything that a batch of rows refers to."""
        self._find_tree("category", "crm.complaint.category", [row.category for row in rows])
        self._find_tree("product_category", "product.category", [row.product[:1] for row in rows])
        self._find_products([row.product for row in rows])
        self._find_causes([row.cause for row in rows])
        self._find_customers([row.customer for row in rows])

    def values(self, row):
        """Return the fields of crm.complaint that refer to other records."""
        values = {
            "category_id": self.known["category"].get(row.category),
            "product_id": self.known["product"].get(row.product),
            "cause_id": self.known["cause"].get(row.cause),
        }
        name, email, phone = row.customer
        partner = self.known["customer"].get(row.customer)
        if partner:
            values["partner_id"] = partner
        values.update(partner_name=name, email=email, phone=phone)
        return {field: value for field, value in values.items() if value}

    def _unknown(self, kind, keys):
        known = self.known.setdefault(kind, {})
        return known, sorted({key for key in keys if any(key) and key not in known})

    def _find_tree(self, kind, model, paths):
        """Find or make records of a tree, by the names from the root; two levels at the most."""
        parents = {path[:1] for path in paths}
        for keys in (parents, {path for path in paths if len(path) > 1 and path[1]}):
            known, unknown = self._unknown(kind, keys)
            if not unknown:
                continue
            Model = self.env[model].with_context(active_test=False)
            found = Model.search([("name", "in", [key[-1] for key in unknown])], order="id desc")
            by_place = {(record.parent_id.id, record.name): record.id for record in found}
            places = [(known[key[:1]] if len(key) > 1 else False, key[-1]) for key in unknown]
            missing = [place for place in places if place not in by_place]
            made = Model.create([{"parent_id": parent, "name": name} for parent, name in missing])
            by_place.update(zip(missing, made.ids, strict=True))
            self.new[kind] = self.new.get(kind, 0) + len(made)
            known.update((key, by_place[place]) for key, place in zip(unknown, places, strict=True))
        known.update(((path[0], ""), known[path[:1]]) for path in paths if path[0])

    def _find_products(self, keys):
        """Find products by internal reference or name, within their category where it is named."""
        known, unknown = self._unknown("product", keys)
        if not unknown:
            return
        Product = self.env["product.product"].with_context(active_test=False)
        names = [name or category for category, name in unknown]
        found = Product.search(
            ["|", ("default_code", "in", names), ("name", "in", names)], order="id desc"
        )
        by_place = {}
        for product in found:
            for word in (product.name, product.default_code):
                by_place["", word] = by_place[product.categ_id.id, word] = product.id
        categories = self.known["product_category"]
        places = [
            (categories[(category,)] if category else "", name or category)
            for category, name in unknown
        ]
        missing = [place for place in places if place not in by_place]
        made = Product.create([self._product_values(*place) for place in missing])
        by_place.update(zip(missing, made.ids, strict=True))
        self.new["product"] += len(made)
        known.update((key, by_place[place]) for key, place in zip(unknown, places, strict=True))

    def _product_values(self, category_id, name):
        """A product that only complaints know is for nobody to sell or buy."""
        values = {"name": name, "type": "service", "sale_ok": False, "purchase_ok": False}
        return {**values, "categ_id": category_id} if category_id else values

    def _find_causes(self, causes):
        known, unknown = self._unknown("cause", [(cause,) for cause in causes])
        if unknown:
            Cause = self.env["crm.complaint.cause"].with_context(active_test=False)
            names = [cause for (cause,) in unknown]
            found = Cause.search([("name", "in", names)], order="id desc")
            known.update((cause.name, cause.id) for cause in found)
            made = Cause.create([{"name": name} for name in names if name not in known])
            known.update((cause.name, cause.id) for cause in made)
            self.new["cause"] += len(made)

    def _find_customers(self, customers):
        """Find contacts by e-mail, else by name, where exactly one has it."""
        known, unknown = self._unknown("customer", customers)
        emails = {email_normalize(email) or "" for _name, email, _phone in unknown} - {""}
        names = {name for name, _email, _phone in unknown} - {""}
        if not emails and not names:
            return
        partners = self.env["res.partner"].search(
            [
                ("company_id", "in", [self.env.company.id, False]),
                *("|", ("email_normalized", "in", list(emails)), ("name", "in", list(names))),
            ]
        )
        by_email, by_name = partners.grouped("email_normalized"), partners.grouped("name")
        for key in unknown:
            name, email, _phone = key
            email = email_normalize(email)
            found = by_email.get(email) if email else by_name.get(name)
            known[key] = found.id if found is not None and len(found) == 1 else False
