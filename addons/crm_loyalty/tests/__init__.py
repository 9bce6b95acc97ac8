from . import test_card_access
from . import test_card_number_tool
from . import test_card_numbers
from . import test_card_queries
from . import test_card_search
from . import test_card_sequences
from . import test_sale_order_card
