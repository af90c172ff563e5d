"""The command `azlab`: one file for each group of subcommands."""
