from . import loyalty_card_report
