"""The front door: ``ribao`` and ``python -m bot``. Errors become sentences and exit codes."""

import gc
import sys

from bot.errors import BotError, ConfigError

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def main() -> None:
    """Run the command line; exits with 0 done, 1 failed, 2 wrong usage or configuration."""
    from bot.cli import cli  # noqa: PLC0415 - the errors above must be there if this fails

    try:
        cli()
    except ConfigError as error:
        for problem in error.problems:
            print(f"ribao: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_USAGE)
    except BotError as error:
        print(f"ribao: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # The system takes back all memory at once; the collector would pass over it before.
        gc.freeze()


if __name__ == "__main__":
    main()
