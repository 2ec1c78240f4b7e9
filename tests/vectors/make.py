#!/usr/bin/env python3
"""Writes the vectors beside it: sealed objects, lists, manifests and changed stores, good and broken, each with what must happen.

Run it only to add vectors: the files that are there are old bytes that every later version must still read as they say, and are left alone.
It knows the format from docs/format.md, through reader.py. The store in stores/1 is not its work: the program itself wrote it.
"""
import base64
import hashlib
import json
import os
import pathlib
import struct
import sys
import uuid

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

sys.dont_write_bytecode = True
import reader
from reader import blake3_keyed, derived_key, expand, keyed_hash, sub_key

HERE = pathlib.Path(__file__).parent
STORE = uuid.UUID("6f1c2f0e-8a4b-4c3d-9e5f-102132435465")
KEY = bytes(range(0x40, 0x60))
OTHER_KEY = bytes(range(0x60, 0x80))
KEY_FILE = bytes(range(0x80, 0xA0))
TYPES = {"Chunk": 1, "List": 2, "Manifest": 3, "Record": 4, "Summary": 5}
MIB = 1 << 20
BACKUP = "20261124T020000Z-0a1b2c"


def xaes(key, nonce, plaintext, associated):
    return AESGCM(derived_key(key, nonce)).encrypt(nonce[12:], plaintext, associated)


assert xaes(b"\3" * 32, b"ABCDEFGHIJKLMNOPQRSTUVWX", b"XAES-256-GCM", b"c2sp.org/XAES-256-GCM").hex() == (
    "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")


def seal(kind, name, plain, body=None, comp=0, number=0, key=KEY, store=STORE, claim=None):
    header = b"QBS1" + bytes([TYPES[kind], comp, number, 0]) + struct.pack(">I", len(plain) if claim is None else claim)
    nonce = hashlib.sha256(header + name.encode() + plain).digest()[:24]
    use = ("chunk/" if kind == "Chunk" else "document/") + str(number)
    return header + nonce + xaes(sub_key(key, use), nonce, plain if body is None else body, header + store.bytes + name.encode())


def zstd_runs(*runs):
    """A zstd frame of run-length blocks: (byte, count)."""
    total = sum(n for _, n in runs)
    blocks = b"".join(
        struct.pack("<I", (n << 3) | (1 << 1) | (i == len(runs) - 1))[:3] + bytes([b]) for i, (b, n) in enumerate(runs))
    return b"\x28\xb5\x2f\xfd\x60" + struct.pack("<H", total - 256) + blocks


def protect(key, name, members):
    """A plain JSON document with its mac."""
    covered = json.dumps(members, indent=2)[:-1].rstrip().encode() + b',"mac":"'
    return covered + keyed_hash(key, "plain-document", name.encode() + b"\0" + covered).encode() + b'"}'


def write_once(path, text):
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(text)


def write(file, about, kind, name, data, expect, plain=None):
    lines = [f"about: {about}", f"store: {STORE}", f"key: {KEY.hex()}", f"type: {kind}", f"name: {name}", f"expect: {expect}"]
    if plain is not None:
        lines.append(f"sha256: {hashlib.sha256(plain).hexdigest()}")
    write_once(HERE / f"{file}.vector", "\n".join(lines) + "\n\n" + base64.encodebytes(data).decode())


