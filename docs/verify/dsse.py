#!/usr/bin/env python3
"""Judges the signature of TlTrace entries (DSSE v1) with securesystemslib, without code of TlTrace.

usage: dsse.py PUBLIC_KEY_HEX ENTRY...      ENTRY is a file with one signed envelope
       dsse.py PUBLIC_KEY_HEX --bundle FILE  a bundle of a log: what the key signed of it, and how many

Exit code 0: accepted. 1: rejected, with the reason. 2: could not be read, nothing was judged.

    python3 -m venv venv && venv/bin/pip install --require-hashes -r requirements.txt
"""
import hashlib
import json
import sys

TYPE = "application/vnd.tl.event.v1+json"


def unread(reason):
    print(f"unreadable, not judged: {reason}", file=sys.stderr)
    sys.exit(2)


try:
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey
except ImportError as error:
    unread(f"{error}; pip install --require-hashes -r requirements.txt")


class Rejected(Exception):
    pass


def judge(data, key):
    """Verifies one envelope; gives what it says."""
    try:
        envelope = Envelope.from_dict(json.loads(data))
        body = json.loads(envelope.payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Rejected(f"no DSSE envelope with a JSON payload: {error!r}") from error
    if envelope.payload_type != TYPE:
        raise Rejected(f"payloadType is {envelope.payload_type!r}, not {TYPE!r}")
    try:
        envelope.verify([key], 1)
    except VerificationError as error:
        raise Rejected(f"the key has not signed it: {error}") from error
    if not isinstance(body, dict):
        raise Rejected("the payload is no object")
    return body


def entries(data):
    """The entries of a bundle, each behind its length in two bytes."""
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Rejected(f"the bundle is cut off at byte {at}")
        yield data[at + 2:end]
        at = end


def judge_bundle(data, key):
    """Counts the entries that name the key; each of them must be signed by it."""
    signed = 0
    for number, entry in enumerate(entries(data)):
        try:
            names = [signature["keyid"] for signature in json.loads(entry)["signatures"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Rejected(f"entry {number}: no envelope: {error!r}") from error
        if key.keyid in names:
            try:
                judge(entry, key)
            except Rejected as error:
                raise Rejected(f"entry {number}: {error}") from error
            signed += 1
    if signed == 0:
        raise Rejected("the key has signed nothing of this bundle")
    return signed


def main(arguments):
    if len(arguments) < 2:
        unread(__doc__)
    try:
        public = bytes.fromhex(arguments[0])
    except ValueError as error:
        unread(error)
    if len(public) != 32:
        unread("a public key has 64 hexadecimal digits")
    # The id is a hint in the envelope; securesystemslib wants it to fit.
    key_id = hashlib.sha256(public).hexdigest()[:16]
    key = SSlibKey(key_id, "ed25519", "ed25519", {"public": public.hex()})
    whole = arguments[1] == "--bundle"
    for path in arguments[2 if whole else 1:]:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            unread(error)
        try:
            if whole:
                print(f"accepted: {path}: this key has signed {judge_bundle(data, key)} entries")
            else:
                body = judge(data, key)
                print(f"accepted: this key has signed {body.get('kind')} {body.get('id')}")
        except Rejected as error:
            print(f"rejected: {path}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
