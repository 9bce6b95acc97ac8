from . import crm_cross_matrix
from . import crm_dashboard
from . import crm_sales_plan
from . import sale_portal
