#!/usr/bin/env python3
"""Reads a store of format version 1: an independent implementation, written from docs/format.md and nothing else.

Needs Python 3.9 and two packages (Debian: python3-cryptography, python3-zstandard).
"""
import struct

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
