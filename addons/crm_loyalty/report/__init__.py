from . import loyalty_card_report
from . import loyalty_campaign_report
from . import loyalty_tier_report
from . import loyalty_greeting_report
from . import loyalty_liability_report
from . import loyalty_points_report
