"""The azlab command: one file for each group of subcommands."""
