from . import crm_sales_actual
