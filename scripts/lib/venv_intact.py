# SPDX-License-Identifier: MIT
"""Exit 0 if this virtual environment has the named packages (NAME or NAME==VERSION), and every file of all its packages is as it was installed.

pip writes a package's list of files, with their checksums, when all of them are there.
"""
import base64
import hashlib
import importlib
import importlib.metadata
import sys


def trouble(distribution):
    name = distribution.metadata["Name"]
    if distribution.files is None:
        return f"{name} has no list of files"
    for file in distribution.files:
        if file.hash is None:
            continue
        try:
            content = file.locate().read_bytes()
        except OSError as error:
            return f"{name}: {error}"
        if base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).rstrip(b"=").decode() != file.hash.value:
            return f"{name}: {file} was changed"
    return None


found = [trouble(distribution) for distribution in importlib.metadata.distributions()]
problems = [problem for problem in found if problem] + ([] if found else ["no package is installed"])
for wanted in sys.argv[1:]:
    package, _, version = wanted.partition("==")
    try:
        importlib.import_module(package.replace("-", "_"))
        if version and importlib.metadata.version(package) != version:
            problems.append(f"{package} is {importlib.metadata.version(package)}, not {version}")
    except Exception as error:
        problems.append(f"{package} cannot be imported: {error}")
sys.exit("\n".join(problems) or None)
