from . import test_contract_delivery
