"""`python -m jifen`: the same as the command `jifen`."""

import sys

from jifen.cli import main

if __name__ == "__main__":
    sys.argv[0] = "jifen"
    main()
