from . import sale_portal
from . import crm_cross_matrix
from . import crm_sales_plan