def make_chunks():
    plain = b"".join(struct.pack(">H", i * 40503 & 0xFFFF) for i in range(200))
    chunk_id = blake3_keyed(sub_key(KEY, "chunk-id"), plain).hex()
    name = f"chunks/{chunk_id[:2]}/{chunk_id}"
    good = seal("Chunk", name, plain)
    write("chunk-raw", "a chunk as it is; its name is its id", "Chunk", name, good, "opens", plain)
    write("chunk-zstd", "a chunk compressed with zstd", "Chunk", name, seal("Chunk", name, bytes(5000), zstd_runs((0, 5000)), 1), "opens", bytes(5000))
    words = b"\x00\x40\x1c\x46" * 1000 + b"\x05\x06"
    shuffled = zstd_runs((0, 1000), (0x40, 1000), (0x1C, 1000), (0x46, 1000), (5, 1), (6, 1))
    write("chunk-shuffle4", "a chunk whose words were sorted by byte, then zstd", "Chunk", name, seal("Chunk", name, words, shuffled, 2), "opens", words)
    write("chunk-key-3", "a chunk under key number 3", "Chunk", name, seal("Chunk", name, plain, number=3), "opens", plain)
    write("chunk-empty", "a chunk of no bytes", "Chunk", name, seal("Chunk", name, b""), "opens", b"")
    flip = lambda at: good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]
    write("chunk-flipped-body", "one bit of the ciphertext is flipped", "Chunk", name, flip(100), "does not open")
    write("chunk-flipped-nonce", "one bit of the nonce is flipped", "Chunk", name, flip(20), "does not open")
    write("chunk-flipped-tag", "one bit of the tag is flipped", "Chunk", name, flip(len(good) - 1), "does not open")
    write("chunk-cut", "the last byte is missing", "Chunk", name, good[:-1], "cut or extended")
    write("chunk-cut-short", "only a header is left", "Chunk", name, good[:12], "is cut")
    write("chunk-extended", "a byte too many", "Chunk", name, good + b"\0", "cut or extended")
    write("chunk-moved", "another chunk's object under this name", "Chunk", name, seal("Chunk", name[:-1] + "x", plain), "does not open")
    write("chunk-other-key", "sealed under another store key", "Chunk", name, seal("Chunk", name, plain, key=OTHER_KEY), "does not open")
    write("chunk-other-store", "sealed for another store", "Chunk", name, seal("Chunk", name, plain, store=uuid.UUID(int=7)), "does not open")
    write("chunk-wrong-type", "a list where a chunk belongs", "Chunk", name, seal("List", name, plain), "wrong type")
    write("chunk-too-long", "the header claims 16 MiB and a byte", "Chunk", name, seal("Chunk", name, plain, claim=(16 << 20) + 1), "too long")
    write("chunk-bomb", "zstd that grows beyond the length in the header", "Chunk", name,
          seal("Chunk", name, bytes(300), zstd_runs((0, 5000)), 1), "does not decompress")
    write("chunk-short", "zstd that stays below the length in the header", "Chunk", name,
          seal("Chunk", name, bytes(300), zstd_runs((0, 299)), 1), "does not decompress")
    write("chunk-newer", "a sealed object of format 2", "Chunk", name, good[:3] + b"2" + good[4:], "version 2")
    write("chunk-comp-3", "a compression that nobody knows", "Chunk", name, good[:5] + b"\3" + good[6:], "does not know")
    write("chunk-option", "the byte that must be 0 is not", "Chunk", name, good[:7] + b"\1" + good[8:], "does not know")
    write("chunk-not-sealed", "no sealed object", "Chunk", name, b"ELF" * 40, "no sealed object")


def make_documents():
    record = json.dumps({"reason": "Ünïcode"}).encode()
    hold = f"holds/{BACKUP}"
    write("record", "a document", "Record", hold, seal("Record", hold, record), "opens", record)
    summary = f"manifests/{BACKUP}#summary"
    write("summary", "a summary, bound to its manifest's name", "Summary", summary, seal("Summary", summary, record), "opens", record)

    key_id = sub_key(KEY, "key-id", 16).hex()
    recipient = "key-file-" + expand(KEY_FILE, "qdrant-backup/v1/key-file-id", 8).hex()
    write_once(HERE / "key-file.txt", f"qdrant-backup key file 1: secret, but not this one\n{KEY_FILE.hex()}\n")
    write_once(HERE / "key-document.json", protect(KEY, f"keys/{key_id}/{recipient}.json", {
        "format": 1, "storeId": str(STORE), "keyId": key_id, "recipient": {"kind": "key-file", "id": recipient},
        "wrapped": base64.b64encode(aes_key_wrap_with_padding(KEY_FILE, KEY)).decode(), "created": "2026-11-24T02:00:00+00:00"}).decode())


def list_plain(*entries, format=1, part=1, number=0, offset=0, length=None):
    """A chunk list: entries are bytes, or (plain length, id, sealed length)."""
    body = b"".join(
        b"\0" + struct.pack(">I", len(e)) + e if isinstance(e, bytes) else b"\1" + struct.pack(">I", e[0]) + e[1] + struct.pack(">I", e[2]) for e in entries)
    total = sum(len(e) if isinstance(e, bytes) else e[0] for e in entries)
    return struct.pack(">HIIQQ", format, part, number, offset, total if length is None else length) + hashlib.sha256(b"range").digest() + body


