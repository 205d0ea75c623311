"""A driver of Spark in a process of its own: pieces of a file → what the answers came to, as JSON on standard output.

    python spark_driver.py MASTER FILE WORK

``WORK``: ``answer``, or one of the functions below, on which something goes wrong.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from unittest.mock import patch

from compliance.feed import spark
from compliance.feed.answer import answer
from compliance.feed.sources import pieces, sources
from compliance.schemas.feed import Answer, Piece, Settings

HOW = Settings("2024-03-31")


def stumbling(piece: Piece, settings: Settings) -> Answer:
    """The process dies on one dossier, and the checker fails on another."""
    if b"DEADLY" in piece.data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"UNFORESEEN" in piece.data:
        with patch("compliance.feed.answer.decide", side_effect=ZeroDivisionError("planted")):
            return answer(piece, settings)
    return answer(piece, settings)


def main(master: str, file: str, work: str) -> None:
    does = answer if work == "answer" else getattr(__import__("spark_driver"), work)
    found, _ = sources([file])
    try:
        got = list(spark.answers(pieces(found), HOW, master=master, work=does))
    except spark.SparkRefusedError as refused:
        print(json.dumps({"kind": type(refused).__name__, "zh": refused.says.zh, "en": refused.says.en}))
        return
    plain = [(a.number, a.record.decode(), [f.decode() for f in a.findings]) for a in got]
    print(json.dumps({"kind": "answers", "answers": plain}))


if __name__ == "__main__":
    main(*sys.argv[1:])
