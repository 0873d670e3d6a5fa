"""Mail by Python's standard library, timed as the drivers in C are.

Usage: mail.py TASK FILE [PASSES]. Tasks: octets (parse a message, undo base64 of its audio),
report (parse a delivery or disposition report down to its fields), mails (every *.eml of a folder:
parse, main header fields, text). Prints "TASK,NANOSECONDS" of the fastest pass.
"""

import email
import email.policy
import pathlib
import sys
import time


def octets(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return sum(
        len(part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_maintype() == "audio"
    )


def report(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return sum(
        len(fields.items())
        for part in message.walk()
        if part.get_content_type() in ("message/delivery-status", "message/disposition-notification")
        for fields in part.get_payload()
    )


def mails(raws):
    size = 0
    for raw in raws:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        size += len(str(message["from"])) + len(str(message["subject"])) + len(str(message["date"]))
        text = message.get_body(preferencelist=("plain", "html"))
        if text is not None:
            size += len(text.get_content())
    return size


def main():
    task, name = sys.argv[1:3]
    passes = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    path = pathlib.Path(name)
    if task == "mails":
        work, data = mails, [file.read_bytes() for file in sorted(path.glob("*.eml"))]
    else:
        work, data = {"octets": octets, "report": report}[task], path.read_bytes()
    work(data)
    best = None
    for _ in range(passes):
        start = time.perf_counter_ns()
        work(data)
        taken = time.perf_counter_ns() - start
        best = taken if best is None else min(best, taken)
    print(f"{task},{best}")


if __name__ == "__main__":
    main()
