from . import test_delivery_due, test_suggestion_stock
