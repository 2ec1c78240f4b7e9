#!/usr/bin/env python3
"""Restores a backup from a directory store of format version 1: an independent reader, written from docs/format.md and nothing else.

    reader.py STORE KEYFILE BACKUP OUT      BACKUP is an id, or `latest`; each part becomes OUT/<partNo>.snapshot
    reader.py --each < LINES                the same for every line of four values; prints `ok ...` or `refused ...` for each

Needs Python 3.9 and two packages (Debian: python3-cryptography, python3-zstandard).
"""
import base64
import datetime
import hashlib
import hmac
import json
import os
import re
import struct
import sys
import uuid

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

MIB = 1 << 20
CHUNK, LIST, MANIFEST, RECORD = 1, 2, 3, 4
LIMITS = {CHUNK: 16 * MIB, LIST: 64 * MIB, MANIFEST: 64 * MIB, RECORD: 16 * MIB}
CLOCK_SLACK = datetime.timedelta(minutes=15)
DOCUMENT_LIMIT, INLINE_LIMIT, MAX_PARTS, MAX_RANGES = 64 << 10, 16 * MIB, 20_000, 10_000
ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-hjkmnp-tv-z]{6}")
END_ID = re.compile(r"0|[0-9a-f]{16}")
HEX = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """The store, or something in it, is not to be trusted, or is newer than this reader."""


def check(holds, problem):
    if not holds:
        raise Refused(problem)


# BLAKE3 in its keyed mode (format.md, section 4).

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
LANES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED = 1, 2, 4, 8, 16


def compress(chaining, block, counter, length, flags):
    """BLAKE3's compression function; 8 words of output are enough for 32 bytes."""
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = list(chaining) + [*IV[:4], counter & 0xFFFFFFFF, counter >> 32, length, flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(LANES):
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + words[2 * i]) & 0xFFFFFFFF
            vd ^= va
            vd = (vd >> 16 | vd << 16) & 0xFFFFFFFF
            vc = (vc + vd) & 0xFFFFFFFF
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & 0xFFFFFFFF
            va = (va + vb + words[2 * i + 1]) & 0xFFFFFFFF
            vd ^= va
            vd = (vd >> 8 | vd << 24) & 0xFFFFFFFF
            vc = (vc + vd) & 0xFFFFFFFF
            vb ^= vc
            v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & 0xFFFFFFFF, vc, vd
        words = [words[p] for p in PERMUTATION]
    return [x ^ y for x, y in zip(v[:8], v[8:])]


