"""The imports that the policy's checker must see."""

import ast
import os

from .server import TOP

# Reads paths, a line each, and tells a verdict and the imports of each.
CHECKER = os.environ.get("PYEXEC_POLICY_CLI",
                         os.path.join(TOP, "build", "unit", "policy_cli"))


def imports_of(tree):
    """The roots of imported modules, and relative ones as they are written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)

        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "." * node.level + (node.module or "")
            elif node.module != "__future__":
                yield node.module.split(".")[0]
