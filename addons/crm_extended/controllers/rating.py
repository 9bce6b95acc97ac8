from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.rating.controllers.main import Rating

from .form_input import clean_text

RATES = ("1", "3", "5")
MAX_FEEDBACK = 5000


class ComplaintRating(Rating):
    """The rating page, told apart from an error of the server when its address is wrong."""

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        _check_rate(rate)
        return super().action_open_rating(token, rate, **kwargs)

    @http.route()
    def action_submit_rating(self, token, rate=0, feedback=None, **kwargs):
        if request.httprequest.method == "POST":
            _check_rate(rate)
        feedback = clean_text(feedback, MAX_FEEDBACK)
        return super().action_submit_rating(token, rate=rate, feedback=feedback, **kwargs)


def _check_rate(rate):
    if str(rate) not in RATES:
        raise NotFound
