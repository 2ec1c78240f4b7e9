"""Writes the configuration of a run of Stryker.NET: configure.py tests/mutation/stryker.json OUT [FILE]. For one file, the tests of its folder run."""
import json
import os
import sys


def main(settings, out, file=""):
    with open(settings, encoding="utf-8") as given:
        config = json.load(given)
    if file:
        folder = os.path.dirname(file).replace("/", ".")
        config["stryker-config"]["test-case-filter"] = f"FullyQualifiedName~QdrantBackup.Tests.{folder}."
    with open(out, "w", encoding="utf-8") as chosen:
        json.dump(config, chosen, indent=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