def make_lists():
    some_id = bytes(range(32))
    good = list_plain(b"inline", (5000, some_id, 5052), b"more")

    def add(file, about, plain, expect, body=None):
        name = f"lists/{BACKUP}/00001-docs~all-00000000/00000-{keyed_hash(KEY, 'list-hash', plain)[:16]}"
        write(file, about, "List", name, seal("List", name, plain, body, 0 if body is None else 1), expect, plain if expect == "opens" else None)

    add("list", "two runs of inline bytes and a chunk between them", good, "opens")
    add("list-of-a-far-range", "the last range of the last part, beyond 4 GiB", list_plain(b"x", part=20_000, number=9_999, offset=1 << 40), "opens")
    add("list-newer", "a list of format 2", list_plain(b"inline", format=2), "newer format")
    add("list-no-header", "a header that is cut", good[:57], "header is not whole")
    add("list-entry-cut", "the last entry is cut", good[:-1], "is not whole")
    add("list-entry-of-nothing", "an inline entry of no bytes", list_plain(b"a", b""), "is not whole")
    add("list-tag-2", "an entry that is neither inline nor a chunk", good + b"\2\0\0\0\1x", "is not whole")
    add("list-chunk-too-long", "a chunk of 16 MiB and a byte", list_plain((16 * MIB + 1, some_id, 100)), "is not whole")
    add("list-sealed-too-short", "a sealed chunk shorter than any can be", list_plain((5000, some_id, 51)), "is not whole")
    add("list-sealed-too-long", "a sealed chunk longer than its plaintext allows", list_plain((5000, some_id, 5053)), "is not whole")
    add("list-wrong-sum", "entries that make up a byte less than the header says", list_plain(b"inline", length=7), "make up 6 bytes")
    add("list-negative", "a length of more than 63 bits", list_plain(b"inline", length=(1 << 63) + 6), "impossible numbers")
    add("list-part-0", "part 0, though parts are numbered from 1", list_plain(b"inline", part=0), "impossible numbers")
    inline = list_plain(bytes(8 * MIB), bytes(8 * MIB), b"x")
    add("list-too-much-inline", "16 MiB and a byte inline", inline, "of them inline", zstandard.ZstdCompressor().compress(inline))


def manifest(**changes):
    sha256 = hashlib.sha256(b"whole").hexdigest()
    part = {"partNo": 1, "key": {"collection": "docs", "node": "http://node:6333"}, "way": "collection", "snapshotName": "docs-1.snapshot", "length": 10,
            "sha256": sha256, "proof": "source", "totals": {"bytes": 10, "newBytes": 10, "storedBytes": 100, "chunks": 0, "newChunks": 0},
            "ranges": [{"range": 0, "offset": 0, "length": 10, "sha256": sha256, "list": f"lists/{BACKUP}/00001-docs~all-00000000/00000-0123456789abcdef", "listHash": "0" * 64}]}
    part.update(changes.pop("part", {}))
    return {"format": 1, "id": BACKUP, "appVersion": "1", "cluster": {"name": "prod", "nodes": []}, "started": "2026-11-24T02:00:00+00:00",
            "finished": "2026-11-24T02:01:00Z", "state": "complete", "collections": [{"name": "docs", "covered": True, "status": "green", "shardNumber": 1}],
            "parts": [part], "earlier": [], "totals": part["totals"], "unknownToVersion1": {"ignored": True}, **changes}


def make_manifests():
    ranges = manifest()["parts"][0]["ranges"]

    def add(file, about, document, expect):
        plain = document if isinstance(document, bytes) else json.dumps(document).encode()
        name = f"manifests/{BACKUP}"
        write(file, about, "Manifest", name, seal("Manifest", name, plain), expect, plain if expect == "opens" else None)

    add("manifest", "a manifest with a member that version 1 does not know", manifest(), "opens")
    add("manifest-newer", "a manifest of format 2, of whose other members nothing is known", {"format": 2, "id": 7}, "newer than 1")
    add("manifest-no-format", "a document without a format", {"id": BACKUP}, "no format number")
    add("manifest-no-json", "no JSON", b"{\"format\":1,", "opens but is no")
    add("manifest-gap", "ranges with a gap", manifest(part={"length": 21, "ranges": [ranges[0], {**ranges[0], "range": 1, "offset": 11}]}), "have a gap")
    add("manifest-numbers-rise", "ranges whose numbers leave some out", manifest(part={"length": 20, "ranges": [ranges[0], {**ranges[0], "range": 1000, "offset": 10}]}), "opens")
    add("manifest-number-twice", "two ranges of one number", manifest(part={"length": 20, "ranges": [ranges[0], {**ranges[0], "offset": 10}]}), "have a gap")
    add("manifest-no-ranges", "a part without ranges", manifest(part={"ranges": []}), "must be 1 to")
    add("manifest-short", "ranges that make up less than the part", manifest(part={"length": 11}), "make up 10 bytes of 11")
    add("manifest-no-hash", "a part whose hash is none", manifest(part={"sha256": "A" * 64}), "SHA-256")
    add("manifest-part-twice", "two parts of one number", manifest(parts=[*manifest()["parts"], *manifest(part={"key": {"collection": "b", "node": ""}})["parts"]]), "two parts have one number")
    add("manifest-part-0", "part 0", manifest(part={"partNo": 0}), "below 1")
    add("manifest-collection-twice", "a collection named twice", manifest(collections=2 * manifest()["collections"]), "named twice")


