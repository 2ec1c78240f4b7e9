namespace QdrantBackup.Mutations;

/// <summary>Changes a store as faults, accidents and attackers do: blob by blob, or back to what it or another store once was.</summary>
internal sealed class Mutator(Chance chance, MutableStore store, IReadOnlyList<IReadOnlyDictionary<string, Blob>> olderStates, IReadOnlyList<SmallStore> others)
{
    private static readonly string[] Kinds = ["store.json", "keys/", "manifests/", "lists/", "chunks/", "retired/", "manifests/"];

    // No read may take so much; most are far below.
    private const long Monstrous = 1L << 31;

    private readonly List<string> _changed = [];

    /// <summary>The names of blobs that are not as they were.</summary>
    public IReadOnlyCollection<string> Changed => _changed;

    /// <summary>Makes one change and returns its description.</summary>
    public string Mutate() => chance.Below(17) switch
    {
        0 or 1 or 2 => Edit("flip a bit of", b => Edited(b, content => content[chance.Below(content.Length)] ^= (byte)(1 << chance.Below(8)))),
        3 => Edit("zero a part of", b => Edited(b, content => Stretch(content).Clear())),
        4 => Edit("put noise into", b => Edited(b, content => Noise(Stretch(content)))),
        5 => Edit("cut the end of", b => b with { Content = b.Content[..chance.Below(b.Content.Length)] }),
        6 => Edit("cut a part out of", CutOut),
        7 => Edit("extend", b => b with { Content = [.. b.Content, .. chance.Bytes(1 + chance.Below(64))] }),
        8 => Edit("double a part of", b => b with { Content = [.. b.Content, .. Stretch([.. b.Content])] }),
        9 => Edit("let grow beyond all limits", b => b with { PretendedLength = chance.Below(2) == 0 ? Monstrous : b.Content.Length + chance.Below(1 << 27) }),
        10 => Remove(Name()),
        11 => Swap(Name(), Name()),
        12 => Copy(Name(), chance.Below(4) == 0 ? NewName() : Name()),
        13 => Move(Name(), NewName()),
        14 => SetBack(),
        15 => FromElsewhere(),
        _ => Summary(),
    };

    private string Name()
    {
        var kind = chance.Pick(Kinds);
        string[] names = [.. store.Blobs.Keys.Where(n => n.StartsWith(kind, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return names.Length > 0 ? chance.Pick(names) : chance.Pick([.. store.Blobs.Keys.Order(StringComparer.Ordinal)]);
    }

    /// <summary>A name of a kind that the store has, which nothing has yet.</summary>
    private string NewName() => chance.Below(4) switch
    {
        0 => $"chunks/00/{Convert.ToHexStringLower(chance.Bytes(32))}",
        1 => "manifests/20261109T020000Z-" + Convert.ToHexStringLower(chance.Bytes(3)),
        2 => "retired/2026110" + (1 + chance.Below(3)) + "T020000Z-00000" + (1 + chance.Below(3)),
        _ => $"keys/{Convert.ToHexStringLower(chance.Bytes(16))}/{store.Blobs.Keys.FirstOrDefault(n => n.StartsWith("keys/", StringComparison.Ordinal))?.Split('/')[^1] ?? "x.json"}",
    };

    private string Edit(string what, Func<Blob, Blob> change)
    {
        var name = Name();
        if (store.Blobs[name].Content.Length == 0)
        {
            return $"leave the empty {name}";
        }

        Set(name, change(store.Blobs[name]));
        return $"{what} {name}";
    }

    private static Blob Edited(Blob blob, Action<byte[]> edit)
    {
        byte[] content = [.. blob.Content];
        edit(content);
        return blob with { Content = content };
    }

    private Blob CutOut(Blob blob)
    {
        var from = chance.Below(blob.Content.Length);
        var length = 1 + chance.Below(blob.Content.Length - from);
        return blob with { Content = [.. blob.Content[..from], .. blob.Content[(from + length)..]] };
    }

    private Span<byte> Stretch(byte[] content)
    {
        var from = chance.Below(content.Length);
        return content.AsSpan(from, 1 + chance.Below(content.Length - from));
    }

    private void Noise(Span<byte> stretch) => chance.Bytes(stretch.Length).CopyTo(stretch);

    private string Remove(string name)
    {
        store.Blobs.Remove(name);
        _changed.Add(name);
        return $"delete {name}";
    }

    private string Swap(string one, string other)
    {
        var (first, second) = (store.Blobs[one], store.Blobs[other]);
        Set(one, second);
        Set(other, first);
        return $"swap {one} and {other}";
    }

    private string Copy(string from, string to)
    {
        Set(to, store.Blobs[from]);
        return $"copy {from} to {to}";
    }

    private string Move(string from, string to)
    {
        Set(to, store.Blobs[from]);
        return $"{Remove(from)}, which is now {to}";
    }

    /// <summary>One blob, all of a kind or everything becomes what it was after an earlier backup.</summary>
    private string SetBack()
    {
        var past = chance.Below(olderStates.Count);
        var scope = chance.Below(3) switch { 0 => Name(), 1 => chance.Pick(Kinds), _ => "" };
        foreach (var name in store.Blobs.Keys.Concat(olderStates[past].Keys).Distinct().Where(n => n.StartsWith(scope, StringComparison.Ordinal)).ToList())
        {
            if (olderStates[past].TryGetValue(name, out var old))
            {
                Set(name, old);
            }
            else
            {
                Remove(name);
            }
        }

        return $"set '{scope}' back to after backup {past + 1}";
    }

    /// <summary>A blob, or all of a kind, of another store takes the place of one here.</summary>
    private string FromElsewhere()
    {
        var other = chance.Pick(others).States[^1];
        if (chance.Below(4) == 0)
        {
            var kind = chance.Pick(Kinds);
            foreach (var (name, blob) in other.Where(b => b.Key.StartsWith(kind, StringComparison.Ordinal)))
            {
                Set(name, blob);
            }

            return $"bring all of '{kind}' from another store";
        }

        var target = Name();
        var folder = target[..(target.IndexOf('/', StringComparison.Ordinal) + 1)];
        string[] alike = [.. other.Keys.Where(n => folder.Length == 0 ? n == target : n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (alike.Length == 0)
        {
            return "bring nothing from another store";
        }

        var from = chance.Pick(alike);
        Set(target, other[from]);
        return $"bring {from} from another store as {target}";
    }

    /// <summary>What a listing shows of a manifest is changed, taken away or another's.</summary>
    private string Summary()
    {
        string[] manifests = [.. store.Blobs.Keys.Where(n => n.StartsWith("manifests/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (manifests.Length == 0)
        {
            return "find no summary";
        }

        var name = chance.Pick(manifests);
        var summary = store.Blobs[name].Summary;
        summary = chance.Below(3) switch
        {
            0 => null,
            1 => store.Blobs[chance.Pick(manifests)].Summary,
            _ => summary is null ? null : Convert.ToBase64String(Edited(new Blob(Convert.FromBase64String(summary)), content => content[chance.Below(content.Length)] ^= 1).Content),
        };
        store.Blobs[name] = store.Blobs[name] with { Summary = summary };
        return $"change the summary of {name}";
    }

    private void Set(string name, Blob blob)
    {
        store.Blobs[name] = blob;
        _changed.Add(name);
    }
}
