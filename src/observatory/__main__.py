"""`python -m observatory`: the command line."""

from observatory.cli import main

main()
