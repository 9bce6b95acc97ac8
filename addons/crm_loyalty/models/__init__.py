from . import ir_sequence
from . import loyalty_program
from . import loyalty_card
from . import res_partner
from . import sale_order
