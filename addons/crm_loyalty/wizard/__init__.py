from . import crm_complaint_compensate
from . import crm_complaint_compensation_refuse
from . import loyalty_card_block
from . import loyalty_card_hand_out
from . import loyalty_card_import
from . import loyalty_generate_wizard
from . import loyalty_tier_review
from . import loyalty_tier_review_line
