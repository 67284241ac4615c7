"""
``junit.xml``: a run as CI systems read it.

Cases are test cases as pytest counts them: a finding that does not fail the run, and a case that is inconclusive, are
skipped with the reason. What a run knows of a case beyond that stands in its properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from graphcancel.call_text import calls_in_words
from graphcancel.finding_text import excuses
from graphcancel.run import Line, Part, Run, weight

# What XML 1.0 cannot carry, whatever it is written as.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> str:
    """*run* as JUnit XML, one suite per target and contract."""
    root = ET.Element("testsuites", name="graph-cancel-contracts")
    for part in run.parts:
        for contract in part.contracts:
            lines = [line for line in part.cases if line["contract"] == contract]
            if lines:
                root.append(_suite(part, contract, lines))
    _total(root, list(root))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(part: Part, contract: str, lines: list[Line]) -> ET.Element:
    told = part.contracts[contract]
    suite = ET.Element("testsuite", name=_text(f"{part.target}: {contract}"))
    suite.set("timestamp", part.header["started"])
    _properties(
        suite,
        {
            "target": part.target,
            "origin": part.header["origin"],
            "run": part.header["run"],
            "suite": part.header["suite"],
            "page": told["page"],
            "edition": told["edition"],
            "version": told["version"],
            "standing": told["standing"],
            "revision": told["revision"],
            "partial": str(part.partial).lower(),
        },
    )
    cases = [_case(part, line) for line in lines]
    suite.extend(cases)
    _count(suite, cases)
    return suite


def _case(part: Part, line: Line) -> ET.Element:
    contract, _, name = line["id"].partition("/")
    case = ET.Element("testcase", classname=_text(contract), name=_text(name))
    case.set("time", f"{sum(call['ms'] for call in line['exchanges']) / 1000:.3f}")
    request_ids = [call["request_id"] for call in line["exchanges"] if call["request_id"]]
    _properties(
        case,
        {
            "contract": line["contract"],
            "standing": part.contracts[line["contract"]]["standing"],
            "clauses": " ".join(item["clause"] for item in line["clauses"]),
            "verdict": line["verdict"],
            "gating": str(line["gating"]).lower(),
            "route": line["route"],
            "addressing": line["addressing"],
            "request-id": " ".join(request_ids),
            **({"generated": calls} if (calls := calls_in_words(line)) else {}),
        },
    )
    # Given as it is, a fault in it would be told as one of the extending.
    case.extend([*_outcome(part, line)])
    return case


def _outcome(part: Part, line: Line) -> Iterator[ET.Element]:
    """What JUnit has for the verdict; nothing for a case that holds or is only observed."""
    match line["verdict"]:
        case "fail" if weight(line) == "fail":
            told = _findings(part, line)
            failure = ET.Element("failure", type="finding", message=_text(told[0]))
            failure.text = _text("\n".join([*told, *([line["curl"]] if "curl" in line else [])]))
            yield failure
        case "fail":
            yield ET.Element("skipped", message=_text(f"a finding that does not fail the run: {excuses(line)}"))
        case "inconclusive":
            yield ET.Element("skipped", message=_text(f"inconclusive: {line['reason']}"))
        case "error":
            yield ET.Element("error", type="fault", message=_text(f"a fault of the suite: {line['reason']}"))
        case "observed":
            out = ET.Element("system-out")
            out.text = _text(f"observed, no clause speaks: {line['observed']['received']}")
            yield out


def _findings(part: Part, line: Line) -> list[str]:
    clauses = part.contracts[line["contract"]]["clauses"]
    return [
        f"{item['clause']} (heading {clauses[item['clause']]['heading']}): "
        f"documented {item['documented']}, received {item['received']}"
        for item in line["clauses"]
        if item["held"] is False
    ]


def _properties(element: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(element, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_text(value))


def _count(suite: ET.Element, cases: list[ET.Element]) -> None:
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def _total(root: ET.Element, suites: list[ET.Element]) -> None:
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, 0)) for suite in suites)))
    root.set("time", f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}")


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
