"""A report as a Word file: the template is checked first, then filled. A draft without number, date and signature."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from content.phrases import Phrases
from reports.fields import PARTS, REQUIRED, fields
from reports.gathering import Gathered
from reports.letterhead import Letterhead

MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the same report gives the same file; Word keeps no zone


class TemplateFault(Exception):
    """A template that cannot be filled. `str` says why, in the words of the office."""


def write_docx(phrases: Phrases, found: Gathered, letterhead: Letterhead) -> bytes:
    """The bytes of the report. Raises TemplateFault with every unknown and missing field of the template."""
    filled = fields(phrases, found, letterhead)
    template = _opened(phrases, letterhead.path)
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    _check(phrases, template, environment, filled, letterhead.path)
    try:
        template.render(filled, environment, autoescape=True)
    except TemplateError as fault:
        raise _malformed(phrases, letterhead.path, fault) from None
    properties = template.docx.core_properties
    properties.title, properties.content_status = str(filled["trich_yeu"]), phrases("report.draft")
    properties.subject = phrases("report.subject")
    body = io.BytesIO()
    template.save(body)
    return body.getvalue()


def _opened(phrases: Phrases, path: Path) -> Any:
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # only now: it takes half a second and 8 MB

    template = DocxTemplate(str(path))
    try:
        template.init_docx()
    except Exception:  # whatever a file that is no Word file makes the reader of Word files raise
        raise TemplateFault(phrases("report.template.unreadable", file=path.name)) from None
    return template


def _check(phrases: Phrases, template: Any, environment: Environment, filled: Mapping[str, object], path: Path) -> None:
    """Whether every field of the template is one of ours, and none is missing that the report rests on."""
    try:
        tree = environment.parse(_text(template))
    except TemplateError as fault:
        raise _malformed(phrases, path, fault) from None
    named = meta.find_undeclared_variables(tree)
    unknown = sorted({*(named - filled.keys()), *_unknown_parts(tree)})
    missing = sorted(REQUIRED - named)
    if unknown or missing:
        faults = phrases("report.template.faults", file=path.name, unknown=unknown, missing=missing)
        raise TemplateFault(faults)


def _text(template: Any) -> str:
    """Body, headers and footers as one Jinja source, made ready as they will be for filling."""
    text = template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            text += template.patch_xml(template.get_part_xml(part))
    return str(text)


def _unknown_parts(tree: nodes.Template) -> Iterator[str]:
    """Fields of a row, such as ``dot.ten``, that no row of its list has."""
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and isinstance(loop.target, nodes.Name) and loop.iter.name in PARTS:
            parts = {part.attr for part in loop.find_all(nodes.Getattr) if _name(part) == loop.target.name}
            yield from (f"{loop.target.name}.{part}" for part in parts - PARTS[loop.iter.name])


def _name(part: nodes.Getattr) -> str:
    return part.node.name if isinstance(part.node, nodes.Name) else ""


def _malformed(phrases: Phrases, path: Path, fault: TemplateError) -> TemplateFault:
    return TemplateFault(phrases("report.template.malformed", file=path.name, why=fault.message))
