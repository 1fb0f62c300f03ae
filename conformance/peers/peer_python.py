# SPDX-License-Identifier: MIT
"""Where the packages of peers are: in this Python, or in the one that scripts/setup --peers makes."""
import importlib
import os
import pathlib
import sys


def load(names, peer_python):
    """The modules; starts the program again under the other Python where this one lacks one of them, and ends it with 77 where that lacks it as well."""
    try:
        return [importlib.import_module(name) for name in names]
    except ImportError as error:
        if peer_python and os.access(peer_python, os.X_OK) and pathlib.Path(sys.executable) != pathlib.Path(peer_python):
            os.execv(peer_python, [peer_python, "-B", *sys.argv])
        print(f"skipped: {error}; scripts/setup --peers installs it")
        sys.exit(77)