def make_stores():
    """Stores that differ from stores/1, which the program wrote, in what their changes say."""
    folder = HERE / "stores" / "1"
    store = reader.Store(str(folder), str(folder) + ".key")
    backups = sorted(os.listdir(folder / "manifests"))
    last, before = backups[-1], backups[-2]
    name = "manifests/" + last
    good = json.loads(store.open(reader.MANIFEST, name))
    lists = [part["ranges"][0]["list"] for part in good["parts"]]
    chunk = next(f"chunks/{c[:2]}/{c}" for entry in lists for _, c in reader.read_list(entry, store.open(reader.LIST, entry))[1] if c)
    other_chunk = next(str(p.relative_to(folder)) for p in sorted((folder / "chunks").rglob("*")) if p.is_file() and str(p.relative_to(folder)) != chunk)
    key_name = next(str(p.relative_to(folder)) for p in (folder / "keys").rglob("*.json"))
    retired = "retired/" + last
    description = json.loads((folder / "store.json").read_bytes())
    del description["mac"]

    def add(file, about, expect, *changes, backup=last):
        text = "\n".join([f"about: {about}", "base: 1", f"backup: {backup}", *(f"change: {c}" for c in changes), f"expect: {expect}"])
        write_once(HERE / "stores" / f"{file}.vector", text + "\n")

    def put(blob, data):
        return f"put {blob} {base64.b64encode(data).decode()}"

    def sealed(kind, blob, document, key=store.key):
        plain = document if isinstance(document, bytes) else json.dumps(document).encode()
        return put(blob, seal(kind, blob, plain, key=key, store=store.id))

    def with_list(plain):
        """The last backup with another first list, named by its content as any other."""
        blob = lists[0].rsplit("/", 1)[0] + "/00000-" + keyed_hash(store.key, "list-hash", plain)[:16]
        changed = json.loads(json.dumps(good))
        changed["parts"][0]["ranges"][0].update(list=blob, listHash=keyed_hash(store.key, "list-hash", plain))
        return sealed("List", blob, plain), sealed("Manifest", name, changed)

    for backup in backups:
        add(f"good-{backups.index(backup) + 1}", "nothing was changed", "restores", backup=backup)
    add("good-latest", "the newest complete backup", "restores", backup="latest")
    add("records-gone", "only what reading needs is left", "restores", *(f"delete {f.relative_to(folder)}" for d in ("runs", "pins", "summaries") for f in sorted((folder / d).rglob("*")) if f.is_file()))
    add("records-unreadable", "what was learnt after the commit does not open: a reader needs none of it", "restores",
        *(put(blob, b"not sealed") for blob in ("verified/" + last, "copies/" + last, "checks/rolling", "damaged/" + chunk[7:9])))
    add("replica", "a second copy of the store, with records of what came there", "restores", put("store.json", protect(store.key, "store.json", {**description, "replica": True})),
        sealed("Record", "copies/" + last, {"format": 1, "backupId": last, "manifestHash": "0" * 64, "location": "directory:/first", "at": "2026-09-03T02:10:00Z", "runId": before}))
    add("replica-undeclared", "somebody without the key declared the store a copy", "changed", put("store.json", (folder / "store.json").read_bytes().replace(b',"mac"', b',"replica":true,"mac"')))
    end = {"format": 1, "id": last, "reason": "deleted", "by": "alice", "at": "2026-09-03T02:10:00Z", "endId": "00112233445566ff", "confirmed": True}
    undeleted = f"undeleted/{last}/{end['endId']}"
    taken_back = {"format": 1, "id": last, "by": "alice", "at": "2026-09-03T02:20:00Z", "settled": True}
    add("newest-retired", "the newest backup was ended: the one before it is the latest", f"restores {before}", sealed("Record", retired, end), backup="latest")
    add("newest-retired-by-name", "a file that does not open ends no backup", "restores", put(retired, b"junk"), backup="latest")
    add("newest-retired-empty", "an empty file ends no backup", "restores", put(retired, b""), backup="latest")
    add("newest-retired-of-another", "the record that ends another backup, sealed for this name, ends none", "restores", sealed("Record", retired, {**end, "id": before}), backup="latest")
    add("newest-retired-other-key", "a record under another key ends no backup", "restores", sealed("Record", retired, end, key=OTHER_KEY), backup="latest")
    add("newest-undeleted", "the end was taken back", "restores", sealed("Record", retired, end), sealed("Record", undeleted, taken_back), backup="latest")
    add("newest-undeleted-unsettled", "the end is about to be taken back: until then the backup is ended", f"restores {before}",
        sealed("Record", retired, end), sealed("Record", undeleted, {**taken_back, "settled": False}), backup="latest")
    add("newest-ended-again", "another end than the one that was taken back", f"restores {before}",
        sealed("Record", retired, {**end, "endId": "ffeeddccbbaa9988"}), sealed("Record", undeleted, taken_back), backup="latest")
    add("newest-aborted", "the newest manifest fences a dead run: the one before it is the latest", f"restores {before}",
        sealed("Manifest", name, {**good, "aborted": True, "parts": [], "collections": []}), f"delete summaries/{last}", backup="latest")
    def changed_newest(**members):
        """The newest backup with another manifest, which has no summary: what its keyed hash is, and the changes."""
        plain = json.dumps({**good, **members}).encode()
        return keyed_hash(store.key, "manifest-hash", plain), (sealed("Manifest", name, plain), f"delete summaries/{last}")

    _, selection = changed_newest(selection={"collections": ["docs"], "exclude": []})
    add("newest-selection", "the newest backup is of a selection: the whole one before it is the latest", f"restores {before}", *selection, backup="latest")
    suspect_hash, suspect = changed_newest(suspect="it shares no collection with the last whole backup")
    confirmation = {"format": 1, "id": last, "manifestHash": suspect_hash, "by": "alice", "at": "2026-09-03T08:00:00Z"}
    confirmed = "confirmed/" + last
    add("newest-suspect", "the newest backup is suspect: the one before it is the latest", f"restores {before}", *suspect, backup="latest")
    add("newest-suspect-confirmed", "a person confirmed the newest backup, which is suspect", "restores", *suspect, sealed("Record", confirmed, confirmation), backup="latest")
    add("newest-suspect-confirmed-other", "the confirmation is of another manifest", f"restores {before}", *suspect,
        sealed("Record", confirmed, {**confirmation, "manifestHash": "0" * 64}), backup="latest")
    add("newest-suspect-confirmed-moved", "the confirmation was made for another backup and moved", f"restores {before}", *suspect,
        put(confirmed, seal("Record", "confirmed/" + before, json.dumps(confirmation).encode(), key=store.key, store=store.id)), backup="latest")
    good_hash = keyed_hash(store.key, "manifest-hash", store.open(reader.MANIFEST, name))
    damage = {"format": 1, "backupId": last, "manifestHash": good_hash, "damage": {"count": 2, "at": "2026-09-03T08:00:00Z", "runId": last, "level": "readable"}}
    add("newest-damaged", "the newest backup is known to be damaged: the one before it is the latest", f"restores {before}", sealed("Record", "verified/" + last, damage), backup="latest")
    add("newest-damaged-other", "what is known to be damaged is another manifest", "restores", sealed("Record", "verified/" + last, {**damage, "manifestHash": "0" * 64}), backup="latest")
    ahead = "29990903T020100Z-000000"
    far = sealed("Manifest", "manifests/" + ahead, {**good, "id": ahead})
    add("newest-ahead", "a backup is dated far ahead of the clock: the one before it is the latest", f"restores {last}", far, backup="latest")
    add("all-ahead", "every backup is dated ahead of the clock", "is dated ahead of the store's clock", far, *(f"delete manifests/{b}" for b in backups), backup="latest")
    add("aborted", "a manifest that fences a dead run is no backup", "its run died", sealed("Manifest", name, {**good, "aborted": True, "parts": [], "collections": []}))
    add("no-manifest", "the manifest is gone", "no backup", f"delete {name}")
    add("manifest-cut", "the manifest is cut", "does not open", f"cut {name} 1")
    add("manifest-of-another", "another backup's manifest under this name", "does not open", f"copy manifests/{before} {name}")
    add("manifest-of-another-sealed", "another backup's manifest, sealed for this name", "is the manifest of", sealed("Manifest", name, store.open(reader.MANIFEST, f"manifests/{before}")))
    add("manifest-newer", "a manifest of format 2", "newer than 1", sealed("Manifest", name, {**good, "format": 2}))
    wrong = json.loads(json.dumps(good))
    wrong["parts"][0]["sha256"] = hashlib.sha256(b"other").hexdigest()
    add("whole-hash-wrong", "a part's SHA-256 is of other bytes", "SHA-256", sealed("Manifest", name, wrong))
    add("list-gone", "a list is gone", "is missing", f"delete {lists[0]}")
    add("list-flipped", "a bit of a list is flipped", "does not open", f"flip {lists[0]} 60")
    add("lists-swapped", "another part's list under this name", "does not open", f"copy {lists[1]} {lists[0]}")
    add("list-replaced-sealed", "another list, sealed for this name", "not the one that the manifest names", sealed("List", lists[0], store.open(reader.LIST, lists[1])))
    crossed = json.loads(json.dumps(good))
    crossed["parts"][0]["ranges"][0].update(list=lists[1], listHash=good["parts"][1]["ranges"][0]["listHash"])
    add("list-of-another-part", "a manifest that names another part's list", "of another part or range", sealed("Manifest", name, crossed))
    escaping = json.loads(json.dumps(good))
    escaping["parts"][0]["ranges"][0]["list"] = "lists/../../etc/passwd"
    add("list-outside", "a manifest that names a file outside the store", "no blob name", sealed("Manifest", name, escaping))
    plain = store.open(reader.LIST, lists[0])
    add("list-other-bytes", "a list whose inline bytes are others", "SHA-256", *with_list(plain[:-1] + bytes([plain[-1] ^ 1])))
    add("list-broken", "a list whose last entry is cut", "is not whole", *with_list(plain[:-1]))
    add("chunk-gone", "a chunk is gone", "is missing", f"delete {chunk}")
    add("chunk-flipped", "a bit of a chunk is flipped", "does not open", f"flip {chunk} 52")
    add("chunk-cut", "a chunk is cut", "does not open", f"cut {chunk} 1")
    add("chunk-emptied", "a chunk is empty", "is cut", put(chunk, b""))
    add("chunks-swapped", "another chunk under this name", "does not open", f"copy {other_chunk} {chunk}")
    add("chunk-replaced-sealed", "other bytes, sealed for this name", "holds other bytes", sealed("Chunk", chunk, bytes(8192)))
    add("store-json-gone", "store.json is gone", "not a backup store", "delete store.json")
    add("store-json-changed", "a date in store.json is another", "changed", put("store.json", (folder / "store.json").read_bytes().replace(b"2026-", b"2025-", 1)))
    add("store-json-other-id", "store.json says another store id", "belongs to store", put("store.json", (folder / "store.json").read_bytes().replace(str(store.id).encode(), str(STORE).encode())))
    add("store-json-newer", "a store of format 2", "newer than 1", put("store.json", (folder / "store.json").read_bytes().replace(b'"format":1', b'"format":2', 1)))
    add("key-gone", "the key document is gone", "none of the configured recipients", f"delete {key_name}")
    document = json.loads((folder / key_name).read_bytes())
    add("key-changed", "a date in the key document is another", "changed", put(key_name, (folder / key_name).read_bytes().replace(b"2026-", b"2025-", 1)))
    secret = bytes.fromhex(pathlib.Path(str(folder) + ".key").read_text().split("\n")[1])
    del document["mac"]
    document["wrapped"] = base64.b64encode(aes_key_wrap_with_padding(secret, OTHER_KEY)).decode()
    add("key-replaced", "somebody who knows the key file's key put in a store key of their own", "wraps key", put(key_name, protect(OTHER_KEY, key_name, document)))


make_chunks()
make_documents()
make_lists()
make_manifests()
if (HERE / "stores" / "1").exists():
    make_stores()
