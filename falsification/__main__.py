"""`python -m falsification` is `apex-assurance falsify`, for a checkout that is not installed."""

import argparse
import sys

from falsification import command

parser = argparse.ArgumentParser(prog="python -m falsification", description=command.__doc__)
command.configure(parser)
sys.exit(command.run(parser.parse_args()))
