"""The commands of `apex-assurance`, one module each (see `assurance.command_line.main`)."""
