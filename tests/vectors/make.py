#!/usr/bin/env python3
"""Writes the vectors beside it: a second implementation of docs/format.md §2 and §3, in another language, from its text alone.

Run it only to add vectors: the files that are there are old bytes that every later version must still read as they say.
Needs the package `cryptography`.
"""
import base64, hashlib, hmac, json, pathlib, struct, uuid
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from reader import blake3_keyed

HERE = pathlib.Path(__file__).parent
STORE = uuid.UUID("6f1c2f0e-8a4b-4c3d-9e5f-102132435465")
KEY = bytes(range(0x40, 0x60))
OTHER_KEY = bytes(range(0x60, 0x80))
KEY_FILE = bytes(range(0x80, 0xA0))
TYPES = {"Chunk": 1, "List": 2, "Manifest": 3, "Record": 4, "Summary": 5}


def expand(key, info, length=32):
    return hmac.new(key, info.encode() + b"\1", hashlib.sha256).digest()[:length]


def sub_key(key, use, length=32):
    return expand(key, "qdrant-backup/v1/" + use, length)


def ecb(key, block):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def xaes(key, nonce, plaintext, associated):
    l = int.from_bytes(ecb(key, bytes(16)), "big") << 1
    k1 = ((l ^ 0x87) & (2**128 - 1) if l >> 128 else l).to_bytes(16, "big")
    derive = lambda i: ecb(key, bytes(a ^ b for a, b in zip(k1, bytes([0, i, 0x58, 0]) + nonce[:12])))
    return AESGCM(derive(1) + derive(2)).encrypt(nonce[12:], plaintext, associated)


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


def write(file, about, kind, name, data, expect, plain=None):
    path = HERE / f"{file}.vector"
    if path.exists():
        return
    lines = [f"about: {about}", f"store: {STORE}", f"key: {KEY.hex()}", f"type: {kind}", f"name: {name}", f"expect: {expect}"]
    if plain is not None:
        lines.append(f"sha256: {hashlib.sha256(plain).hexdigest()}")
    path.write_text("\n".join(lines) + "\n\n" + base64.encodebytes(data).decode())


def main():
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
    record = json.dumps({"reason": "Ünïcode"}).encode()
    hold = "holds/20261124T020000Z-0a1b2c"
    write("record", "a document", "Record", hold, seal("Record", hold, record), "opens", record)
    summary = "manifests/20261124T020000Z-0a1b2c#summary"
    write("summary", "a summary, bound to its manifest's name", "Summary", summary, seal("Summary", summary, record), "opens", record)
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
    write("chunk-not-sealed", "no sealed object", "Chunk", name, b"ELF" * 40, "no sealed object")

    key_id = sub_key(KEY, "key-id", 16).hex()
    recipient = "key-file-" + expand(KEY_FILE, "qdrant-backup/v1/key-file-id", 8).hex()
    (HERE / "key-file.txt").write_text(f"qdrant-backup key file 1: secret, but not this one\n{KEY_FILE.hex()}\n")
    document = json.dumps({
        "format": 1, "storeId": str(STORE), "keyId": key_id, "recipient": {"kind": "key-file", "id": recipient},
        "wrapped": base64.b64encode(aes_key_wrap_with_padding(KEY_FILE, KEY)).decode(), "created": "2026-11-24T02:00:00+00:00"}, indent=2)
    covered = document[:-1].rstrip().encode() + b',"mac":"'
    mac = hmac.new(sub_key(KEY, "plain-document"), f"keys/{key_id}/{recipient}.json".encode() + b"\0" + covered, hashlib.sha256).hexdigest()
    (HERE / "key-document.json").write_bytes(covered + mac.encode() + b'"}')


main()
