"""`python -m simulator` is `care-demand`."""

from simulator.cli.main import main

if __name__ == "__main__":
    main()
