from . import loyalty_join
from . import loyalty_portal
from . import loyalty_portal_own_data
