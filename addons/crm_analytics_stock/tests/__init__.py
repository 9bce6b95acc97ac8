from . import test_suggestion_stock
