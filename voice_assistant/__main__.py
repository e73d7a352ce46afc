"""`python -m voice_assistant` is `voice-assistant`."""

import sys

from voice_assistant.cli import main

if __name__ == "__main__":
    sys.exit(main())
