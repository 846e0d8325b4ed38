"""The command ``mvcont``: one module a command, each importing what it needs when it runs."""

from branches.cli.app import app, main

__all__ = ["app", "main"]
