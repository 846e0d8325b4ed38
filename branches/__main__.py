"""``python -m branches``: the command mvcont."""

from branches.cli import main

if __name__ == "__main__":
    main()
