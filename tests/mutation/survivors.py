"""Lists the changes to the code that no test noticed, from a report of Stryker.NET: python3 tests/mutation/survivors.py artifacts/mutation/reports/mutation-report.json"""
import collections
import json
import sys


def text(source, location):
    """The code that was changed, on one line."""
    lines = source.splitlines()
    (first, begin), (last, end) = [(location[at]["line"] - 1, location[at]["column"] - 1) for at in ("start", "end")]
    part = lines[first][begin:end] if first == last else " ".join([lines[first][begin:], *lines[first + 1:last], lines[last][:end]])
    return " ".join(part.split())


def short(code):
    code = " ".join(code.split())
    return code if len(code) <= 120 else code[:119] + "…"


def main(report):
    with open(report, encoding="utf-8") as file:
        files = json.load(file)["files"]
    total = collections.Counter()
    for name, found in sorted(files.items()):
        mutants = [m for m in found["mutants"] if m["status"] in ("Killed", "Timeout", "Survived", "NoCoverage")]
        if not mutants:
            continue
        counts = collections.Counter(m["status"] for m in mutants)
        total.update(counts)
        print(f"{name.split('/src/')[-1]}: a test failed for {counts['Killed']} of {len(mutants)}, {counts['Timeout']} ended by the limit of time")
        for m in sorted(mutants, key=lambda m: m["location"]["start"]["line"]):
            if m["status"] != "Killed":
                how = {"Survived": "survived", "NoCoverage": "no test", "Timeout": "limit of time, try again by itself"}[m["status"]]
                print(f"  {m['location']['start']['line']}: {how}: {short(text(found['source'], m['location']))}  ->  {short(m['replacement'])}")
    print(f"{sum(total.values())} changes: a test failed for {total['Killed']}, {total['Survived']} survived, "
          f"{total['NoCoverage']} that no test reaches, {total['Timeout']} ended by the limit of time, which on a busy machine proves nothing")


if __name__ == "__main__":
    main(sys.argv[1])
