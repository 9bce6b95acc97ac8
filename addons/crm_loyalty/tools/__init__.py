from . import card_list
from . import card_number
