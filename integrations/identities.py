"""What an order id and an event id may look like, the same at every door."""

import re

ORDER_ID = re.compile(r"[\w\-./:#]{1,64}")
ORDER_ID_EXPECTED = "1 to 64 letters, digits or - . / : # _"
EVENT_ID = re.compile(r"[\w\-./:#@+=]{1,200}")
EVENT_ID_EXPECTED = "1 to 200 letters, digits or - . / : # @ + = _"
LARGEST_REVISION = 2**31 - 1
