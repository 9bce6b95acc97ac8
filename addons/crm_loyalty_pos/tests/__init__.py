from . import test_pos_cards
from . import test_pos_points
