from . import loyalty_card
from . import loyalty_program
from . import loyalty_tier
