using QdrantBackup.Soak.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Soak.Plants;

/// <summary>A fault put into the way between the real program and the store: it leaves one rule out (docs/pruning.md).</summary>
/// <param name="Rule">The rule that is left out.</param>
/// <param name="Kind">Whose fault it is.</param>
/// <param name="CaughtBy">A seed that catches it as things are now; a search begins there.</param>
/// <param name="Wrap">Puts it between a connection and the program.</param>
/// <param name="InSecondStore">Whether it is about copies, and only a second store can meet it.</param>
/// <param name="IsNoticed">Whether it counts that a prune notices it and stops, before an invariant is broken.</param>
internal sealed record Plant(string Rule, ActorKind Kind, ulong CaughtBy, Func<IBackupStore, IBackupStore> Wrap, bool InSecondStore = false, bool IsNoticed = false)
{
    public static Plant None { get; } = new("none", ActorKind.None, 0, store => store);

    /// <summary>Each rule left out, and then those that the simulation and the second store asked for.</summary>
    public static IReadOnlyList<Plant> All { get; } =
    [
        new("the pin before reading the bases", ActorKind.Writer, 57, store => new PinAfterReading(store)),
        new("reading the bases again after the pin", ActorKind.Writer, 614, store => new NotReadAgain(store)),
        new("that a blob exists is no evidence", ActorKind.Writer, 124, store => new ExistenceIsEvidence(store)),
        new("a dead run gets a marker before its pin is ignored", ActorKind.Pruner, 5, store => new MarkerForgotten(store)),
        new("ends and markers before chunks", ActorKind.Pruner, 959, store => new RetirementsLast(store)),
        new("chunks before pins", ActorKind.Pruner, 1317, store => new PinsBeforeChunks(store)),
        new("pins before manifests", ActorKind.Pruner, 82, store => new ManifestsBeforePins(store)),
        new("nothing modified since the oldest pin", ActorKind.Pruner, 92, store => new OldestPinForgotten(store)),
        new("what takes ends back is listed after the ends", ActorKind.Pruner, 313, store => new UndeletionsFirst(store)),
        new("taking an end back looks at the time again", ActorKind.Other, 1042, store => new UndeletionNeverTooLate(store)),
        new("If-Match", ActorKind.Pruner, 57, store => new IfMatchForgotten(store)),
        new("a pin is released only behind a manifest or a marker", ActorKind.Writer, 14, store => new ReleasedWithoutMarker(store), IsNoticed: true),
        new("a copy's pin is released only behind a manifest or a marker", ActorKind.Writer, 58, store => new ReleasedWithoutMarker(store), InSecondStore: true, IsNoticed: true),
        new("a copy reuses what pinned backups over there need, and nothing else", ActorKind.Writer, 528, store => new ExistenceIsEvidence(store), InSecondStore: true),
    ];
}
