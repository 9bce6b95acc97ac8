from . import test_points_delivery