def subtree(key, data, first, root):
    """The chaining value of a run of 1,024-byte chunks: a left part that is the largest power of two below the whole, and the rest."""
    if len(data) > 1024:
        left = 1024 << ((len(data) - 1) // 1024).bit_length() - 1
        children = subtree(key, data[:left], first, 0) + subtree(key, data[left:], first + left // 1024, 0)
        return compress(key, struct.pack("<16I", *children), 0, 64, KEYED | PARENT | root)
    value, flags = key, KEYED | CHUNK_START
    for at in range(0, len(data) - 64, 64):
        value, flags = compress(value, data[at:at + 64], first, 64, flags), KEYED
    last = data[(len(data) - 1) // 64 * 64:] if data else b""
    return compress(value, last, first, len(last), flags | CHUNK_END | root)


def blake3_keyed(key, data):
    """32 bytes of BLAKE3 in its keyed mode."""
    return struct.pack("<8I", *subtree(struct.unpack("<8I", key), data, 0, ROOT))


# Keys (section 2).


def expand(key, info, length=32):
    """HKDF-SHA256-Expand for at most one block."""
    return hmac.new(key, info.encode() + b"\1", hashlib.sha256).digest()[:length]


def sub_key(key, use, length=32):
    return expand(key, "qdrant-backup/v1/" + use, length)


def keyed_hash(key, use, data):
    return hmac.new(sub_key(key, use), data, hashlib.sha256).hexdigest()


# Sealed objects (section 3).


def ecb(key, block):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def derived_key(key, nonce):
    """The key of XAES-256-GCM that the first half of a nonce stands for."""
    whole = int.from_bytes(ecb(key, bytes(16)), "big") << 1
    k1 = ((whole & (1 << 128) - 1) ^ (0x87 if whole >> 128 else 0)).to_bytes(16, "big")
    return b"".join(ecb(key, bytes(a ^ b for a, b in zip(k1, bytes([0, i, 0x58, 0]) + nonce[:12]))) for i in (1, 2))


def unshuffle(data):
    rows = len(data) // 4
    plain = bytearray(data)
    for plane in range(4):
        plain[plane:rows * 4:4] = data[plane * rows:(plane + 1) * rows]
    return bytes(plain)


def unseal(key, store_id, kind, name, data):
    """Opens a sealed object after checking everything that its header says."""
    body = len(data) - 52
    check(body >= 0, f"{name} is cut")
    check(data[:4] == b"QBS1", f"{name} is no sealed object of version 1")
    check(data[4] == kind and data[5] <= 2 and data[7] == 0, f"{name} is of another type or needs a newer reader")
    plain = int.from_bytes(data[8:12], "big")
    check(plain <= LIMITS[kind], f"{name} is too long")
    check(body == plain if data[5] == 0 else body < plain, f"{name} is cut or extended")
    use = ("chunk/" if kind == CHUNK else "document/") + str(data[6])
    associated = data[:12] + store_id.bytes + name.encode()
    try:
        opened = AESGCM(derived_key(sub_key(key, use), data[12:36])).decrypt(data[24:36], data[36:], associated)
        if data[5]:
            opened = zstandard.ZstdDecompressor().decompress(opened, max_output_size=plain)
    except (InvalidTag, zstandard.ZstdError) as e:
        raise Refused(f"{name} does not open") from e
    check(len(opened) == plain, f"{name} does not decompress to its length")
    return unshuffle(opened) if data[5] == 2 else opened


class Store:
    """A directory that holds a store, opened with a key file."""

    def __init__(self, folder, key_file):
        self.folder = folder
        description = self.read("store.json", DOCUMENT_LIMIT)
        store = self.document("store.json", description)
        self.id = uuid.UUID(store["storeId"])
        self.key = self.unwrap(key_file)
        self.check_mac("store.json", description)

    def read(self, name, limit):
        """A blob's bytes, refused by its length before they are read."""
        path = os.path.join(self.folder, name)
        check(os.path.isfile(path), f"{name} is missing")
        check(os.path.getsize(path) <= limit, f"{name} is too long")
        with open(path, "rb") as file:
            return file.read()

    def open(self, kind, name):
        return unseal(self.key, self.id, kind, name, self.read(name, LIMITS[kind] + 52))

    @staticmethod
    def document(name, data):
        try:
            value = json.loads(data)
        except ValueError as e:
            raise Refused(f"{name} is no document") from e
        check(isinstance(value, dict) and value.get("format") == 1, f"{name} is of another format")
        return value

    def unwrap(self, key_file):
        with open(key_file, "rb") as file:
            lines = file.read(4096).split(b"\n")
        check(lines[0].startswith(b"qdrant-backup key file 1:"), "not a key file")
        secret = bytes.fromhex(lines[1].strip().decode())
        recipient = "key-file-" + expand(secret, "qdrant-backup/v1/key-file-id", 8).hex()
        folder = os.path.join(self.folder, "keys")
        for key_id in sorted(os.listdir(folder)):
            name = f"keys/{key_id}/{recipient}.json"
            if not os.path.exists(os.path.join(self.folder, name)):
                continue
            data = self.read(name, DOCUMENT_LIMIT)
            document = self.document(name, data)
            check(document["storeId"] == str(self.id) and document["recipient"] == {"kind": "key-file", "id": recipient}, f"{name} is for another store or recipient")
            try:
                key = aes_key_unwrap_with_padding(secret, base64.b64decode(document["wrapped"]))
            except InvalidUnwrap as e:
                raise Refused(f"{name} does not unwrap") from e
            check(len(key) == 32 and sub_key(key, "key-id", 16).hex() == document["keyId"] == key_id, f"{name} wraps another key")
            self.key = key
            self.check_mac(name, data)
            return key
        raise Refused("no key document is for this key file")

    def check_mac(self, name, data):
        covered, digits, end = data[:-66], data[-66:-2], data[-2:]
        mac = keyed_hash(self.key, "plain-document", name.encode() + b"\0" + covered).encode()
        check(covered.endswith(b',"mac":"') and end == b'"}' and hmac.compare_digest(mac, digits), f"{name} was changed")


# Chunk lists (section 5) and manifests (section 6).


def read_list(name, plain):
    """A list's header and entries, of which every number has been checked."""
    check(len(plain) >= 58 and plain[:2] == b"\0\1", f"{name} is no list of format 1")
    part, number, offset, length = struct.unpack(">IIQQ", plain[2:26])
    entries, at, total, inline = [], 58, 0, 0
    while at < len(plain):
        check(len(plain) - at >= 5 and plain[at] <= 1, f"{name} has an entry that is none")
        size = int.from_bytes(plain[at + 1:at + 5], "big")
        if plain[at] == 0:
            check(1 <= size <= len(plain) - at - 5, f"{name} has an entry that is not whole")
            entries.append((plain[at + 5:at + 5 + size], None))
            at, inline = at + 5 + size, inline + size
        else:
            check(1 <= size <= LIMITS[CHUNK] and len(plain) - at >= 41, f"{name} has an entry that is not whole")
            check(52 <= int.from_bytes(plain[at + 37:at + 41], "big") <= size + 52, f"{name} has an entry with an impossible length")
            entries.append((size, plain[at + 5:at + 37].hex()))
            at += 41
        total += size
    check(total == length and inline <= INLINE_LIMIT, f"{name} contradicts itself")
    return (part, number, offset, length, plain[26:58].hex()), entries


def check_manifest(name, manifest):
    parts = manifest["parts"]
    check(len(parts) <= MAX_PARTS and all(part["partNo"] >= 1 for part in parts), f"{name} has too many parts, or one of an impossible number")
    check(len({part["partNo"] for part in parts}) == len(parts), f"{name} has a part twice")
    check(len({json.dumps(part["key"], sort_keys=True) for part in parts}) == len(parts), f"{name} holds something twice")
    collections = [collection["name"] for collection in manifest["collections"]]
    check(len(set(collections)) == len(collections), f"{name} names a collection twice")
    for part in parts:
        check(HEX.fullmatch(part["sha256"]) and 1 <= len(part["ranges"]) <= MAX_RANGES, f"{name} has a part without hash or ranges")
        end, last = 0, -1
        for entry in part["ranges"]:
            check(entry["range"] > last and entry["offset"] == end and entry["length"] >= 1, f"{name} has ranges with a gap")
            end, last = end + entry["length"], entry["range"]
        check(end == part["length"], f"{name} has ranges that make up another length")


def read_range(store, part, entry, out):
    name = entry["list"]
    check(not any(segment in ("", ".", "..") for segment in name.split("/")), f"{name} is no name")
    plain = store.open(LIST, name)
    check(keyed_hash(store.key, "list-hash", plain) == entry["listHash"], f"{name} is not the list that the manifest names")
    header, entries = read_list(name, plain)
    check(header == (part["partNo"], entry["range"], entry["offset"], entry["length"], entry["sha256"]), f"{name} is of another range")
    hashed = hashlib.sha256()
    for size, chunk_id in entries:
        data = size
        if chunk_id is not None:
            chunk = f"chunks/{chunk_id[:2]}/{chunk_id}"
            data = store.open(CHUNK, chunk)
            check(len(data) == size and blake3_keyed(sub_key(store.key, "chunk-id"), data).hex() == chunk_id, f"{chunk} holds other bytes")
        hashed.update(data)
        out.write(data)
    check(hashed.hexdigest() == entry["sha256"], f"the bytes of {name} have another SHA-256")


def ended(store, backup):
    """Whether a record that opens, and is of this backup, ends it, and no record takes that very end back."""
    name = "retired/" + backup
    if not os.path.exists(os.path.join(store.folder, name)):
        return False
    try:
        record = store.document(name, store.open(RECORD, name))
        if record.get("id") != backup or not END_ID.fullmatch(record.get("endId", "0")):
            return False
    except Refused:
        return False
    undeleted = f"undeleted/{backup}/{record.get('endId', '0')}"
    if not os.path.exists(os.path.join(store.folder, undeleted)):
        return True
    try:
        return store.document(undeleted, store.open(RECORD, undeleted)).get("settled") is not True
    except Refused:
        return True


def record(store, name):
    """A record, or nothing where there is none or it does not open."""
    try:
        return store.document(name, store.open(RECORD, name)) if os.path.exists(os.path.join(store.folder, name)) else None
    except Refused:
        return None


def is_of(store, found, backup, plain):
    """Whether a record is of this very manifest."""
    return found is not None and found.get("id", found.get("backupId")) == backup and found.get("manifestHash") == keyed_hash(store.key, "manifest-hash", plain)


def newest(store):
    """The id of the newest backup that counts: nobody ended it, and it is complete, whole, not dated ahead, and not suspect unless confirmed."""
    latest = datetime.datetime.now(datetime.timezone.utc) + CLOCK_SLACK
    backups = sorted((b for b in os.listdir(os.path.join(store.folder, "manifests")) if ID.fullmatch(b)), reverse=True)
    past = [b for b in backups if datetime.datetime.strptime(b[:16], "%Y%m%dT%H%M%S%z") <= latest]
    check(past or not backups, "every backup is dated ahead of the clock: name one by its id")
    damaged = None
    for backup in past:
        if ended(store, backup):
            continue
        name = "manifests/" + backup
        plain = store.open(MANIFEST, name)
        manifest = store.document(name, plain)
        if manifest.get("aborted") or manifest["state"] != "complete" or manifest.get("selection") is not None:
            continue
        if manifest.get("suspect") is not None and not is_of(store, record(store, "confirmed/" + backup), backup, plain):
            continue
        verified = record(store, "verified/" + backup)
        if is_of(store, verified, backup, plain) and verified.get("damage") is not None:
            print(f"{backup} is known to be damaged", file=sys.stderr)
            damaged = damaged or backup
            continue
        return backup
    check(damaged, "there is no complete backup")
    return damaged


def restore(folder, key_file, backup, out):
    """Restores every part of a backup, and returns how many there were."""
    store = Store(folder, key_file)
    backup = newest(store) if backup == "latest" else backup
    name = "manifests/" + backup
    manifest = store.document(name, store.open(MANIFEST, name))
    check(not manifest.get("aborted"), f"{name} fences a run that died: there is no such backup")
    check(manifest["id"] == backup, f"{name} is of another backup")
    check_manifest(name, manifest)
    os.makedirs(out, exist_ok=True)
    for part in manifest["parts"]:
        path = os.path.join(out, f"{part['partNo']}.snapshot")
        with open(path + ".partial", "w+b") as file:
            for entry in part["ranges"]:
                read_range(store, part, entry, file)
            file.seek(0)
            check(hashlib.sha256(file.read()).hexdigest() == part["sha256"], f"part {part['partNo']} has another SHA-256")
        os.rename(path + ".partial", path)
    return len(manifest["parts"])


def attempt(arguments):
    try:
        return "ok", restore(*arguments)
    except Refused as e:
        return "refused", e
    except (KeyError, TypeError) as e:
        return "refused", f"a document lacks a member, or has one of another kind: {e}"


def main(arguments):
    if arguments == ["--each"]:
        for line in sys.stdin:
            print(*attempt(line.rstrip("\n").split("\t")), flush=True)
        return 0
    end, what = attempt(arguments)
    print(f"{what} parts restored" if end == "ok" else f"{end}: {what}", file=sys.stdout if end == "ok" else sys.stderr)
    return 0 if end == "ok" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
