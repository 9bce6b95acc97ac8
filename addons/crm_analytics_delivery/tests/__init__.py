from . import test_delivery_lines
