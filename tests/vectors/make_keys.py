#!/usr/bin/env python3
"""Writes the key documents beside it and `key-vectors.json`, which says what must happen to each: a second implementation of docs/format.md §2, in another
language, from its text alone.

Run it only to add vectors: the files that are there are old bytes that every later version must still read as the index says.
Needs the packages `cryptography` and `argon2-cffi` (Debian: python3-cryptography, python3-argon2).
"""
import base64, hashlib, hmac, json, pathlib
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap, aes_key_wrap_with_padding

HERE = pathlib.Path(__file__).parent
STORE = "6f1c2f0e-8a4b-4c3d-9e5f-102132435465"
KEY = bytes(range(0x40, 0x60))
OTHER_KEY = bytes(range(0x60, 0x80))
HSM_KEY = bytes(range(0xA0, 0xC0))
PASSPHRASE = "correct horse battery staple, twice"
PEM_PASSWORD = "opens the private key of the vectors"
VAULT = "https://vectors.vault.azure.net/keys/store"
HSM = "https://vectors.managedhsm.azure.net/keys/store"
VERSION = "00112233445566778899aabbccddeeff"

INDEX = []


def sub_key(key, use, length=32):
    return hmac.new(key, f"qdrant-backup/v1/{use}".encode() + b"\1", hashlib.sha256).digest()[:length]


KEY_ID = sub_key(KEY, "key-id", 16).hex()


def beginning(data):
    return hashlib.sha256(data).hexdigest()[:16]


def rsa_key():
    """The key pair of the vectors, made once."""
    path = HERE / "key-rsa-private.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        pem = lambda how: made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
        path.write_bytes(pem(serialization.NoEncryption()))
        (HERE / "key-rsa-private-encrypted.pem").write_bytes(pem(serialization.BestAvailableEncryption(PEM_PASSWORD.encode())))
        (HERE / "key-rsa-public.pem").write_bytes(
            made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return serialization.load_pem_private_key(path.read_bytes(), None)


RSA = rsa_key()
RSA_ID = "rsa-public-" + beginning(RSA.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def oaep(key, algorithm=hashes.SHA256()):
    return RSA.public_key().encrypt(key, padding.OAEP(padding.MGF1(algorithm), algorithm, None))


def derive(kib, passes, salt):
    return hash_secret_raw(PASSPHRASE.encode(), salt, time_cost=passes, memory_cost=kib, parallelism=1, hash_len=32, type=Type.ID)


def write(file, about, recipient, wrapped, expect="opens", key=KEY, store=STORE, change=None):
    INDEX.append({"file": file, "about": about, "name": f"keys/{KEY_ID}/{recipient['id']}.json", "expect": expect})
    path = HERE / file
    if path.exists():
        return
    document = json.dumps({
        "format": 1, "storeId": store, "keyId": KEY_ID, "recipient": recipient,
        "wrapped": base64.b64encode(wrapped).decode(), "created": "2026-11-25T02:00:00+00:00"}, indent=2)
    covered = document[:-1].rstrip().encode() + b',"mac":"'
    mac = hmac.new(sub_key(key, "plain-document"), f"keys/{KEY_ID}/{recipient['id']}.json".encode() + b"\0" + covered, hashlib.sha256).hexdigest()
    data = covered + mac.encode() + b'"}'
    path.write_bytes(change(data) if change else data)


def of_rsa(algorithm="RSA-OAEP-256"):
    return {"kind": "rsa-public", "id": RSA_ID, "algorithm": algorithm}


def of_passphrase(kib=65536, passes=3, salt=bytes(range(16)), version=19, lanes=1):
    return {"kind": "passphrase", "id": "passphrase-" + beginning(salt), "argon2id": {
        "version": version, "memoryKiB": kib, "passes": passes, "lanes": lanes, "salt": base64.b64encode(salt).decode()}}


def of_vault(key=VAULT, algorithm="RSA-OAEP-256", version=VERSION):
    return {"kind": "azure-key-vault", "id": "azure-key-vault-" + beginning(key.encode()), "algorithm": algorithm, "key": f"{key}/{version}"}


def main():
    write("key-rsa-public.json", "RSA-OAEP with SHA-256 to key-rsa-public.pem", of_rsa(), oaep(KEY))
    write("key-passphrase.json", "Argon2id, 64 MiB, 3 passes", of_passphrase(), aes_key_wrap_with_padding(derive(65536, 3, bytes(range(16))), KEY))
    salt = bytes(range(16, 32))
    write("key-passphrase-80-mib.json", "Argon2id, 80 MiB, 4 passes", of_passphrase(81920, 4, salt), aes_key_wrap_with_padding(derive(81920, 4, salt), KEY))
    write("key-azure-key-vault.json", "RSA-OAEP-256 by a vault, whose key is that of key-rsa-private.pem", of_vault(), oaep(KEY))
    write("key-managed-hsm.json", "A256KW by a managed HSM, whose key is a0 to bf", of_vault(HSM, "A256KW"), aes_key_wrap(HSM_KEY, KEY))

    flip = lambda data: data.replace(b"02:00:00", b"02:00:01")
    write("key-rsa-public-changed.json", "its date was changed", of_rsa(), oaep(KEY), "was changed", change=flip)
    write("key-rsa-public-sha1.json", "wrapped with SHA-1 instead of SHA-256", of_rsa(), oaep(KEY, hashes.SHA1()), "does not unwrap")
    write("key-rsa-public-algorithm.json", "says that it was wrapped with RSA1_5", of_rsa("RSA1_5"), oaep(KEY), "does not use")
    write("key-rsa-public-other-key.json", "wraps another key than it names", of_rsa(), oaep(OTHER_KEY), "but wraps key")
    write("key-rsa-public-other-store.json", "belongs to another store", of_rsa(), oaep(KEY), "belongs to store", store="00000000-0000-4000-8000-000000000007")
    write("key-rsa-public-long.json", "wraps 33 bytes", of_rsa(), oaep(KEY + b"\0"), "does not unwrap")
    rest = bytes(40)
    write("key-passphrase-weak.json", "1 KiB less memory than allowed", of_passphrase(65535), rest, "not allowed")
    write("key-passphrase-greedy.json", "1 KiB more memory than allowed", of_passphrase((1 << 20) + 1), rest, "not allowed")
    write("key-passphrase-few-passes.json", "2 passes", of_passphrase(passes=2), rest, "not allowed")
    write("key-passphrase-many-passes.json", "17 passes", of_passphrase(passes=17), rest, "not allowed")
    write("key-passphrase-lanes.json", "4 lanes", of_passphrase(lanes=4), rest, "not allowed")
    write("key-passphrase-version.json", "version 16 of Argon2", of_passphrase(version=16), rest, "not allowed")
    write("key-passphrase-short-salt.json", "a salt of 15 bytes", of_passphrase(salt=bytes(15)), rest, "not allowed")
    write("key-passphrase-cut.json", "a byte of the wrapped key is missing", of_passphrase(), rest[:-1], "does not unwrap")
    write("key-azure-key-vault-algorithm.json", "says that it was wrapped with RSA-OAEP, which uses SHA-1", of_vault(algorithm="RSA-OAEP"), oaep(KEY), "does not use")

    (HERE / "key-vectors.json").write_text(json.dumps({
        "store": STORE, "key": KEY.hex(), "passphrase": PASSPHRASE, "privateKeyPassword": PEM_PASSWORD,
        "vaultVersion": VERSION, "hsmKey": HSM_KEY.hex(), "vectors": INDEX}, indent=2) + "\n")


main()
