"""
Records that another job has handed over, as one.

What comes from the job of a pull request is data of the person who opened it: it is read within limits, and each line
is held to run.schema.json, or all of it is refused.
"""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft7Validator

from stacks.fleet.record import RECORD, Record
from stacks.yamlfile import FileProblem

_SCHEMA = Path(__file__).with_name("run.schema.json")
_LARGEST = 64 * 1024 * 1024
"""Bytes of all records together; those of 300 tenants with nine changes each have less than one megabyte."""


def read(folder: Path, command: str) -> Record:
    """
    Return the records of runs of *command* in *folder* and below, as one.

    Raises FileProblem: there is none, one is not what it should be, or they are too large.
    """
    paths = found(folder)
    if sum(path.stat().st_size for path in paths) > _LARGEST:
        raise FileProblem(f"{folder}: its records are larger than {_LARGEST // 1024 // 1024} MB, and are not read")
    validator = Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    records = [one for one in (_checked(path, validator) for path in paths) if one.head["command"] == command]
    if not records:
        raise FileProblem(f"{folder}: there is no record of {command} in it")
    names = [tenant for one in records for tenant in one.head["tenants"]]
    head = {**records[0].head, "tenants": list(dict.fromkeys(names))}
    results = {tenant: result for one in records for tenant, result in one.results.items()}
    return Record(folder, head, results)


def found(folder: Path) -> list[Path]:
    """Return the records in *folder* and below, whatever they are of."""
    return sorted(path for path in folder.rglob(RECORD) if path.is_file() and not path.is_symlink())


def _checked(path: Path, validator: Draft7Validator) -> Record:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        documents = [json.loads(line) for line in lines]
    except ValueError:
        raise FileProblem(f"{path}: is not a record: a line is no JSON") from None
    for number, document in enumerate(documents, 1):
        wrong = next(iter(validator.iter_errors(document)), None)
        if wrong is not None or ("version" in document) != (number == 1):
            raise FileProblem(f"{path}:{number}: is not a line of a record, see stacks/fleet/run.schema.json")
    if not documents:
        raise FileProblem(f"{path}: is empty")
    return Record(path.parent, documents[0], {str(one["tenant"]): one for one in documents[1:]})
