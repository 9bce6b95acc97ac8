from . import card_number
