using QdrantBackup.Simulation.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Simulation.Plants;

/// <summary>A fault put into the way between the real program and the store: it leaves one rule out (docs/pruning.md).</summary>
/// <param name="Rule">The rule that is left out.</param>
/// <param name="Kind">Whose fault it is.</param>
/// <param name="Wrap">Puts it between a connection and the program.</param>
internal sealed record Plant(string Rule, ActorKind Kind, Func<IBackupStore, IBackupStore> Wrap)
{
    public static Plant None { get; } = new("none", ActorKind.None, store => store);

    /// <summary>Each of the nine rules, and one that the simulation itself asked for, left out.</summary>
    public static IReadOnlyList<Plant> All { get; } =
    [
        new("the pin before reading the bases", ActorKind.Writer, store => new PinAfterReading(store)),
        new("reading the bases again after the pin", ActorKind.Writer, store => new NotReadAgain(store)),
        new("that a blob exists is no evidence", ActorKind.Writer, store => new ExistenceIsEvidence(store)),
        new("a dead run is fenced before its pin is ignored", ActorKind.Pruner, store => new MarkerForgotten(store)),
        new("retirements and fences before chunks", ActorKind.Pruner, store => new RetirementsLast(store)),
        new("chunks before pins", ActorKind.Pruner, store => new PinsBeforeChunks(store)),
        new("pins before manifests", ActorKind.Pruner, store => new ManifestsBeforePins(store)),
        new("nothing modified since the oldest pin", ActorKind.Pruner, store => new OldestPinForgotten(store)),
        new("If-Match", ActorKind.Pruner, store => new IfMatchForgotten(store)),
        new("a pin is released only behind a manifest or a marker", ActorKind.Writer, store => new ReleasedWithoutMarker(store)),
    ];
}
