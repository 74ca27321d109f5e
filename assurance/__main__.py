"""`python -m assurance` is `apex-assurance`, for a checkout whose scripts are not on the path."""

import sys

from assurance.command_line.main import main

sys.exit(main())
