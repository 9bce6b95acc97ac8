from . import crm_delivery_due
