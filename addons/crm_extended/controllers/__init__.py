from . import portal
from . import rating
from . import portal_form
from . import complaint_form
from . import suggestions
from . import contract_portal
from . import form_input
from . import portal_own_data
