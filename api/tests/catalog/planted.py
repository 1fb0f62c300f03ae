# SPDX-License-Identifier: MIT
"""A copy of the catalog with one text replaced, for tests that a mistake is found."""
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "api/catalog"), str(ROOT / "api/catalog/schemas")]


class Planted:
    """with Planted("ops/matrix.yaml", "id: 3", "id: 4") as root: the copy's root. Where the text is there several times, the first is changed."""

    def __init__(self, file, old, new):
        self.file, self.old, self.new = file, old, new

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        shutil.copytree(ROOT / "api/catalog", root / "api/catalog", ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.py"))
        path = root / "api/catalog" / self.file
        text = path.read_text()
        if self.old not in text:
            raise ValueError(f"{self.file} does not have '{self.old}'")
        path.write_text(text.replace(self.old, self.new, 1))
        return root

    def __exit__(self, *failure):
        self.folder.cleanup()
